using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Shows how far a build is: nothing in the first second, then five records a second at most, and one that says it is over.</summary>
/// <remarks>Workers report from any thread; only the pipeline thread shows.</remarks>
/// <param name="target">The prefix.</param>
/// <param name="write">Writes a record; null when progress is silenced.</param>
sealed class BuildProgressView(string target, Action<ProgressRecord>? write) : IProgress<BuildProgress>
{
    /// <summary>One id for all builds: a second record would only push the first one off the screen.</summary>
    const int ActivityId = 0x5F17;

    const string Activity = "Writing sharded snapshot";

    static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromMilliseconds(200);

    readonly long startedAt = Stopwatch.GetTimestamp();
    long shownAt;
    BuildProgress? latest;
    BuildProgress? shown;

    /// <summary>Notes the latest state; the ones before it are forgotten.</summary>
    public void Report(BuildProgress value) => Volatile.Write(ref latest, value);

    /// <summary>Shows the latest state if it is time.</summary>
    public void Show()
    {
        var state = Volatile.Read(ref latest);
        if (write is null || state is null || ReferenceEquals(state, shown)) return;
        var now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(startedAt, now) < FirstAfter || Stopwatch.GetElapsedTime(shownAt, now) < Interval) return;
        shownAt = now;
        shown = state;
        write(Describe(state));
    }

    /// <summary>Takes the progress off the screen, if it was ever there.</summary>
    public void Complete()
    {
        if (shown is null) return;
        shown = null;
        Volatile.Write(ref latest, null);
        write!(new ProgressRecord(ActivityId, Activity, "Done") { RecordType = ProgressRecordType.Completed });
    }

    ProgressRecord Describe(BuildProgress state) => new(ActivityId, Activity, $"{target}: {Status(state)}")
    {
        PercentComplete = state.Phase switch
        {
            BuildPhase.Writing when state.ShardsTotal > 0 => Math.Min(99, 100 * state.ShardsDone / state.ShardsTotal),
            BuildPhase.Publishing => 99,
            BuildPhase.Done => 100,
            _ => -1,
        },
    };

    static string Status(BuildProgress state) => state.Phase switch
    {
        BuildPhase.Reading => string.Create(CultureInfo.CurrentCulture, $"{state.Rows:N0} rows read"),
        BuildPhase.Writing => string.Create(CultureInfo.CurrentCulture, $"{state.Rows:N0} rows, {state.ShardsDone} of {state.ShardsTotal} shards written"),
        BuildPhase.Publishing => "publishing",
        _ => "done",
    };
}
