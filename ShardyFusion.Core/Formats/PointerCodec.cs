using System.Globalization;
using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Formats;

/// <summary>The pointer as bytes: compact JSON with sorted keys and no newline.</summary>
/// <remarks>Stateless; safe for concurrent callers. The format is described in docs/format/pointer.md.</remarks>
static class PointerCodec
{
    /// <summary>MIME type of the pointer object.</summary>
    public const string ContentType = "application/json";

    const int FormatVersion = 1;

    /// <summary>Largest pointer that is read, in bytes.</summary>
    public static long MaxBytes => DocumentLimits.Pointer.MaxBytes;

    /// <summary>Writes a pointer.</summary>
    /// <returns>ASCII JSON.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestBuild"/>: the ref does not name a manifest.</exception>
    public static byte[] Write(CurrentPointer current)
    {
        ArgumentNullException.ThrowIfNull(current);
        if (!SnapshotPaths.TryGetManifestKey(current.ManifestRef, out _))
            throw new ShardyFusionException(ErrorKind.ManifestBuild,
                $"The pointer cannot be written: manifest_ref: {NotAManifestRef(current.ManifestRef)}.");
        var json = new StringBuilder(256);
        json.Append(CultureInfo.InvariantCulture, $"{{\"format_version\":{FormatVersion}");
        if (current.ManifestCheck is { } check)
        {
            json.Append(",\"manifest_check\":");
            AppendString(json, check);
        }
        json.Append(",\"manifest_content_type\":");
        AppendString(json, current.ManifestContentType);
        json.Append(",\"manifest_ref\":");
        AppendString(json, current.ManifestRef);
        json.Append(",\"run_id\":");
        AppendString(json, current.RunId);
        json.Append(",\"updated_at\":");
        AppendString(json, SnapshotTime.FormatField(current.UpdatedAt));
        return ContentCheck.OfJson.Seal(ContentCheck.OfJson.AddTo(Encoding.ASCII.GetBytes(json.Append('}').ToString())));
    }

    /// <summary>Reads a pointer.</summary>
    /// <param name="content">The object's bytes.</param>
    /// <param name="source">Its key or ref, for messages.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: malformed, oversized, of another format version, or a
    /// <c>manifest_ref</c> that does not end in <c>manifests/&lt;name&gt;/manifest</c>; names the field.</exception>
    public static CurrentPointer Read(ReadOnlySpan<byte> content, string source = SnapshotPaths.CurrentKey)
    {
        var faults = new DocumentFaults("pointer", source);
        ContentCheck.OfJson.Verify(content, faults, out _);
        var fields = new FieldReader(YamlReader.Read(content, DocumentLimits.Pointer, faults), "", faults);
        fields.FormatVersion(FormatVersion);
        var manifestRef = fields.Text("manifest_ref");
        if (!SnapshotPaths.TryGetManifestKey(manifestRef, out _))
            throw fields.Fault("manifest_ref", NotAManifestRef(manifestRef));
        var runId = fields.Text("run_id");
        // Shardyfusion takes a run id from anywhere in the ref.
        if (manifestRef.Contains("run_id=", StringComparison.Ordinal)
            && !manifestRef.Split('/').Any(segment => segment.EndsWith($"run_id={runId}", StringComparison.Ordinal)))
            throw fields.Fault("run_id", $"{Routing.KeyFaults.Quote(runId)} is not the run that manifest_ref names");
        return new CurrentPointer
        {
            ManifestRef = manifestRef,
            RunId = runId,
            ManifestCheck = fields.OptionalText("manifest_check"),
            UpdatedAt = fields.Timestamp("updated_at"),
            ManifestContentType = fields.OptionalText("manifest_content_type") ?? ManifestCodec.ContentType,
        };
    }

    internal static string NotAManifestRef(string reference) =>
        $"{Routing.KeyFaults.Quote(reference)} does not end in manifests/<name>/manifest";

    /// <summary>A JSON string as Python's json.dumps writes it: ASCII, lower-case \u escapes.</summary>
    static void AppendString(StringBuilder json, string text)
    {
        json.Append('"');
        foreach (var character in text)
        {
            _ = character switch
            {
                '"' => json.Append("\\\""),
                '\\' => json.Append("\\\\"),
                '\n' => json.Append("\\n"),
                '\r' => json.Append("\\r"),
                '\t' => json.Append("\\t"),
                '\b' => json.Append("\\b"),
                '\f' => json.Append("\\f"),
                >= ' ' and <= '\u007f' => json.Append(character),
                _ => json.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
            };
        }
        json.Append('"');
    }
}
