using System.Globalization;
using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.Figures;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Reading;

namespace ShardyFusion.Publishing.Guards;

/// <summary>A key that must be there, and the value it must have.</summary>
/// <param name="Key">Any key; converted to the snapshot's key type.</param>
/// <param name="Expected">Bytes, text, or what the value was made of (numbers, dictionaries, <see cref="RowFields"/>…); null for any
/// value.</param>
public sealed record Canary(object Key, object? Expected);

/// <summary>Reads canaries and says which are not as they should be.</summary>
static class CanaryCheck
{
    /// <summary>Keys named in the detail.</summary>
    const int NamedKeys = 5;

    /// <summary>Looks every canary up.</summary>
    /// <returns>Whether all are as expected, and a sentence with the figures. Values are never part of it.</returns>
    public static async Task<(bool Passed, string Detail)> RunAsync(SnapshotReader reader, IReadOnlyList<Canary> canaries,
        CancellationToken cancellationToken)
    {
        var faults = new List<string>();
        foreach (var canary in canaries)
        {
            if (await FaultAsync(reader, canary, cancellationToken).ConfigureAwait(false) is { } fault) faults.Add(fault);
        }
        if (faults.Count == 0)
            return (true, $"{ReadableText.Count(canaries.Count)} of {ReadableText.Count(canaries.Count)} keys are as expected.");
        var more = faults.Count > NamedKeys ? $"; and {faults.Count - NamedKeys} more" : "";
        return (false,
            $"{ReadableText.Count(faults.Count)} of {ReadableText.Count(canaries.Count)} keys are not as expected: "
                + $"{string.Join("; ", faults.Take(NamedKeys))}{more}.");
    }

    static async Task<string?> FaultAsync(SnapshotReader reader, Canary canary, CancellationToken cancellationToken)
    {
        try
        {
            var found = await reader.GetAsync(canary.Key, cancellationToken).ConfigureAwait(false);
            return !found.Found ? string.Create(CultureInfo.InvariantCulture, $"key '{canary.Key}' is not there")
                : Matches(found.Value!, found.ValueEncoding, canary.Expected) ? null
                : string.Create(CultureInfo.InvariantCulture, $"key '{canary.Key}' has another value");
        }
        catch (ShardyFusionException unreadable)
        {
            return string.Create(CultureInfo.InvariantCulture, $"key '{canary.Key}' cannot be read ({unreadable.Message})");
        }
    }

    internal static bool Matches(byte[] value, ValueEncoding? encoding, object? expected) => expected switch
    {
        null => true,
        byte[] bytes => value.AsSpan().SequenceEqual(bytes),
        _ when encoding == ValueEncoding.Json => MatchesJson(value, expected),
        _ => value.AsSpan().SequenceEqual(new ValueEncoder(encoding ?? (expected is string ? ValueEncoding.Utf8 : ValueEncoding.Json))
        .Encode(expected)),
    };

    /// <summary>Text is a document, or else the JSON string of that text; anything else becomes the document that it would be stored
    /// as.</summary>
    static bool MatchesJson(byte[] value, object expected)
    {
        if (Parse(value) is not { } found) return false;
        if (expected is string text && Parse(System.Text.Encoding.UTF8.GetBytes(text)) is { } document
            && JsonElement.DeepEquals(found, document)) return true;
        return Parse(new ValueEncoder(ValueEncoding.Json).Encode(expected).ToArray()) is { } stored
            && JsonElement.DeepEquals(found, stored);
    }

    static JsonElement? Parse(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Canaries, before the pointer moves.</summary>
sealed class CanaryGuard(IReadOnlyList<Canary> canaries) : IPublishGuard
{
    public string Name => "Canaries";

    public async Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken)
    {
        var (passed, detail) = await CanaryCheck.RunAsync(context.Reader, canaries, cancellationToken).ConfigureAwait(false);
        return new GuardResult(Name, passed, detail);
    }
}
