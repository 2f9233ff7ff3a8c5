using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Reading;

/// <summary>Collects what a health check finds; the worst finding is the verdict.</summary>
sealed class HealthFindings(string prefix)
{
    readonly List<string> reasons = [];
    HealthStatus status = HealthStatus.Healthy;
    ErrorKind? errorKind;

    /// <summary>Readable, but not as it should be.</summary>
    public void Degraded(string reason) => Add(HealthStatus.Degraded, reason, null);

    /// <summary>Not readable; the kind of the first such finding is reported.</summary>
    public void Unhealthy(string reason, ErrorKind? kind) => Add(HealthStatus.Unhealthy, reason, kind);

    /// <summary>Not readable because of a failure.</summary>
    public void Unhealthy(Exception failure) => Unhealthy(failure.Message, (failure as ShardyFusionException)?.Kind);

    void Add(HealthStatus found, string reason, ErrorKind? kind)
    {
        reasons.Add(reason);
        status = found > status ? found : status;
        errorKind ??= kind;
    }

    /// <summary>The report.</summary>
    /// <param name="loaded">The snapshot that is read; null when none is.</param>
    /// <param name="now">For its age.</param>
    /// <param name="onFallback">It is read instead of the current one.</param>
    /// <param name="isClosed">The reader was closed.</param>
    /// <param name="shardsProbed">Shards that answered; null when none were asked.</param>
    public HealthReport Report(LoadedManifest? loaded, DateTimeOffset now, bool onFallback = false, bool isClosed = false, int? shardsProbed = null) => new()
    {
        Status = status,
        Reasons = [.. reasons],
        Prefix = prefix,
        RunId = loaded?.Manifest.Required.RunId,
        ManifestRef = loaded?.Ref,
        ManifestAge = now - loaded?.Manifest.Required.CreatedAt,
        ShardCount = loaded?.Manifest.Required.NumDbs,
        ShardsProbed = shardsProbed,
        RowCount = loaded?.Manifest.RowCount,
        OnFallback = onFallback,
        IsClosed = isClosed,
        ErrorKind = errorKind,
    };
}
