using ShardyFusion.Errors;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Formats;

/// <summary>The content of <c>_CURRENT</c>: which manifest is current.</summary>
sealed record CurrentPointer
{
    /// <summary>Absolute ref of the manifest, as written; a copied tree keeps the old one, so use <see cref="ManifestKey"/> to read
    /// it.</summary>
    public required string ManifestRef { get; init; }

    /// <summary>The run that published the manifest.</summary>
    public required string RunId { get; init; }

    /// <summary>When the pointer was moved here; UTC, stored to the microsecond.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>MIME type of the manifest.</summary>
    public string ManifestContentType { get; init; } = ManifestCodec.ContentType;

    /// <summary>What the manifest's bytes are: its <c>content_check</c>, or <c>sha256:</c> and the SHA-256 of one that has none. Null when
    /// whoever moved the pointer did not say.</summary>
    public string? ManifestCheck { get; init; }

    /// <summary>Key of the manifest, relative to the snapshot prefix: <c>manifests/&lt;name&gt;/manifest</c>.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: <see cref="ManifestRef"/> is not of that
    /// shape.</exception>
    public string ManifestKey => SnapshotPaths.TryGetManifestKey(ManifestRef, out var key) ? key
        : throw new DocumentFaults("pointer", SnapshotPaths.CurrentKey).At("manifest_ref", PointerCodec.NotAManifestRef(ManifestRef));
}
