using ShardyFusion.Figures;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>A time that a call names, and what its zone was taken from.</summary>
public sealed class GivenTime
{
    internal GivenTime(DateTimeOffset time, string? assumed) => (Time, Assumed) = (time, assumed);

    /// <summary>The time.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The zone that was assumed, because none was given; null when one was.</summary>
    public string? Assumed { get; }

    /// <summary>The time as outputs show it.</summary>
    public override string ToString() => ReadableText.ShortTime(Time);
}
