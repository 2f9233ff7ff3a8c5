using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Reading;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Says whether a prefix can be read, and whether what is read is fresh.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ReaderHealth", DefaultParameterSetName = OfPrefix)]
[OutputType(typeof(ReaderHealth), typeof(bool))]
public sealed class TestReaderHealthCommand : StoreCmdlet
{
    const string OfPrefix = "Prefix", OfReader = "Reader";

    static readonly HealthOptions Defaults = new();

    string? looksAt;

    /// <summary>The snapshot prefixes.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = OfPrefix)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public string[]? Prefix { get; set; }

    /// <summary>An open reader to check instead of opening one.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfReader)]
    [ValidateNotNull]
    public ShardReader? Reader { get; set; }

    /// <summary>A manifest older than this is degraded.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? StalenessThreshold { get; set; }

    /// <summary>How often a snapshot is published; a missed one is degraded.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? ExpectedEvery { get; set; }

    /// <summary>Reads one key of every shard.</summary>
    [Parameter]
    public SwitchParameter Deep { get; set; }

    /// <summary>Does not look at how the last build ended.</summary>
    [Parameter]
    public SwitchParameter SkipLastBuild { get; set; }

    /// <summary>Folder of the local shard cache, whose disk must have room.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <summary>Percentage of that disk that must be free, meant for one of 20 GiB.</summary>
    [Parameter]
    [ValidateRange(0, 100)]
    [DefaultOf(typeof(HealthOptions), nameof(HealthOptions.MinFreePercent))]
    public double? MinFreePercent { get; set; }

    /// <summary>Bytes of that disk that must be free.</summary>
    [Parameter]
    [ByteSize]
    [ValidateRange(0, long.MaxValue)]
    public long? MinFreeBytes { get; set; }

    /// <summary>Gives true for healthy and false for anything else.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <summary>Repeats the check after this many seconds, until it is stopped.</summary>
    [Parameter]
    [ValidateRange(0.001, 86400)]
    public double? WatchSec { get; set; }

    // The check itself ends in time, and reports what it knows by then.
    private protected override TimeSpan? WaitLimit => null;

    private protected override string? GivenPrefix => looksAt;

    private protected override object? ErrorTarget => Reader?.Prefix ?? base.ErrorTarget;

    private protected override void Process()
    {
        var options = Defaults with
        {
            StalenessThreshold = StalenessThreshold,
            ExpectedEvery = ExpectedEvery,
            Deep = Deep,
            LastBuild = !SkipLastBuild,
            Freeze = true,
            Timeout = TimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : Defaults.Timeout,
            CacheDirectory = CachePath is null ? null : ResolvePath(CachePath),
            MinFreePercent = MinFreePercent ?? Defaults.MinFreePercent,
            MinFreeBytes = MinFreeBytes,
        };
        Check(options);
        while (WatchSec is { } pause)
        {
            RunInBackground(cancellationToken => Task.Delay(TimeSpan.FromSeconds(pause), cancellationToken));
            Check(options);
        }
    }

    void Check(HealthOptions options)
    {
        if (Reader is { } reader)
        {
            Report(RunInBackground(cancellationToken => reader.Reader.CheckHealthAsync(options, cancellationToken)));
            return;
        }
        foreach (var prefix in Prefix ?? [null!])
        {
            looksAt = prefix;
            Report(CheckPrefix(options));
        }
    }

    // Whatever is wrong with the prefix or the way there is the answer, not an error: a monitor must get one in any case.
    HealthReport CheckPrefix(HealthOptions options)
    {
        SnapshotStore store;
        try
        {
            store = Store;
        }
        catch (ShardyFusionException e)
        {
            return HealthReport.Unopened(looksAt ?? ErrorTarget as string, e);
        }
        return RunInBackground(cancellationToken => store.CheckHealthAsync(options, cancellationToken));
    }

    void Report(HealthReport report)
    {
        if (Quiet) WriteObject(report.Status == HealthStatus.Healthy);
        else WriteObject(new ReaderHealth(report));
    }
}
