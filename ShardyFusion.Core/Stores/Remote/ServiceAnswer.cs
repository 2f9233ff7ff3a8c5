using System.Globalization;

namespace ShardyFusion.Stores.Remote;

/// <summary>A refusal or failure that a store has answered with.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">The store's own code; null or empty when it gave none.</param>
/// <param name="RequestId">The store's id of the request, by which its people find it; null when it gave none.</param>
/// <param name="Failure">What the SDK made of it.</param>
readonly record struct ServiceAnswer(int Status, string? Code, string? RequestId, Exception Failure)
{
    /// <summary>Code and status, for messages. A code is a word; a server that says more than that may repeat what it was sent.</summary>
    public string Shown => string.Create(CultureInfo.InvariantCulture, $"{Word} (HTTP {Status})");

    /// <summary>As <see cref="Shown"/>, with the id of the request.</summary>
    public string ShownWithId => string.IsNullOrEmpty(RequestId) ? Shown
        : string.Create(CultureInfo.InvariantCulture, $"{Word} (HTTP {Status}, request {RequestId})");

    string Word => Code is { Length: > 0 and <= 80 } code && code.All(char.IsAsciiLetterOrDigit) ? code
        : ((System.Net.HttpStatusCode)Status).ToString();
}
