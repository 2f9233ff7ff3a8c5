namespace ShardyFusion.Stores.Remote;

/// <summary>Looks at every request before it leaves and at every answer before the SDK does.</summary>
/// <param name="clock">Is shown what the store's clock says.</param>
/// <param name="inner">Sends them.</param>
abstract class AnswerHandler(StoreClock clock, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    static readonly TimeSpan HttpDateResolution = TimeSpan.FromSeconds(1);

    /// <summary>The handler that the store's connections come from.</summary>
    public static SocketsHttpHandler Connections(StoreConnection connection) => new()
    {
        ConnectTimeout = connection.ConnectTimeout,
        MaxConnectionsPerServer = connection.MaxConcurrentRequests,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(50),
        PooledConnectionLifetime = TimeSpan.FromMinutes(10), // Follows changes of the name service.
        AllowAutoRedirect = false,
        AutomaticDecompression = System.Net.DecompressionMethods.None,
        UseCookies = false,
    };

    /// <summary>What an answer is that sends the request elsewhere.</summary>
    protected abstract Task<StoreAnswerException> RedirectAsync(HttpResponseMessage answer, CancellationToken cancellationToken);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Asking first costs a round trip per write, to save sending a body that the store rarely refuses.
        request.Headers.ExpectContinue = false;
        if (StoreAttempt.Current is { } attempt) await attempt.ReadyAsync(cancellationToken).ConfigureAwait(false);
        var askedAt = clock.LocalNow();
        var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            var status = (int)answer.StatusCode;
            // An SDK would follow some of them to anywhere, signed request and all.
            if (status is >= 300 and < 400 and not 304) throw await RedirectAsync(answer, cancellationToken).ConfigureAwait(false);
            if (status is 200 or 206 && IsWebPage(request, answer)) throw StoreAnswerException.WebPage(status);
            if (answer.Headers.Date is { } shown) clock.Observe(shown, askedAt, HttpDateResolution);
            return answer;
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    // Some stores put that type on answers without a body; no object of a snapshot has it.
    static bool IsWebPage(HttpRequestMessage request, HttpResponseMessage answer) =>
        answer.Content.Headers.ContentType?.MediaType?.Contains("html", StringComparison.OrdinalIgnoreCase) == true
        && (request.Method == HttpMethod.Get || request.Method == HttpMethod.Head || answer.Content.Headers.ContentLength != 0);
}
