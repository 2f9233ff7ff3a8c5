namespace ShardyFusion.Core.Tests.Faults;

/// <summary>The system's clock, some time ahead or behind.</summary>
sealed class LaterClock(TimeSpan shift) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + shift;
}
