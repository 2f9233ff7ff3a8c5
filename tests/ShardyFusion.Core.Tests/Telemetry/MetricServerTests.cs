using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Core.Tests.Telemetry;

/// <summary>A metric server whose callers are slow, many or gone, and one without file handles.</summary>
public sealed partial class MetricServerTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static async Task<string> ScrapeAsync(Uri url, CancellationToken token)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(60) };
        return await http.GetStringAsync(url, token);
    }

    [Fact]
    public async Task Scrape_BehindCallersWhoSayNothing_IsAnswered()
    {
        await using var server = MetricServer.Start(0);
        Assert.Equal(IPAddress.Loopback, server.EndPoint.Address);
        var silent = new List<TcpClient>();
        try
        {
            for (var n = 0; n < 40; n++)
            {
                var client = new TcpClient();
                await client.ConnectAsync(server.EndPoint, Token);
                // Half a request, and never the rest.
                if (n % 2 == 0) await client.GetStream().WriteAsync("GET /met"u8.ToArray(), Token);
                silent.Add(client);
            }
            Assert.Contains("shardyfusion_", await ScrapeAsync(server.Url, Token), StringComparison.Ordinal);
        }
        finally
        {
            silent.ForEach(static client => client.Dispose());
        }
    }

    [Fact]
    public async Task Scrape_AfterCallersWhoReset_IsAnswered()
    {
        await using var server = MetricServer.Start(0);
        for (var n = 0; n < 50; n++)
        {
            using var client = new TcpClient { LingerState = new LingerOption(true, 0) };
            await client.ConnectAsync(server.EndPoint, Token);
        }
        Assert.Contains("shardyfusion_", await ScrapeAsync(server.Url, Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrape_AfterTheProcessHadNoFileHandles_IsAnswered()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Sets a limit as Linux has it.");
        await using var child = ChildProcess.Start(StarveAsync);
        var url = new Uri((await child.ReadLineAsync())!);
        Assert.Equal("starved", await child.ReadLineAsync());
        using var early = new TcpClient();
        await early.ConnectAsync(url.Host, url.Port, Token);
        // Refused for want of a handle, it waits its turn; the server must not have given up by then.
        await child.WriteLineAsync("go on");
        Assert.Equal("fed", await child.ReadLineAsync());
        Assert.Contains("shardyfusion_", await ScrapeAsync(url, Token).WaitAsync(TimeSpan.FromSeconds(30), Token),
            StringComparison.Ordinal);
        await child.WriteLineAsync("end");
        Assert.Equal(0, await child.ExitCodeAsync());
    }

    static async Task<int> StarveAsync(string[] args)
    {
        await using var server = MetricServer.Start(0);
        // Threads and assemblies take handles when they are first needed; here it is the caller that must go without.
        const int Threads = 16;
        ThreadPool.SetMinThreads(Threads, Threads);
        using (var all = new Barrier(Threads))
            await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Run(() => all.SignalAndWait(TimeSpan.FromSeconds(30)))));
        await ScrapeAsync(server.Url, CancellationToken.None);
        Console.WriteLine(server.Url);
        const int OpenFiles = 7;
        var limit = new ResourceLimit { Now = 200, Most = 200 };
        if (SetLimit(OpenFiles, ref limit) != 0) return 3;
        var held = new List<FileStream>();
        try
        {
            for (var n = 0; n < 500; n++) held.Add(new FileStream("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        }
        catch (IOException)
        {
            // No more of them.
        }
        Console.WriteLine("starved");
        // Long enough for the caller to be refused some times.
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromMilliseconds(500)) await Task.Delay(50);
        held.ForEach(static file => file.Dispose());
        Console.WriteLine("fed");
        while (clock.Elapsed < TimeSpan.FromMinutes(2) && await Console.In.ReadLineAsync() is { } line && line != "end") { }
        return 0;
    }

    [StructLayout(LayoutKind.Sequential)]
    struct ResourceLimit
    {
        public ulong Now, Most;
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial int SetLimit(int resource, ref ResourceLimit limit);
}
