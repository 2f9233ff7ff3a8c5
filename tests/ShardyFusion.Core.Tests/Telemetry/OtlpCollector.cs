using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace ShardyFusion.Core.Tests.Telemetry;

/// <summary>A collector on a free port of loopback that takes OTLP over HTTP and decodes it.</summary>
sealed class OtlpCollector : IAsyncDisposable
{
    readonly HttpListener listener = new();
    readonly Task serving;

    /// <param name="status">What it answers.</param>
    public OtlpCollector(int status = 200)
    {
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Endpoint = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/otlp");
        }
        listener.Prefixes.Add($"{Endpoint}/");
        listener.Start();
        serving = ServeAsync(status);
    }

    public Uri Endpoint { get; }

    /// <summary>What came, one entry a request: path, media type.</summary>
    public ConcurrentQueue<(string Path, string? ContentType)> Requests { get; } = new();

    public ConcurrentQueue<OtlpSpan> Spans { get; } = new();

    /// <summary>The newest value of each series: name, its attributes in braces, and for a histogram its count.</summary>
    public ConcurrentDictionary<string, double> Metrics { get; } = new();

    /// <summary>Attributes of the resource that sent last.</summary>
    public IReadOnlyDictionary<string, string> Resource { get; private set; } = new Dictionary<string, string>();

    public async ValueTask DisposeAsync()
    {
        listener.Close();
        await serving;
    }

    async Task ServeAsync(int status)
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Requests.Enqueue((context.Request.Url!.AbsolutePath, context.Request.ContentType));
                if (status == 200) Decode(context.Request.Url.AbsolutePath, new ProtoMessage(body.ToArray()));
                context.Response.StatusCode = status;
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException && !listener.IsListening)
        {
            // Closed.
        }
    }

    void Decode(string path, ProtoMessage message)
    {
        foreach (var perResource in message.Messages(1))
        {
            Resource = Attributes(perResource.Message(1)!, 1);
            foreach (var scope in perResource.Messages(2))
            {
                if (path.EndsWith("/v1/traces", StringComparison.Ordinal))
                    foreach (var span in scope.Messages(2))
                        Spans.Enqueue(new OtlpSpan(span.Text(5), span.Hex(1), span.Hex(2), span.Hex(4), Attributes(span, 9),
                            span.Message(15)?.Number(3) == 2 ? span.Message(15)!.Text(2) : null));
                else
                    foreach (var metric in scope.Messages(2)) Take(metric);
            }
        }
    }

    void Take(ProtoMessage metric)
    {
        foreach (var kind in new[] { 5, 7 })
            foreach (var point in metric.Messages(kind).SelectMany(m => m.Messages(1)))
                Metrics[metric.Text(1) + Braces(Attributes(point, 7))] = point.Has(4) ? point.Double(4) : (long)point.Number(6);
        foreach (var point in metric.Messages(9).SelectMany(m => m.Messages(1)))
            Metrics[metric.Text(1) + Braces(Attributes(point, 9))] = point.Number(4);
    }

    static string Braces(Dictionary<string, string> attributes) => attributes.Count == 0 ? ""
        : $"{{{string.Join(",", attributes.Select(a => $"{a.Key}={a.Value}"))}}}";

    static Dictionary<string, string> Attributes(ProtoMessage message, int field) =>
        message.Messages(field).ToDictionary(a => a.Text(1), a => ValueText(a.Message(2)!));

    static string ValueText(ProtoMessage any) => any.Has(1) ? any.Text(1) : any.Has(3)
        ? ((long)any.Number(3)).ToString(CultureInfo.InvariantCulture) : any.Has(2) ? any.Number(2) == 1 ? "true" : "false"
        : any.Double(4).ToString(CultureInfo.InvariantCulture);
}

/// <summary>One span as it was sent.</summary>
/// <param name="Error">The status message of a failed one; null otherwise.</param>
sealed record OtlpSpan(string Name, string TraceId, string SpanId, string ParentSpanId, Dictionary<string, string> Attributes,
    string? Error);
