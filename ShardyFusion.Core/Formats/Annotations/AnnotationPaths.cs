using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Formats.Annotations;

/// <summary>Where annotations lie: keys relative to the snapshot prefix.</summary>
static class AnnotationPaths
{
    public const string FreezeKey = "_FREEZE";
    public const string TagsPrefix = "tags/";
    public const string BlocksPrefix = "blocks/";
    public const string RolledBackPrefix = BlocksPrefix + "rolled-back/";
    public const string EventsPrefix = "events/";
    public const string RemovalsPrefix = "removals/";
    public const string PinsPrefix = "pins/";
    public const string Extension = ".json";
    const string RunStart = "run_id=";

    /// <summary>Longest tag, in characters.</summary>
    public const int MaxTagLength = 128;

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the tag is not valid.</exception>
    public static string TagKey(string tag) => IsValidTag(tag) ? $"{TagsPrefix}{tag}{Extension}"
        : throw new ShardyFusionException(ErrorKind.ConfigValidation,
        $"The tag {KeyFaults.Show(tag)} is not valid: it needs 1 to {MaxTagLength} characters of A-Z, a-z, 0-9, '.', '_' and '-'.")
        { Target = tag };

    public static bool IsValidTag(string? tag) => tag is { Length: > 0 and <= MaxTagLength }
        && tag.All(static c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    /// <param name="manifestKey"><c>manifests/&lt;name&gt;/manifest</c>.</param>
    public static string BlockKey(string manifestKey) => $"{BlocksPrefix}{FolderName(manifestKey)}{Extension}";

    /// <inheritdoc cref="BlockKey"/>
    public static string RolledBackKey(string manifestKey) => $"{RolledBackPrefix}{FolderName(manifestKey)}{Extension}";

    /// <inheritdoc cref="BlockKey"/>
    public static string RemovalKey(string manifestKey) => $"{RemovalsPrefix}{FolderName(manifestKey)}{Extension}";

    /// <summary>The annotation of a cleanup that deletes shards of a run without a manifest.</summary>
    public static string RunRemovalKey(string runId) => $"{RemovalsPrefix}{RunStart}{runId}{Extension}";

    /// <summary>True for the annotation of a cleanup that deletes a snapshot of that run or what it left.</summary>
    public static bool IsRemovalOf(string key, string runId) =>
        FolderOf(key, RemovalsPrefix) is { } name
            && (name == RunStart + runId || (SnapshotPaths.TryParseManifestFolder(name, out var folder) && folder.RunId == runId));

    /// <inheritdoc cref="BlockKey"/>
    public static string NewPinKey(string manifestKey) => $"{PinsPrefix}{FolderName(manifestKey)}_{Guid.NewGuid():N}{Extension}";

    /// <summary>Events of one moment, whatever their pointer.</summary>
    public static string EventsAt(DateTimeOffset at) => $"{EventsPrefix}{SnapshotTime.FormatName(at)}_";

    public static string NewEventKey(DateTimeOffset at) =>
        string.Create(CultureInfo.InvariantCulture, $"{EventsAt(at)}{Guid.NewGuid():N}{Extension}");

    /// <summary>When the event of that key happened.</summary>
    public static bool TryParseEvent(string key, out DateTimeOffset at)
    {
        at = default;
        var name = key.AsSpan()[Math.Min(EventsPrefix.Length, key.Length)..];
        var end = name.IndexOf('_');
        return end > 0 && name.EndsWith(Extension, StringComparison.Ordinal) && SnapshotTime.TryParseName(name[..end], out at);
    }

    /// <summary>The name in the history that a block's, removal's key is about.</summary>
    public static string? FolderOf(string key, string prefix) =>
        key.StartsWith(prefix, StringComparison.Ordinal) && key.EndsWith(Extension, StringComparison.Ordinal) && key.Length > prefix.Length
            + Extension.Length ? key[prefix.Length..^Extension.Length] : null;

    static string FolderName(string manifestKey) =>
        manifestKey[SnapshotPaths.ManifestsPrefix.Length..^(SnapshotPaths.ManifestName.Length + 1)];
}
