using ShardyFusion.Errors;

namespace ShardyFusion.Reading;

/// <summary>Collects what a part of a health check finds; the worst finding is the verdict. For one thread.</summary>
sealed class HealthFindings
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

    /// <summary>Takes over what another part found.</summary>
    public void Add(HealthFindings part)
    {
        reasons.AddRange(part.reasons);
        status = part.status > status ? part.status : status;
        errorKind ??= part.errorKind;
    }

    void Add(HealthStatus found, string reason, ErrorKind? kind)
    {
        reasons.Add(reason);
        status = found > status ? found : status;
        errorKind ??= kind;
    }

    /// <summary>Completes a report with the verdict.</summary>
    public HealthReport Conclude(HealthReport figures) => figures with { Status = status, Reasons = [.. reasons], ErrorKind = errorKind };
}
