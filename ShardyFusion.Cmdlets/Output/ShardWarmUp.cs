using System.Globalization;
using ShardyFusion.Reading;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>What the last warm-up of a reader did.</summary>
public sealed class ShardWarmUp
{
    internal ShardWarmUp(WarmUpReport report, string? builtRunId)
    {
        RunId = report.RunId;
        BuiltRunId = builtRunId;
        Level = report.Level.ToString();
        ShardCount = report.ShardCount;
        OpenShardCount = report.OpenShardCount;
        BytesRead = report.BytesRead;
        DurationSec = Span.Seconds(report.Duration);
        Shortfall = report.Shortfall;
    }

    /// <summary>The snapshot that was warmed up.</summary>
    public string RunId { get; }

    /// <summary>The run that built it first; null when there was a snapshot.</summary>
    public string? BuiltRunId { get; }

    /// <summary>How much was read.</summary>
    public string Level { get; }

    /// <summary>Shards with rows.</summary>
    public int ShardCount { get; }

    /// <summary>Those that were open at its end.</summary>
    public int OpenShardCount { get; }

    /// <summary>Bytes that were read.</summary>
    public long BytesRead { get; }

    /// <summary>How long it took.</summary>
    public double DurationSec { get; }

    /// <summary>Why less is ready than was asked for; null when all is.</summary>
    public string? Shortfall { get; }

    /// <summary>Level, shards and bytes.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Level}: {OpenShardCount} of {ShardCount} shards, {BytesRead} bytes in {DurationSec:0.0} s");
}
