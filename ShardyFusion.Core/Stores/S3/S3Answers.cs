using System.Globalization;
using System.Text.RegularExpressions;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores.S3;

/// <summary>Looks at every request before it leaves and at every answer before the SDK does.</summary>
sealed partial class S3Answers(StoreClock clock, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>More of an answer is not looked at for where it sends to.</summary>
    const int MaxLookedAtBytes = 8 * 1024;

    static readonly TimeSpan HttpDateResolution = TimeSpan.FromSeconds(1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Asking first costs a round trip per write, to save sending a body that the store rarely refuses.
        request.Headers.ExpectContinue = false;
        if (S3Attempt.Current is { } attempt) await attempt.ReadyAsync(cancellationToken).ConfigureAwait(false);
        var askedAt = clock.LocalNow();
        var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        try
        {
            var status = (int)answer.StatusCode;
            // The SDK would follow some of them to anywhere, signed request and all.
            if (status is >= 300 and < 400 and not 304) throw await RedirectAsync(answer, cancellationToken).ConfigureAwait(false);
            if (status is 200 or 206 && IsWebPage(request, answer)) throw S3AnswerException.NotS3(status);
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

    static async Task<S3AnswerException> RedirectAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var status = (int)answer.StatusCode;
        var body = await HeadOfBodyAsync(answer, cancellationToken).ConfigureAwait(false);
        var code = Code().Match(body) is { Success: true } found ? found.Groups[1].Value + " " : "";
        var region = RegionOf(answer);
        var host = answer.Headers.Location is { IsAbsoluteUri: true } location ? location.Authority
            : Endpoint().Match(body) is { Success: true } named ? named.Groups[1].Value : null;
        // Stores answer so for a bucket that lives elsewhere; gateways, to send a browser to a sign-in page.
        var isRegion = region is not null || code.Length > 0;
        var what = string.Create(CultureInfo.InvariantCulture,
            $"{code}(HTTP {status}): "
                + $"{(region is null ? "the answer sends the request elsewhere" : $"the bucket lives in region '{region}'")}"
                + $"{(host is null ? "" : $", to {host}")}");
        return new S3AnswerException(isRegion ? ErrorKind.WrongRegion : ErrorKind.StorageUnsupported, what)
        {
            Status = status,
            Advice = region is not null ? $"Give region {region}, and its endpoint if you give one at all."
                : isRegion ? $"The bucket lives in another region: give that region{(host is null ? "." : $", or the endpoint {host}.")}"
                : $"Check the endpoint: give the address that it sends to{(host is null ? "" : $" ({host})")}, if that is the store's, "
                + "or sign in to the network first.",
        };
    }

    /// <summary>The region that a store names in its answer; null when it names none.</summary>
    public static string? RegionOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("x-amz-bucket-region", out var values) && values.FirstOrDefault() is { } region && IsRegion(region)
            ? region : null;

    /// <summary>True for what can be a region's name: a server's text goes no further unchecked.</summary>
    public static bool IsRegion(string text) => Region().IsMatch(text);

    static async Task<string> HeadOfBodyAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxLookedAtBytes];
        try
        {
            var stream = await answer.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            var count = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            return System.Text.Encoding.UTF8.GetString(buffer, 0, count);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            return ""; // The status says enough.
        }
    }

    [GeneratedRegex("<Code>([A-Za-z]{1,60})</Code>")]
    private static partial Regex Code();

    [GeneratedRegex("<Endpoint>([A-Za-z0-9.:-]{1,255})</Endpoint>")]
    private static partial Regex Endpoint();

    [GeneratedRegex("^[a-z0-9-]{1,40}$")]
    private static partial Regex Region();
}
