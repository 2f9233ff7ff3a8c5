using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using ShardyFusion.Core.Tests.Faults;
using YamlDotNet.RepresentationModel;

namespace ShardyFusion.Cli.Tests;

/// <summary>The function for Lambda, against a server of its runtime's protocol.</summary>
public sealed class LambdaExampleTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    readonly SnapshotFolder folder = published.Folder;

    [Fact]
    public async Task Events_EachAnswered_AsTheRuntimeAsks()
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Lambda's runtime is a Linux one.");
        if (!File.Exists("/usr/bin/curl")) Assert.Skip("The function asks with curl. Install curl to test it.");
        var answers = await RunAsync("""{"key": "42"}""", """{ "key" : 7 }""", """{"key":"none"}""", "{}", """{"key":"a\"b"}""",
            """{"key":99999}""");
        Assert.Equal(("response", "second 42"), (answers[0].Kind, answers[0].Body.GetProperty("value").GetString()));
        Assert.Equal(("response", "second 7"), (answers[1].Kind, answers[1].Body.GetProperty("value").GetString()));
        Assert.Equal("error", answers[2].Kind);
        Assert.Contains("none", answers[2].Body.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        Assert.Equal(("response", "healthy"), (answers[3].Kind, answers[3].Body.GetProperty("status").GetString()));
        Assert.Equal("error", answers[4].Kind);
        Assert.Equal(("response", false), (answers[5].Kind, answers[5].Body.GetProperty("found").GetBoolean()));
        Assert.Contains("without quotes", answers[4].Body.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Template_Parses_AndNamesTheRuntime()
    {
        var text = await File.ReadAllTextAsync(Path.Combine(Folder(), "lookup.yaml"), TestContext.Current.CancellationToken);
        var documents = new YamlStream();
        documents.Load(new StringReader(text));
        var resources = (YamlMappingNode)Assert.Single(documents.Documents).RootNode["Resources"];
        Assert.Equal("provided.al2023", (string?)resources["Lookup"]["Properties"]["Runtime"]);
        Assert.DoesNotContain("s3:PutObject", text, StringComparison.Ordinal);
    }

    static string Folder() => Path.Combine(ExampleTests.Examples(), "aws", "lambda");

    /// <summary>What the function sent for each event; it ends when there is none any more.</summary>
    async Task<List<(string Kind, JsonElement Body)>> RunAsync(params string[] events)
    {
        var token = TestContext.Current.CancellationToken;
        var root = Directory.CreateDirectory(Path.Combine(folder.Root, "lambda")).FullName;
        File.CreateSymbolicLink(Path.Combine(root, "shardy"), ShardyProcess.Program);
        using var server = new HttpListener();
        var port = ServerScript.FreePorts(1);
        server.Prefixes.Add($"http://127.0.0.1:{port}/");
        server.Start();
        var answers = new ConcurrentQueue<(string, JsonElement)>();
        var serving = ServeAsync(server, events, answers);
        var start = new ProcessStartInfo("/bin/bash", [Path.Combine(Folder(), "bootstrap")]) { RedirectStandardError = true };
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = $"127.0.0.1:{port}";
        start.Environment["LAMBDA_TASK_ROOT"] = root;
        start.Environment["SHARDYFUSION_PREFIX"] = folder.Prefix;
        using var function = Process.Start(start)!;
        var said = await function.StandardError.ReadToEndAsync(token);
        await function.WaitForExitAsync(token);
        server.Stop();
        await serving;
        Assert.True(answers.Count == events.Length, said);
        return [.. answers];
    }

    // Until there is no event left: the runtime stops a function then, and the next question is refused here.
    static async Task ServeAsync(HttpListener server, string[] events, ConcurrentQueue<(string, JsonElement)> answers)
    {
        var next = 0;
        while (server.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await server.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var response = context.Response;
            var path = context.Request.Url!.AbsolutePath;
            if (path.EndsWith("/next", StringComparison.Ordinal))
            {
                response.StatusCode = next < events.Length ? 200 : 410;
                response.Headers["Lambda-Runtime-Aws-Request-Id"] = $"request-{next}";
                if (next < events.Length) await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(events[next++]));
                continue;
            }
            Assert.StartsWith($"/2018-06-01/runtime/invocation/request-{next - 1}/", path, StringComparison.Ordinal);
            using var body = await JsonDocument.ParseAsync(context.Request.InputStream);
            answers.Enqueue((path.Split('/')[^1], body.RootElement.Clone()));
            response.StatusCode = 202;
        }
    }
}
