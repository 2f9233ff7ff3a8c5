using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Cleaning;

/// <summary>What a cleanup would delete, and why; made from what was there at one time.</summary>
/// <param name="FormatVersion">1.</param>
/// <param name="Prefix">The prefix.</param>
/// <param name="CreatedAt">When it was made, UTC.</param>
/// <param name="Policy">By which rules.</param>
/// <param name="Items">What would be deleted.</param>
/// <param name="Kept">The snapshots that stay, each with the first rule that keeps it.</param>
public sealed record CleanupPlan(int FormatVersion, string Prefix, DateTimeOffset CreatedAt, CleanupPolicy Policy,
    IReadOnlyList<CleanupItem> Items, IReadOnlyList<KeptSnapshot> Kept)
{
    static readonly JsonSerializerOptions json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter<CleanupKind>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        TypeInfoResolver = CleanupPlanJson.Default,
    };

    static JsonTypeInfo<CleanupPlan> TypeInfo => (JsonTypeInfo<CleanupPlan>)json.GetTypeInfo(typeof(CleanupPlan));

    /// <summary>
    /// Versions of what shows whether someone is at work: run records, the build lock, tags and pins, and each run's newest shard. What
    /// has another one when the plan is carried out is alive, whatever the clocks say. Null in a plan of an older version.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Seen { get; init; }

    /// <summary>Objects of all items.</summary>
    [JsonIgnore]
    public int ObjectCount => Items.Sum(item => item.Objects.Count);

    /// <summary>Bytes of all items.</summary>
    [JsonIgnore]
    public long Bytes => Items.Sum(item => item.Bytes);

    /// <summary>The plan as JSON, to be applied later.</summary>
    public string ToJson() =>
        Encoding.UTF8.GetString(ContentCheck.OfIndentedJson.Seal(ContentCheck.OfIndentedJson.AddTo(JsonSerializer.SerializeToUtf8Bytes(this,
        TypeInfo))));

    /// <summary>Saves the plan, to be applied later; replaces a file that is there.</summary>
    /// <exception cref="ShardyFusionException">As <see cref="OutputFile.WriteTextAsync"/>.</exception>
    public Task SaveAsync(string path, CancellationToken cancellationToken) =>
        OutputFile.WriteTextAsync(path, ToJson(), overwrite: true, cancellationToken);

    /// <summary>Reads a plan that was saved.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: it is no plan, or of another format
    /// version.</exception>
    public static CleanupPlan FromJson(string text, string source)
    {
        try
        {
            // Editors and shells change line ends and what comes after the last brace; neither is content.
            ContentCheck.OfIndentedJson.Verify(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n").TrimEnd()),
                new DocumentFaults("cleanup plan", source), out _);
            var plan = JsonSerializer.Deserialize(text, TypeInfo);
            if (plan is { FormatVersion: 1 }) return plan;
        }
        catch (JsonException malformed)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{source}' is not a cleanup plan: {malformed.Message}", malformed)
            {
                Target = source,
            };
        }
        catch (ShardyFusionException changed) when (changed.Kind == ErrorKind.ManifestParse)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"{changed.Message} Plan the cleanup again.", changed)
            {
                Target = source,
            };
        }
        throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{source}' is not a cleanup plan of format version 1.")
        {
            Target = source,
        };
    }
}

/// <summary>Things that are deleted together.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Name">The run, or the key.</param>
/// <param name="Reason">Why they may be deleted.</param>
/// <param name="Objects">In the order in which they are deleted: a manifest before its shards.</param>
public sealed record CleanupItem(CleanupKind Kind, string Name, string Reason, IReadOnlyList<CleanupObject> Objects)
{
    /// <summary>Bytes of its objects.</summary>
    [JsonIgnore]
    public long Bytes => Objects.Sum(found => found.Bytes);
}

/// <summary>Kinds of things that a cleanup deletes.</summary>
public enum CleanupKind
{
    /// <summary>A manifest and its shards.</summary>
    Snapshot,
    /// <summary>Shards that no manifest names: lost attempts, runs that failed or died.</summary>
    OrphanShards,
    /// <summary>An upload in parts that nobody will complete; its size is unknown.</summary>
    Upload,
    /// <summary>The record of a run that ended long ago.</summary>
    RunRecord,
    /// <summary>A tag that expired, a block of a snapshot that is gone, the annotation of a writer that died.</summary>
    Mark,
}

/// <summary>One object.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="Bytes">Size; 0 when unknown.</param>
public sealed record CleanupObject(string Key, long Bytes);

/// <summary>A snapshot that stays.</summary>
/// <param name="RunId">Its run.</param>
/// <param name="ManifestKey">Relative key of its manifest.</param>
/// <param name="Reason">The first rule that keeps it.</param>
public sealed record KeptSnapshot(string RunId, string ManifestKey, string Reason);

/// <summary>What a cleanup did.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="Deleted">Items that are gone whole.</param>
/// <param name="Skipped">Items that are protected by now, and were left alone.</param>
/// <param name="Failures">Objects that could not be deleted; the next cleanup finds them again.</param>
public sealed record CleanupResult(string Prefix,
    IReadOnlyList<CleanupItem> Deleted, IReadOnlyList<CleanupItem> Skipped, IReadOnlyList<CleanupFailure> Failures);

/// <summary>An object that could not be deleted.</summary>
/// <param name="Key">Relative key.</param>
/// <param name="Error">Why.</param>
public sealed record CleanupFailure(string Key, string Error);
