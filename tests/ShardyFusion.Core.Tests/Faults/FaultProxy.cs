using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>What happens to a request instead of being passed on.</summary>
/// <param name="proxy">Passes the request on, by <see cref="FaultProxy.ForwardAsync"/>.</param>
/// <param name="request">The request.</param>
/// <param name="cancellationToken">Ends with the proxy.</param>
/// <returns>The bytes to answer; null to reset the connection. Cut bytes are sent and the connection is then reset.</returns>
public delegate Task<byte[]?> ProxyFault(FaultProxy proxy, ProxiedRequest request, CancellationToken cancellationToken);

/// <summary>An HTTP proxy on loopback before a real server, which spoils the requests that its rules name.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly CancellationTokenSource stop = new();
    readonly IPEndPoint upstream;
    readonly List<Func<ProxiedRequest, ProxyFault?>> rules = [];
    readonly Task accepting;

    FaultProxy(IPEndPoint upstream)
    {
        this.upstream = upstream;
        listener.Start();
        Endpoint = $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}";
        // Another server may have had this port.
        KnownConditions.Forget(Endpoint);
        accepting = AcceptAsync();
    }

    public static FaultProxy Start(string upstreamEndpoint)
    {
        var uri = new Uri(upstreamEndpoint);
        return new FaultProxy(new IPEndPoint(uri.IsLoopback ? IPAddress.Loopback : Dns.GetHostAddresses(uri.Host)[0], uri.Port));
    }

    public string Endpoint { get; }

    /// <summary>Every request that arrived, spoiled ones too.</summary>
    public ConcurrentQueue<ProxiedRequest> Requests { get; } = new();

    /// <summary>Spoils the n-th matching request and <paramref name="count"/> − 1 after it.</summary>
    public FaultProxy On(Func<ProxiedRequest, bool> match, ProxyFault fault, int nth = 1, int count = 1)
    {
        var seen = 0;
        rules.Add(request => match(request) && Interlocked.Increment(ref seen) is var number && number >= nth && number < (long)nth + count
            ? fault : null);
        return this;
    }

    /// <summary>Spoils this share of all requests, each with a fault drawn from <paramref name="faults"/>.</summary>
    public FaultProxy Randomly(double share, int seed, params ProxyFault[] faults)
    {
        var random = new Random(seed);
        rules.Add(_ =>
        {
            lock (random)
                return random.NextDouble() < share ? faults[random.Next(faults.Length)] : null;
        });
        return this;
    }

    public static ProxyFault Reset { get; } = static (_, _, _) => Task.FromResult<byte[]?>(null);

    /// <summary>The server does the work; the answer never arrives.</summary>
    public static ProxyFault ResetAfterwards { get; } = static async (proxy, request, token) =>
    {
        await proxy.ForwardAsync(request, token);
        return null;
    };

    /// <summary>Half of the answer arrives.</summary>
    public static ProxyFault Truncate { get; } = static async (proxy, request, token) =>
    {
        var answer = await proxy.ForwardAsync(request, token);
        var bodyStart = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        return answer[..(bodyStart + ((answer.Length - bodyStart) / 2))];
    };

    public static ProxyFault Stall { get; } = static async (_, _, token) =>
    {
        await Task.Delay(Timeout.Infinite, token);
        return null;
    };

    /// <summary>The server gets the request twice; the second answer arrives.</summary>
    public static ProxyFault Duplicate { get; } = static async (proxy, request, token) =>
    {
        await proxy.ForwardAsync(request, token);
        return await proxy.ForwardAsync(request, token);
    };

    public static ProxyFault Delay(TimeSpan pause) => async (proxy, request, token) =>
    {
        await Task.Delay(pause, token);
        return await proxy.ForwardAsync(request, token);
    };

    /// <summary>An error in place of the server's answer; with <paramref name="isAfterwards"/> the server does the work first.</summary>
    public static ProxyFault Status(int status, string code, string? header = null, bool isAfterwards = false) =>
        async (proxy, request, token) =>
    {
        if (isAfterwards)
            await proxy.ForwardAsync(request, token);
        var body = request.Method == "HEAD" ? ""
            : "<?xml version=\"1.0\" "
            + $"encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>Injected.</Message><RequestId>injected</RequestId></Error>";
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} Injected\r\nContent-Type: application/xml\r\n{(header is null ? "" : header + "\r\n")}Content-Length: "
                + $"{body.Length}\r\nConnection: close\r\n\r\n{body}"));
    };

    /// <summary>What a store does that takes conditional headers and ignores them.</summary>
    public static ProxyFault IgnoreCondition(string secretKey) => (proxy, request, token) =>
        AsNullable(proxy.ForwardAsync(request.Header("if-match") is null && request.Header("if-none-match") is null ? request
            : request.WithoutCondition(secretKey), token));

    static async Task<byte[]?> AsNullable(Task<byte[]> answer) => await answer;

    /// <summary>Sends a request to the server and returns its whole answer.</summary>
    public async Task<byte[]> ForwardAsync(ProxiedRequest request, CancellationToken cancellationToken)
    {
        using var server = new TcpClient { NoDelay = true };
        await server.ConnectAsync(upstream, cancellationToken);
        var stream = server.GetStream();
        await stream.WriteAsync(request.ToBytes(), cancellationToken);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, cancellationToken);
        return answer.ToArray();
    }

    async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await listener.AcceptTcpClientAsync(stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                var stream = client.GetStream();
                if (await ReadRequestAsync(stream, stop.Token) is not { } request)
                    return;
                Requests.Enqueue(request);
                // Every rule counts the request; the first one that names it spoils it.
                var fault = rules.Select(rule => rule(request)).ToList().Find(static f => f is not null);
                using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
                var working = fault is null ? AsNullable(ForwardAsync(request, gone.Token)) : fault(this, request, gone.Token);
                var answer = await working;
                if (answer is not null)
                    await stream.WriteAsync(answer, stop.Token);
                if (answer is null || !IsWhole(answer, request.Method))
                    client.Client.LingerState = new LingerOption(true, 0); // Closing sends a reset.
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
            }
        }
    }

    static bool IsWhole(byte[] answer, string method)
    {
        var bodyStart = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        var head = Encoding.Latin1.GetString(answer, 0, bodyStart);
        var at = head.IndexOf("Content-Length:", StringComparison.OrdinalIgnoreCase);
        return method == "HEAD" || at < 0 || int.Parse(head[(at + 15)..head.IndexOf('\r', at)],
            CultureInfo.InvariantCulture) == answer.Length - bodyStart;
    }

    static async Task<ProxiedRequest?> ReadRequestAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var received = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int bodyStart;
        while ((bodyStart = received.GetBuffer().AsSpan(0, (int)received.Length).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var count = await stream.ReadAsync(buffer, cancellationToken);
            if (count == 0)
                return null;
            received.Write(buffer, 0, count);
        }
        bodyStart += 4;
        var lines = Encoding.Latin1.GetString(received.GetBuffer(), 0, bodyStart - 4).Split("\r\n");
        var headers = lines.Skip(1).Select(static l => new KeyValuePair<string, string>(l[..l.IndexOf(':', StringComparison.Ordinal)],
            l[(l.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())).ToList();
        var first = lines[0].Split(' ');
        var lengthBytes = headers.Find(static h => h.Key.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)).Value is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture) : 0;
        var body = new byte[lengthBytes];
        var have = (int)received.Length - bodyStart;
        received.GetBuffer().AsSpan(bodyStart, have).CopyTo(body);
        await stream.ReadExactlyAsync(body.AsMemory(have), cancellationToken);
        return new ProxiedRequest(first[0], first[1], headers, body);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        // First: one that has just accepted a connection would ask a stopped listener for the next.
        await accepting;
        listener.Stop();
        stop.Dispose();
        listener.Dispose();
    }
}
