using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Reading;

/// <summary>What a health check looks at.</summary>
public sealed record HealthOptions
{
    /// <summary>An older manifest is degraded; null for no limit.</summary>
    public TimeSpan? StalenessThreshold { get; init; }
    /// <summary>True opens every shard and reads one key from it.</summary>
    public bool Deep { get; init; }
    /// <summary>How often a snapshot is published, so that a missed one is degraded; null for no schedule.</summary>
    public TimeSpan? ExpectedEvery { get; init; }
    /// <summary>True also looks at the newest build: one that failed or died is degraded.</summary>
    public bool LastBuild { get; init; }
    /// <summary>True also notes a freeze of the prefix.</summary>
    public bool Freeze { get; init; }
    /// <summary>How long the whole check may take; what has not answered by then is reported as such. Positive.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
    /// <summary>Folder whose volume must have room; null for the reader's local shard cache, if it uses one.</summary>
    public string? CacheDirectory { get; init; }
    /// <summary>Percentage of a volume of 20 GiB that must be free, 0..100; larger volumes need less, smaller ones more: see
    /// <see cref="DiskSpace"/>.</summary>
    public double MinFreePercent { get; init; } = 10;
    /// <summary>Bytes that must be free on any volume; null for no such limit.</summary>
    public long? MinFreeBytes { get; init; }

    /// <summary>Every fault of these settings; empty when there is none.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (StalenessThreshold < TimeSpan.Zero)
            faults.Add($"StalenessThreshold is {StalenessThreshold}; it must not be negative.");
        if (ExpectedEvery <= TimeSpan.Zero)
            faults.Add($"ExpectedEvery is {ExpectedEvery}; it must be positive.");
        if (Timeout <= TimeSpan.Zero || Timeout > TimeSpan.FromDays(1))
            faults.Add($"Timeout is {Timeout}; it must be positive and at most a day.");
        if (MinFreePercent is not (>= 0 and <= 100))
            faults.Add(string.Create(CultureInfo.InvariantCulture, $"MinFreePercent is {MinFreePercent}; it must be 0..100."));
        if (MinFreeBytes < 0)
            faults.Add($"MinFreeBytes is {MinFreeBytes}; it must not be negative.");
        return faults;
    }

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: every fault.</exception>
    internal static void RequireValid(HealthOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Validate();
        if (faults.Count > 0)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
    }
}
