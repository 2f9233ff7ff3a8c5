using System.Text.Json;
using System.Text.Json.Serialization;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.LocalFiles;
using ShardyFusion.Stores;

namespace ShardyFusion.Runs;

/// <summary>Someone's wish that a live build ends: the object <c>stop.json</c> beside its run record, which the build looks for.</summary>
/// <param name="FormatVersion">1.</param>
/// <param name="RunId">The run.</param>
/// <param name="RequestedAt">When; UTC.</param>
/// <param name="Author">Who; null when unknown.</param>
/// <param name="Host">On which machine; null when unknown.</param>
/// <param name="Reason">Why, sanitised, at most 300 characters; null for no reason.</param>
sealed record StopRequest(
    [property: JsonPropertyName("format_version")] int FormatVersion,
    [property: JsonPropertyName("run_id")] string RunId,
    [property: JsonPropertyName("requested_at")] DateTimeOffset RequestedAt,
    [property: JsonPropertyName("author")] string? Author,
    [property: JsonPropertyName("host")] string? Host,
    [property: JsonPropertyName("reason")] string? Reason)
{
    const string ObjectName = "stop.json";
    const int MaxBytes = 64 << 10;

    /// <summary>A request of whoever runs this process.</summary>
    public static StopRequest Now(string runId, string? reason, TimeProvider clock) =>
        new(1, runId, SnapshotTime.ToMicroseconds(clock.GetUtcNow()),
        LocalUser.Name, Environment.MachineName, string.IsNullOrWhiteSpace(reason) ? null : SecretRedactor.ForRecord(reason));

    /// <summary>Key of the request beside a run record.</summary>
    public static string KeyOf(string recordKey) => recordKey[..^SnapshotPaths.RunRecordName.Length] + ObjectName;

    /// <summary>Asks; a request that is there already stands.</summary>
    /// <returns>False when someone asked before.</returns>
    public async Task<bool> WriteAsync(IObjectStore store, string recordKey, CancellationToken cancellationToken) => (await store.PutAsync(
        KeyOf(recordKey), JsonSerializer.SerializeToUtf8Bytes(this, RunJson.Default.StopRequest),
        new PutOptions(PutCondition.CreateOnly, "application/json"), cancellationToken).ConfigureAwait(false)).Written;

    /// <summary>The request for a run; null when nobody asked.</summary>
    /// <returns>An object that is malformed is a request all the same: whoever put it there wanted the build to stop.</returns>
    public static async Task<StopRequest?> ReadAsync(IObjectStore store, string recordKey, string runId,
        CancellationToken cancellationToken)
    {
        try
        {
            var found = await store.GetAsync(KeyOf(recordKey), MaxBytes, cancellationToken).ConfigureAwait(false);
            return found is null ? null : JsonSerializer.Deserialize(found.Content.Span, RunJson.Default.StopRequest) ?? Unreadable(runId);
        }
        catch (Exception e) when (e is JsonException or ShardyFusionException { Kind: ErrorKind.ManifestParse })
        {
            return Unreadable(runId);
        }
    }

    static StopRequest Unreadable(string runId) => new(1, runId, default, null, null, null);

    /// <summary>Who asked and why, as the end of a sentence.</summary>
    public override string ToString() =>
        $"{Author ?? "someone"} on '{Host ?? "an unknown host"}'{(Reason is null ? "" : $": {SecretRedactor.ForRecord(Reason)}")}";
}
