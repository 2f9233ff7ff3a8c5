using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>One tab.</summary>
sealed class ChromiumPage(Chromium browser, string session)
{
    readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Errors and warnings that the page left on the console, exceptions, violations of its own policy.</summary>
    public ConcurrentQueue<string> Complaints { get; } = new();

    /// <summary>Everything that it asked for, itself included.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Task<JsonNode> SendAsync(string method, JsonObject? parameters = null) => browser.SendAsync(session, method, parameters);

    public async Task LoadAsync(string url)
    {
        await SendAsync("Page.navigate", new JsonObject { ["url"] = url });
        await loaded.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Shows it on a screen of that width in CSS pixels.</summary>
    public async Task ShowAsync(int width, bool isDark = false, string media = "screen")
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject
        {
            ["width"] = width,
            ["height"] = 800,
            ["deviceScaleFactor"] = 1,
            ["mobile"] = width < 600
        });
        await SendAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["media"] = media,
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }),
        });
    }

    /// <summary>Evaluates an expression in it.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = expression,
            ["returnByValue"] = true,
            ["awaitPromise"] = true
        });
        return answer["exceptionDetails"] is { } thrown ? throw new InvalidOperationException(thrown.ToJsonString())
            : answer["result"]!["value"];
    }

    public async Task<T> EvaluateAsync<T>(string expression) => (await EvaluateAsync(expression))!.GetValue<T>();

    /// <summary>The whole page as PNG.</summary>
    public async Task<byte[]> PictureAsync() =>
        Convert.FromBase64String((await SendAsync("Page.captureScreenshot",
            new JsonObject { ["captureBeyondViewport"] = true }))["data"]!.GetValue<string>());

    /// <summary>As it is printed.</summary>
    public async Task<byte[]> PrintAsync() =>
        Convert.FromBase64String((await SendAsync("Page.printToPDF", new JsonObject
        {
            ["preferCSSPageSize"] = true,
            ["printBackground"] = true,
            ["paperWidth"] = 8.27,
            ["paperHeight"] = 11.69
        }))["data"]!.GetValue<string>());

    public void Receive(string method, JsonNode parameters)
    {
        switch (method)
        {
            case "Page.loadEventFired": loaded.TrySetResult(); break;
            case "Runtime.exceptionThrown" or "Runtime.consoleAPICalled" or "Log.entryAdded":
                Complaints.Enqueue(parameters.ToJsonString());
                break;
            case "Network.requestWillBeSent": Requests.Enqueue(parameters["request"]!["url"]!.GetValue<string>()); break;
        }
    }
}
