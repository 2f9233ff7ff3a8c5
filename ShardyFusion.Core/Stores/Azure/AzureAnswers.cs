using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>Keeps the SDK from following redirects, and from going on by itself with an answer that was cut short.</summary>
sealed class AzureAnswers(StoreClock clock, HttpMessageHandler inner) : AnswerHandler(clock, inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        // The SDK reads a body that broke off to its end by further requests, past limits, retries and counts.
        if (request.Method == HttpMethod.Get && answer.IsSuccessStatusCode) StoreAttempt.Current?.RequireFirstBody();
        return answer;
    }

    protected override Task<StoreAnswerException> RedirectAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var host = answer.Headers.Location is { IsAbsoluteUri: true } location ? location.Authority : null;
        return Task.FromResult(new StoreAnswerException(ErrorKind.StorageUnsupported, string.Create(CultureInfo.InvariantCulture,
            $"(HTTP {(int)answer.StatusCode}): the answer sends the request elsewhere{(host is null ? "" : $", to {host}")}"))
        {
            Status = (int)answer.StatusCode,
            Advice = "Check the account and the endpoint, or sign in to the network first.",
        });
    }
}
