using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A script of tests/tools that starts a temporary server on loopback.</summary>
static class ServerScript
{
    /// <summary>Runs one command of a script.</summary>
    /// <param name="name">File name below tests/tools.</param>
    /// <param name="command">Its first argument.</param>
    /// <param name="environment">Variables for it.</param>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string name, string command, IReadOnlyDictionary<string, string> environment)
    {
        var start = new ProcessStartInfo("bash", [Find(name), command]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (variable, value) in environment)
            start.Environment[variable] = value;
        using var process = Process.Start(start)!;
        // The servers inherit nothing of these pipes, so both end with the script.
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    static string Find(string name)
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var candidate = Path.Combine(folder, "tools", name);
            if (File.Exists(candidate))
                return candidate;
        }
        throw new FileNotFoundException($"tests/tools/{name} is not above the test assembly.");
    }

    /// <summary>The first of some ports in a row that nobody listens on.</summary>
    public static int FreePorts(int count)
    {
        while (true)
        {
            var held = new List<TcpListener> { new(IPAddress.Loopback, 0) };
            held[0].Start();
            var first = ((IPEndPoint)held[0].LocalEndpoint).Port;
            try
            {
                for (var next = 1; next < count; next++)
                {
                    held.Add(new TcpListener(IPAddress.Loopback, first + next));
                    held[^1].Start();
                }
                return first;
            }
            catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
            {
            }
            finally
            {
                held.ForEach(static listener => listener.Dispose());
            }
        }
    }

    /// <summary>Ends the test that needs a server which cannot be had: skipped, but failed in CI.</summary>
    public static void GiveUp(string reason)
    {
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
    }

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
