using System.Collections;
using ShardyFusion.Errors;

namespace ShardyFusion.Formats;

/// <summary>Guard results as a manifest's <c>custom</c> fields keep them.</summary>
static class GuardRecords
{
    const string Guards = "guards", Forced = "forced", Author = "author";

    /// <summary>The fields for a manifest; none when no guard ran.</summary>
    public static IEnumerable<KeyValuePair<string, object?>> Fields(IReadOnlyList<GuardResult> results, ForcedPublish? forced)
    {
        if (results.Count > 0)
        {
            yield return new(Guards, results.Select(object? (result) => new Dictionary<string, object?>
            {
                ["name"] = result.Name,
                ["passed"] = result.Passed,
                ["detail"] = SecretRedactor.ForRecord(result.Detail),
            }).ToList());
        }
        if (forced is not null)
        {
            yield return new(Forced, new Dictionary<string, object?>
            {
                ["author"] = forced.Author,
                ["host"] = forced.Host,
                ["at"] = SnapshotTime.FormatField(forced.At),
                ["reason"] = SecretRedactor.ForRecord(forced.Reason),
            });
        }
    }

    /// <summary>A manifest's fields without what its own build and publish noted there.</summary>
    public static IReadOnlyDictionary<string, object?> Without(IReadOnlyDictionary<string, object?> custom) =>
        custom.Where(field => field.Key is not (Guards or Forced or Author)).ToDictionary(StringComparer.Ordinal);

    /// <summary>The results in a manifest's fields; entries of another form are ignored, since anybody may write there.</summary>
    public static IReadOnlyList<GuardResult> ResultsIn(IReadOnlyDictionary<string, object?> custom) =>
        custom.GetValueOrDefault(Guards) is not IEnumerable entries || entries is string ? []
        : [.. entries.OfType<IReadOnlyDictionary<string, object?>>().Where(entry => entry.GetValueOrDefault("name") is string
        && entry.GetValueOrDefault("passed") is bool)
            .Select(entry => new GuardResult((string)entry["name"]!, (bool)entry["passed"]!, entry.GetValueOrDefault("detail") as string
                ?? ""))];

    /// <summary>The forced publish in a manifest's fields; null when there is none.</summary>
    public static ForcedPublish? ForcedIn(IReadOnlyDictionary<string, object?> custom) =>
        custom.GetValueOrDefault(Forced) is IReadOnlyDictionary<string, object?> entry && entry.GetValueOrDefault("at") is string at
            && SnapshotTime.TryParseField(at, out var time)
            ? new ForcedPublish(entry.GetValueOrDefault("author") as string ?? "", entry.GetValueOrDefault("host") as string ?? "", time,
            entry.GetValueOrDefault("reason") as string ?? "") : null;
}
