using ShardyFusion.Errors;

namespace ShardyFusion.Reading;

/// <summary>Collects what a part of a health check finds; the worst finding is the verdict. For one thread.</summary>
sealed class HealthFindings
{
    readonly List<string> reasons = [], notes = [];
    HealthStatus status = HealthStatus.Healthy;
    ErrorKind? errorKind;
    string? advice;

    /// <summary>Readable, but not as it should be.</summary>
    public void Degraded(string reason) => Add(HealthStatus.Degraded, reason, null);

    /// <summary>Not readable; the kind of the first such finding is reported.</summary>
    public void Unhealthy(string reason, ErrorKind? kind) => Add(HealthStatus.Unhealthy, reason, kind);

    /// <summary>Not readable because of a failure.</summary>
    public void Unhealthy(Exception failure)
    {
        var known = failure as ShardyFusionException;
        advice ??= known?.RecommendedAction;
        Unhealthy(failure.Message, known?.Kind);
    }

    /// <summary>Nothing is wrong, but whoever asks should know.</summary>
    public void Note(string note) => notes.Add(note);

    /// <summary>Takes over what another part found.</summary>
    public void Add(HealthFindings part)
    {
        reasons.AddRange(part.reasons);
        notes.AddRange(part.notes);
        status = part.status > status ? part.status : status;
        errorKind ??= part.errorKind;
        advice ??= part.advice;
    }

    void Add(HealthStatus found, string reason, ErrorKind? kind)
    {
        reasons.Add(reason);
        status = found > status ? found : status;
        errorKind ??= kind;
    }

    /// <summary>Completes a report with the verdict.</summary>
    public HealthReport Conclude(HealthReport figures) => figures with
    {
        Status = status,
        Reasons = [.. reasons],
        Notes = [.. notes],
        ErrorKind = errorKind,
        RecommendedAction = advice,
    };
}
