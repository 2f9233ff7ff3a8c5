using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using ShardyFusion.Core.Tests.Stores;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A real headless Chromium, told what to do through its debugging protocol.</summary>
/// <remarks>Where there is none the calling test is skipped, and fails instead when the environment variable CI is true.</remarks>
public sealed class Chromium : IAsyncLifetime
{
    static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    readonly TempFolder profile = new();
    readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> pending = new();
    readonly ConcurrentDictionary<string, ChromiumPage> pages = new();
    readonly SemaphoreSlim sending = new(1, 1);
    Process? process;
    ClientWebSocket? socket;
    Task reading = Task.CompletedTask;
    string missing = "";
    int lastId;

    public async ValueTask InitializeAsync()
    {
        var program = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => new[] { "chromium", "chromium-browser", "google-chrome" }.Select(name => Path.Combine(folder, name)))
                .FirstOrDefault(File.Exists);
        if (program is null)
        {
            missing = "Chromium not found. Install with: apt-get install chromium";
            return;
        }
        process = Process.Start(new ProcessStartInfo(program,
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
                "--disable-component-update",
            "--hide-scrollbars", "--force-color-profile=srgb", "--remote-debugging-port=0", $"--user-data-dir={profile.Path}",
            "about:blank",
        ])
        { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.BeginOutputReadLine();
        var address = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var said = new ConcurrentQueue<string>();
        process.ErrorDataReceived += (_, line) =>
        {
            const string Listening = "DevTools listening on ";
            if (line.Data is null) address.TrySetResult(null);
            else if (line.Data.StartsWith(Listening, StringComparison.Ordinal)) address.TrySetResult(line.Data[Listening.Length..]);
            else if (!address.Task.IsCompleted) said.Enqueue(line.Data);
        };
        process.BeginErrorReadLine();
        using var limit = new CancellationTokenSource(StartLimit);
        if (await address.Task.WaitAsync(limit.Token) is not { } url)
        {
            missing = $"Chromium ended at once: {string.Join('\n', said)}";
            return;
        }
        socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri(url), limit.Token);
        reading = ReadAsync(socket);
    }

    /// <summary>Opens a file in a tab of its own.</summary>
    internal async Task<ChromiumPage> OpenAsync(string path)
    {
        if (missing.Length > 0) ServerScript.GiveUp(missing);
        var target = (await SendAsync(null, "Target.createTarget",
            new JsonObject { ["url"] = "about:blank" }))["targetId"]!.GetValue<string>();
        var session = (await SendAsync(null, "Target.attachToTarget",
            new JsonObject { ["targetId"] = target, ["flatten"] = true }))["sessionId"]!.GetValue<string>();
        var page = pages[session] = new ChromiumPage(this, session);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network" }) await page.SendAsync(domain + ".enable");
        await page.LoadAsync(new Uri(path).AbsoluteUri);
        return page;
    }

    internal async Task<JsonNode> SendAsync(string? session, string method, JsonObject? parameters)
    {
        var id = Interlocked.Increment(ref lastId);
        var answer = pending[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        if (session is not null) message["sessionId"] = session;
        await sending.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            await socket!.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true,
                TestContext.Current.CancellationToken);
        }
        finally
        {
            sending.Release();
        }
        return await answer.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    async Task ReadAsync(ClientWebSocket from)
    {
        var chunk = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                var received = await from.ReceiveAsync(chunk.AsMemory(), CancellationToken.None);
                if (received.MessageType == WebSocketMessageType.Close) return;
                message.Write(chunk, 0, received.Count);
                if (!received.EndOfMessage) continue;
                var said = JsonNode.Parse(message.GetBuffer().AsSpan(0, (int)message.Length))!;
                message.SetLength(0);
                if (said["id"] is { } id)
                {
                    if (!pending.TryRemove(id.GetValue<int>(), out var answer)) continue;
                    if (said["error"] is { } error) answer.SetException(new InvalidOperationException(error.ToJsonString()));
                    else answer.SetResult(said["result"]!);
                }
                else if (said["sessionId"]?.GetValue<string>() is { } session && pages.TryGetValue(session, out var page))
                    page.Receive(said["method"]!.GetValue<string>(), said["params"]!);
            }
        }
        catch (WebSocketException)
        {
            // The browser is gone; whoever waits for it is told below.
        }
        finally
        {
            foreach (var answer in pending.Values) answer.TrySetException(new InvalidOperationException("Chromium is gone."));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { } running)
        {
            running.Kill(entireProcessTree: true);
            await running.WaitForExitAsync();
            await reading;
            running.Dispose();
        }
        socket?.Dispose();
        sending.Dispose();
        profile.Dispose();
    }
}
