using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Telemetry;

/// <summary>Answers <c>GET /metrics</c> with all metrics, for a Prometheus server to scrape.</summary>
/// <remarks>Plain HTTP and no authentication: on loopback unless told otherwise. Safe for concurrent callers.</remarks>
public sealed class MetricServer : IAsyncDisposable
{
    /// <summary>A request's head longer than this is no scrape.</summary>
    const int MaxHeadBytes = 16 << 10;

    /// <summary>Less than a scraper waits, so that one comes through behind as many as are served at once and never say what they
    /// want.</summary>
    static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(4);

    static readonly TimeSpan PauseWithoutFiles = TimeSpan.FromMilliseconds(100);

    readonly TcpListener listener;
    readonly CancellationTokenSource stop = new();
    readonly Task accepting;
    // A scraper needs one; more at once are made to wait rather than to pile up.
    readonly SemaphoreSlim turns = new(16);

    MetricServer(TcpListener listener)
    {
        this.listener = listener;
        EndPoint = (IPEndPoint)listener.LocalEndpoint;
        accepting = AcceptAsync();
    }

    /// <summary>Starts a server.</summary>
    /// <param name="port">0..65,535; 0 takes a free one.</param>
    /// <param name="address">The local address to listen on; null for 127.0.0.1.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the port is taken, or the address is not of this
    /// machine.</exception>
    public static MetricServer Start(int port, IPAddress? address = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        var listener = new TcpListener(address ?? IPAddress.Loopback, port);
        try
        {
            listener.Start();
        }
        catch (SocketException e)
        {
            listener.Dispose();
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"No metric server can listen on {address ?? IPAddress.Loopback}, port {port}: {e.Message}", e)
            {
                Target = port,
                RecommendedAction = "Choose another port, or stop what listens there.",
            };
        }
        return new MetricServer(listener);
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>What to scrape.</summary>
    public Uri Url => new($"http://{EndPoint}/metrics");

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await turns.WaitAsync(stop.Token).ConfigureAwait(false);
                try
                {
                    _ = ServeAsync(await listener.AcceptTcpClientAsync(stop.Token).ConfigureAwait(false));
                }
                catch (SocketException) when (!stop.IsCancellationRequested)
                {
                    // No file handle is free, or whoever called has gone already: the next one may fare better.
                    turns.Release();
                    await Task.Delay(PauseWithoutFiles, stop.Token).ConfigureAwait(false);
                }
            }
        }
        catch (Exception e) when (stop.IsCancellationRequested && e is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        limit.CancelAfter(RequestLimit);
        try
        {
            using (client)
            {
                var stream = client.GetStream();
                var request = await ReadRequestLineAsync(stream, limit.Token).ConfigureAwait(false);
                await stream.WriteAsync(Answer(request), limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception)
        {
            // Whoever asked has gone, or never finished asking. Whatever it was, the next one is served.
        }
        finally
        {
            turns.Release();
        }
    }

    /// <summary>Reads the whole head, so that closing does not reset the connection before the answer is read.</summary>
    static async Task<string> ReadRequestLineAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var head = new byte[MaxHeadBytes];
        for (var length = 0; length < head.Length;)
        {
            var read = await stream.ReadAsync(head.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read == 0) break;
            length += read;
            if (head.AsSpan(0, length).IndexOf("\r\n\r\n"u8) >= 0)
                return Encoding.Latin1.GetString(head, 0, head.AsSpan().IndexOf("\r\n"u8));
        }
        return "";
    }

    static byte[] Answer(string requestLine)
    {
        var words = requestLine.Split(' ');
        var (status, body) = words is not [_, var target, ['H', 'T', 'T', 'P', '/', ..]] ? ("400 Bad Request", "")
            : words[0] is not ("GET" or "HEAD") ? ("405 Method Not Allowed", "")
            : target.Split('?')[0] == "/metrics" ? ("200 OK", ShardyTelemetry.PrometheusText())
            : ("404 Not Found", "The metrics are at /metrics.\n");
        var content = Encoding.UTF8.GetBytes(body);
        var head = string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status}\r\nContent-Type: {PrometheusText.ContentType}\r\nContent-Length: {content.Length}\r\n"
                + $"Connection: close\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(head), .. words[0] == "HEAD" ? [] : content];
    }

    /// <summary>Stops listening; an answer under way is cut off.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync().ConfigureAwait(false);
        listener.Dispose();
        await accepting.ConfigureAwait(false);
    }
}
