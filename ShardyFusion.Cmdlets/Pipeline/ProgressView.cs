using System.Diagnostics;
using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Errors;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Progress on the screen; used on the pipeline thread.</summary>
interface IProgressView
{
    /// <summary>Shows the latest state if it is time.</summary>
    void Show();

    /// <summary>Takes the progress off the screen, if it was ever there.</summary>
    void Complete();
}

/// <summary>Shows how far something is: nothing in the first second, then five records a second at most, and one that says it is
/// over.</summary>
/// <remarks>Workers report from any thread; only the pipeline thread shows.</remarks>
/// <param name="activityId">One id for all of its kind: a second record would only push the first one off the screen.</param>
/// <param name="activity">What is done.</param>
/// <param name="describe">A state as a line and as a percentage, -1 when unknown.</param>
/// <param name="write">Writes a record; null when progress is silenced.</param>
class ProgressView<TState>(int activityId, string activity, Func<TState, (
    string Status, int Percent)> describe, Action<ProgressRecord>? write)
    : IProgress<TState>, IProgressView where TState : class
{
    static readonly TimeSpan FirstAfter = TimeSpan.FromSeconds(1), Interval = TimeSpan.FromMilliseconds(200);

    readonly long startedAt = Stopwatch.GetTimestamp();
    long shownAt;
    TState? latest;
    TState? shown;

    /// <summary>Notes the latest state; the ones before it are forgotten.</summary>
    public void Report(TState value) => Volatile.Write(ref latest, value);

    /// <inheritdoc/>
    public void Show()
    {
        var state = Volatile.Read(ref latest);
        if (write is null || state is null || ReferenceEquals(state, shown)) return;
        var now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(startedAt, now) < FirstAfter || Stopwatch.GetElapsedTime(shownAt, now) < Interval) return;
        shownAt = now;
        shown = state;
        var (status, percent) = describe(state);
        write(new ProgressRecord(activityId, activity, VisibleText.Escape(SecretRedactor.Redact(status))) { PercentComplete = percent });
    }

    /// <inheritdoc/>
    public void Complete()
    {
        if (shown is null) return;
        shown = null;
        Volatile.Write(ref latest, null);
        write!(new ProgressRecord(activityId, activity, "Done") { RecordType = ProgressRecordType.Completed });
    }
}

/// <summary>Shows how far an operation over the shards of a snapshot is.</summary>
/// <param name="activity">What is done.</param>
/// <param name="target">The prefix.</param>
/// <param name="write">Writes a record; null when progress is silenced.</param>
sealed class ShardProgressView(string activity, string target, Action<ProgressRecord>? write)
    : ProgressView<ShardProgress>(0x5F18, activity, state => Describe(target, state), write)
{
    static (string, int) Describe(string target, ShardProgress state) => (
        $"{target}: {string.Join(", ", Parts(state))}", state.ShardsTotal == 0 ? -1
        : Math.Min(100, 100 * state.ShardsDone / state.ShardsTotal));

    static IEnumerable<string> Parts(ShardProgress state)
    {
        if (state.ShardsTotal > 0) yield return $"{state.ShardsDone} of {state.ShardsTotal} shards";
        if (state.Rows > 0) yield return string.Create(CultureInfo.InvariantCulture, $"{state.Rows:N0} rows");
    }
}
