using System.Diagnostics;
using System.Management.Automation;
using System.Text.Json;
using ShardyFusion.Cmdlets.Errors;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Snapshots;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Looks keys up in a snapshot.</summary>
[Cmdlet(VerbsCommon.Get, "ShardValue", DefaultParameterSetName = Current)]
[OutputType(typeof(ShardValue))]
public sealed class GetShardValueCommand : SnapshotCmdlet
{
    const string Current = "Current", OfSnapshot = "Snapshot";

    /// <summary>Keys looked up at once, at most: grouping by shard pays from a few hundred on.</summary>
    const int BatchLimit = 2048;

    /// <summary>A pause this long between two piped keys means that somebody waits for each answer.</summary>
    static readonly TimeSpan SlowPipeline = TimeSpan.FromMilliseconds(20);

    readonly List<object?> pending = [];
    SnapshotReader? reader;
    (string? Prefix, string? Ref) opened;
    int batchSize = 1;
    long lastKeyAt;

    /// <summary>The key, or several; objects that have a property <c>Key</c> are looked up by it.</summary>
    /// <remarks>
    /// Either keys are piped or snapshots are, each in parameter sets of its own: trying to bind the properties of every piped key would
    /// double the time that a key takes.
    /// </remarks>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = Current)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByRef)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByRunId)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByOffset)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByPointer)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = OfSnapshot)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public object? Key { get; set; }

    /// <inheritdoc/>
    [Parameter(Position = 1, ParameterSetName = Current)]
    [Parameter(Position = 1, ParameterSetName = ByRef)]
    [Parameter(Position = 1, ParameterSetName = ByRunId)]
    [Parameter(Position = 1, ParameterSetName = ByOffset)]
    [Parameter(Position = 1, ParameterSetName = ByPointer)]
    [Parameter(Position = 1, ParameterSetName = OfSnapshot, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>Manifest ref of the snapshot to read.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRef)]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? Ref { get; set; }

    /// <summary>Manifest ref of a piped snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfSnapshot, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ManifestRef { get; set; }

    /// <summary>The form in which values are returned.</summary>
    [Parameter]
    public ValueForm As { get; set; }

    /// <summary>Makes an absent key an error instead of an object.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    private protected override void Process()
    {
        if (reader is null || (Prefix, ManifestRef) != opened)
        {
            Answer();
            OpenReader();
        }
        LookupKeys.Add(Key, pending);
        if (IsDue()) Answer();
    }

    private protected override void End() => Answer();

    private protected override async ValueTask ReleaseAsync()
    {
        if (reader is not null) await reader.DisposeAsync().ConfigureAwait(false);
        await base.ReleaseAsync().ConfigureAwait(false);
    }

    void OpenReader()
    {
        if (reader is { } old) Await(EndAsync(old));
        reader = null;
        var store = Store;
        var options = new ReaderOptions { Selector = ManifestRef is null ? Selector : new SnapshotSelector { Ref = ManifestRef } };
        reader = RunApart(cancellationToken => store.OpenReaderAsync(options, cancellationToken));
        opened = (Prefix, ManifestRef);
        if (reader.FallbackReason is { } reason) WriteWarning(reason);
    }

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
            if (reader!.TryPrepareKey(pending[i]!, out var key, out faults[i])) prepared.Add(key);
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
        if (TryDecode(result, key, out var value)) WriteObject(new ShardValue(result, value));
    }

    bool TryDecode(LookupResult result, object key, out object? value)
    {
        value = null;
        if (!result.Found) return true;
        try
        {
            value = ValueDecoding.Decode(result.Value!, result.ValueEncoding, As);
            return true;
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            WriteError(ErrorRecords.ValueNotReadable(key, As == ValueForm.Text ? "UTF-8 text" : "JSON", e));
            return false;
        }
    }

    Answered[] LookUp(List<PreparedKey> keys)
    {
        if (keys.Count == 0) return [];
        try
        {
            var results = Await(new ValueTask<IReadOnlyList<LookupResult>>(reader!.GetManyAsync(keys, StopToken)));
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
            return new Answered(Await(new ValueTask<IReadOnlyList<LookupResult>>(reader!.GetManyAsync([key], StopToken)))[0], null);
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
