using System.Globalization;
using System.Text.RegularExpressions;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>Finds out where S3 sends a request that it redirects.</summary>
sealed partial class S3Answers(StoreClock clock, HttpMessageHandler inner) : AnswerHandler(clock, inner)
{
    /// <summary>More of an answer is not looked at for where it sends to.</summary>
    const int MaxLookedAtBytes = 8 * 1024;

    protected override async Task<StoreAnswerException> RedirectAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
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
        return new StoreAnswerException(isRegion ? ErrorKind.WrongRegion : ErrorKind.StorageUnsupported, what)
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
