using ShardyFusion.Building.Shards;
using ShardyFusion.Runs;

namespace ShardyFusion.Building;

/// <summary>Counts the rows of a build, and tells how far it is: to the run record, and a few times a second to whoever asked.</summary>
sealed class BuildMeter(RunSession run, IProgress<BuildProgress>? progress, TimeProvider clock, int? shardCount)
{
    /// <summary>Rows taken so far, bad ones included. A field, since every row counts it up.</summary>
    public long RowsRead;

    long lastProgress;

    /// <summary>Adds rows that a worker has read; from any thread.</summary>
    public void AddRows(int count)
    {
        Interlocked.Add(ref RowsRead, count);
        Report(BuildPhase.Reading);
    }

    /// <summary>Tells how far the build is.</summary>
    /// <param name="phase">What it does.</param>
    /// <param name="supply">Where its shards come from; null before there are any.</param>
    public void Report(BuildPhase phase, IShardSupply? supply = null)
    {
        run.Report(RowsRead, supply?.BytesWritten ?? 0, phase switch
        {
            BuildPhase.Reading => "reading",
            BuildPhase.Writing => "writing",
            BuildPhase.Publishing => "publishing",
            _ => null,
        });
        if (progress is null) return;
        var now = clock.GetTimestamp();
        if (phase == BuildPhase.Reading && clock.GetElapsedTime(lastProgress, now) < TimeSpan.FromMilliseconds(200)) return;
        lastProgress = now;
        progress.Report(new BuildProgress(phase, RowsRead, supply?.ShardsDone ?? 0, supply?.ShardsTotal ?? shardCount ?? 0,
            supply?.BytesWritten ?? 0));
    }
}
