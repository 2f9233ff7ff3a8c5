using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What one check of a store found.</summary>
public sealed class StoreCheck
{
    internal StoreCheck(StoreProbeResult result)
    {
        Check = result.Check;
        Required = result.IsRequired;
        Passed = result.Passed;
        DurationSec = Span.Seconds(result.Duration);
        Detail = result.Detail;
    }

    /// <summary>Stable name of the check.</summary>
    public string Check { get; }

    /// <summary>True when publishing and reading need it; false for what is only nice to have.</summary>
    public bool Required { get; }

    /// <summary>Null when the check could not be made.</summary>
    public bool? Passed { get; }

    /// <summary>How long it took.</summary>
    public double DurationSec { get; }

    /// <summary>What was seen, as one sentence.</summary>
    public string Detail { get; }
}
