using System.Diagnostics;
using System.Management.Automation;
using ShardyFusion.Cmdlets.Errors;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Looks keys up in a snapshot.</summary>
[Cmdlet(VerbsCommon.Get, "ShardValue", DefaultParameterSetName = OfCurrent)]
[OutputType(typeof(ShardValue))]
public sealed class GetShardValueCommand : KeyCmdlet
{
    /// <summary>Keys looked up at once, at most: grouping by shard pays from a few hundred on.</summary>
    const int BatchLimit = 2048;

    /// <summary>A pause this long between two piped keys means that somebody waits for each answer.</summary>
    static readonly TimeSpan SlowPipeline = TimeSpan.FromMilliseconds(20);

    readonly List<object?> pending = [];
    int batchSize = 1;
    long lastKeyAt;

    /// <summary>The form in which values are returned.</summary>
    [Parameter]
    public ValueForm As { get; set; }

    /// <summary>Makes an absent key an error instead of an object.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    private protected override void Process()
    {
        MoveOn(Answer);
        LookupKeys.Add(Key, pending);
        if (IsDue()) Answer();
    }

    private protected override void End() => Answer();

    /// <summary>
    /// An argument is answered at once. Piped keys are answered in batches that double in size, so that the first answers come soon and many
    /// keys go fast; when keys come slowly each is answered by itself.
    /// </summary>
    bool IsDue()
    {
        if (!MyInvocation.ExpectingInput) return true;
        var now = Stopwatch.GetTimestamp();
        var isSlow = Stopwatch.GetElapsedTime(lastKeyAt, now) > SlowPipeline;
        lastKeyAt = now;
        if (isSlow) batchSize = 1;
        if (pending.Count < batchSize) return false;
        batchSize = Math.Min(batchSize * 2, BatchLimit);
        return true;
    }

    void Answer()
    {
        if (pending.Count == 0) return;
        var prepared = new List<PreparedKey>(pending.Count);
        var faults = new ShardyFusionException?[pending.Count];
        for (var i = 0; i < faults.Length; i++)
        {
            if (Source.TryPrepareKey(pending[i]!, out var key, out faults[i])) prepared.Add(key);
        }
        try
        {
            Emit(LookUp(prepared), faults);
        }
        finally
        {
            pending.Clear();
        }
    }

    void Emit(Answered[] answers, ShardyFusionException?[] faults)
    {
        var next = 0;
        for (var i = 0; i < faults.Length; i++)
        {
            if (faults[i] is { } fault) WriteFailure(fault, pending[i]);
            else Emit(answers[next++], pending[i]!);
        }
    }

    void Emit(Answered answer, object key)
    {
        if (answer.Failure is not null)
        {
            WriteFailure(answer.Failure, key);
            return;
        }
        var result = answer.Result!;
        if (!result.Found && Strict)
        {
            WriteError(ErrorRecords.KeyNotFound(key, result.RunId));
            return;
        }
        if (new ValueView(As, WriteError).TryDecode(key, result.Value, result.ValueEncoding, out var value)) WriteObject(new ShardValue(result, value));
    }

    Answered[] LookUp(List<PreparedKey> keys)
    {
        if (keys.Count == 0) return [];
        try
        {
            var results = Await(new ValueTask<IReadOnlyList<LookupResult>>(Source.GetManyAsync(keys, StopToken)));
            var answers = new Answered[results.Count];
            for (var i = 0; i < answers.Length; i++) answers[i] = new Answered(results[i], null);
            return answers;
        }
        catch (ShardyFusionException e) when (keys.Count > 1 && ConcernsOneShard(e))
        {
            // One damaged shard must not take the other shards' answers with it.
            return [.. keys.Select(LookUpAlone)];
        }
        catch (ShardyFusionException e) when (ConcernsOneShard(e))
        {
            return [new Answered(null, e)];
        }
    }

    Answered LookUpAlone(PreparedKey key)
    {
        try
        {
            return new Answered(Await(new ValueTask<IReadOnlyList<LookupResult>>(Source.GetManyAsync([key], StopToken)))[0], null);
        }
        catch (ShardyFusionException e) when (ConcernsOneShard(e))
        {
            return new Answered(null, e);
        }
    }

    static bool ConcernsOneShard(ShardyFusionException e) =>
        e.Kind is ErrorKind.ShardCorrupt or ErrorKind.SnapshotIncomplete or ErrorKind.StorageNotFound;

    readonly record struct Answered(LookupResult? Result, Exception? Failure);
}
