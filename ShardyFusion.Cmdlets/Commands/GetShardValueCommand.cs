using System.Management.Automation;
using ShardyFusion.Cmdlets.Errors;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Reading;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Looks keys up in a snapshot.</summary>
[Cmdlet(VerbsCommon.Get, "ShardValue", DefaultParameterSetName = OfCurrent)]
[OutputType(typeof(ShardValue))]
public sealed class GetShardValueCommand : KeyCmdlet
{
    /// <summary>Keys looked up at once, at most: grouping by shard pays from a few hundred on.</summary>
    const int BatchLimit = 2048;

    /// <summary>A pause this long between two piped keys means that someone waits for each answer.</summary>
    const int SlowPipelineMilliseconds = 20;

    readonly List<object?> pending = [];
    readonly List<PreparedKey> prepared = [];
    readonly Dictionary<int, ShardyFusionException> faults = [];
    Action? answer;
    ValueView? values;
    int batchSize = 1;
    long lastKeyAt;

    /// <summary>The form in which values are returned.</summary>
    [Parameter]
    public ValueForm As { get; set; }

    /// <summary>Makes an absent key an error instead of an object.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    private protected override void Begin() => values = new ValueView(As, WriteError);

    private protected override void Process()
    {
        EnsureReader(answer ??= Answer);
        LookupKeys.Add(Key, pending);
        if (IsDue()) Answer();
    }

    private protected override void End() => Answer();

    /// <summary>
    /// An argument is answered at once. Piped keys are answered in batches that double in size, so that the first answers come soon and
    /// many keys go fast; when keys come slowly each is answered by itself.
    /// </summary>
    bool IsDue()
    {
        if (!MyInvocation.ExpectingInput) return true;
        var now = Environment.TickCount64;
        if (now - lastKeyAt > SlowPipelineMilliseconds) batchSize = 1;
        lastKeyAt = now;
        if (pending.Count < batchSize) return false;
        batchSize = Math.Min(batchSize * 2, BatchLimit);
        return true;
    }

    void Answer()
    {
        if (pending.Count == 0) return;
        try
        {
            for (var i = 0; i < pending.Count; i++)
            {
                if (Source.TryPrepareKey(pending[i]!, Context, out var key, out var fault)) prepared.Add(key);
                else faults.Add(i, fault);
            }
            Emit(LookUp(out var failures), failures);
        }
        finally
        {
            pending.Clear();
            prepared.Clear();
            faults.Clear();
        }
    }

    void Emit(IReadOnlyList<LookupResult?> results, ShardyFusionException?[]? failures)
    {
        var next = 0;
        for (var i = 0; i < pending.Count; i++)
        {
            if (faults.TryGetValue(i, out var fault)) WriteFailure(fault, pending[i]);
            else if (failures?[next] is { } failure) WriteFailure(failure, pending[i]);
            else Emit(results[next]!, pending[i]!);
            if (fault is null) next++;
        }
    }

    void Emit(LookupResult result, object key)
    {
        if (!result.Found && Strict)
        {
            WriteError(ErrorRecords.KeyNotFound(key, result.RunId));
            return;
        }
        if (values!.TryDecode(key, result.Value, result.ValueEncoding, out var value)) WriteObject(new ShardValue(result, value));
    }

    /// <summary>Looks up what is prepared.</summary>
    /// <param name="failures">Null when there is none; else one for each key without a result.</param>
    IReadOnlyList<LookupResult?> LookUp(out ShardyFusionException?[]? failures)
    {
        failures = null;
        if (prepared.Count == 0) return [];
        try
        {
            return Await(new ValueTask<IReadOnlyList<LookupResult>>(Source.GetManyAsync(prepared, OperationToken)));
        }
        catch (ShardyFusionException e) when (prepared.Count == 1 && ConcernsOneShard(e))
        {
            failures = [e];
            return [null];
        }
        catch (ShardyFusionException e) when (ConcernsOneShard(e))
        {
            // One damaged shard must not take the other shards' answers with it.
            failures = new ShardyFusionException?[prepared.Count];
            var results = new LookupResult?[prepared.Count];
            for (var i = 0; i < results.Length; i++) results[i] = LookUpAlone(prepared[i], out failures[i]);
            return results;
        }
    }

    LookupResult? LookUpAlone(PreparedKey key, out ShardyFusionException? failure)
    {
        failure = null;
        try
        {
            return Await(new ValueTask<IReadOnlyList<LookupResult>>(Source.GetManyAsync([key], OperationToken)))[0];
        }
        catch (ShardyFusionException e) when (ConcernsOneShard(e))
        {
            failure = e;
            return null;
        }
    }

    static bool ConcernsOneShard(ShardyFusionException e) =>
        e.Kind is ErrorKind.ShardCorrupt or ErrorKind.ShardUnsupported or ErrorKind.SnapshotIncomplete or ErrorKind.StorageNotFound;
}
