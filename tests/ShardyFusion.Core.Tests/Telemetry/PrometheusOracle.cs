using System.Diagnostics;
using System.Text.Json;
using ShardyFusion.Core.Tests.Stores;

namespace ShardyFusion.Core.Tests.Telemetry;

/// <summary>The real Prometheus: its checker of metric texts, and a server on a free port of loopback.</summary>
/// <remarks>Needs Debian's package prometheus. Where it is missing the calling test is skipped, and fails instead when the environment
/// variable CI is true.</remarks>
static class PrometheusOracle
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Has promtool check a text.</summary>
    /// <returns>Its complaints; empty when there are none.</returns>
    public static async Task<string> CheckAsync(string text)
    {
        using var process = Start("promtool", "check", "metrics");
        var output = process.StandardOutput.ReadToEndAsync(Token);
        var error = process.StandardError.ReadToEndAsync(Token);
        await process.StandardInput.WriteAsync(text);
        process.StandardInput.Close();
        await process.WaitForExitAsync(Token);
        return $"{await output}{await error}{(process.ExitCode == 0 ? "" : $"exit code {process.ExitCode}")}";
    }

    /// <summary>Has a server scrape a target until it answers a query.</summary>
    /// <returns>The first value of the answer.</returns>
    public static async Task<string> QueryAsync(string target, string query)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["prometheus.yml"], $$"""
            global: { scrape_interval: 1s }
            scrape_configs: [ { job_name: shardyfusion, static_configs: [ { targets: ['{{target}}'] } ] } ]
            """, Token);
        var port = FreePort();
        using var process = Start("prometheus", $"--config.file={folder["prometheus.yml"]}", $"--storage.tsdb.path={folder["data"]}",
            $"--web.listen-address=127.0.0.1:{port}");
        // Read away, or the server stops when the pipe is full.
        var log = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            using var client = new HttpClient();
            var url = $"http://127.0.0.1:{port}/api/v1/query?query={Uri.EscapeDataString(query)}";
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Token);
            limit.CancelAfter(TimeSpan.FromMinutes(2));
            while (true)
            {
                if (process.HasExited) Assert.Fail($"prometheus ended: {await log}");
                // It scrapes in its own time; this asks again until it has.
                if (await AskAsync(client, url, limit.Token) is { } value) return value;
                await Task.Delay(200, limit.Token);
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    static async Task<string?> AskAsync(HttpClient client, string url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = JsonDocument.Parse(await client.GetStringAsync(url, cancellationToken));
            var result = answer.RootElement.GetProperty("data").GetProperty("result");
            return result.GetArrayLength() == 0 ? null : result[0].GetProperty("value")[1].GetString();
        }
        catch (HttpRequestException)
        {
            return null; // Not up yet.
        }
    }

    static int FreePort()
    {
        using var listener = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }

    static Process Start(string program, params string[] args)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, args)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true
            })!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            var message = $"{program} is not installed; on Debian: apt-get install --no-install-recommends prometheus";
            if (string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase)) Assert.Fail(message);
            Assert.Skip(message);
            throw;
        }
    }
}
