using System.Collections;
using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Reading;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that publish: which pointer, what is checked before it moves, what is read after.</summary>
public abstract class GuardedCmdlet : StoreCmdlet
{
    readonly PipelineCalls calls = new();

    /// <summary>The pointer to move.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PointerCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Pointer { get; set; }

    /// <summary>Fewest rows.</summary>
    [Parameter]
    public long? MinRows { get; set; }

    /// <summary>Rows fewer than the current snapshot, or a share of it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxDrop { get; set; }

    /// <summary>Rows more than the current snapshot, or a share of it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxGrowth { get; set; }

    /// <summary>Duplicate rows of the input, or a share of it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxDuplicates { get; set; }

    /// <summary>Rows of the largest shard in average shards.</summary>
    [Parameter]
    public double? MaxSkew { get; set; }

    /// <summary>Values without a byte, or a share of the rows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxEmptyValues { get; set; }

    /// <summary>Largest value.</summary>
    [Parameter]
    [ByteSize]
    public long? MaxValueSize { get; set; }

    /// <summary>How far smallest and largest key may move.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MaxKeyRangeChange { get; set; }

    /// <summary>Keys and the values they must have.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? Canary { get; set; }

    /// <summary>Script blocks whose last output must be true.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public ScriptBlock[]? Guard { get; set; }

    /// <summary>Keys that must be found after the pointer moved.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? ProbeKey { get; set; }

    /// <summary>Runs once the pointer has moved, with the result.</summary>
    [Parameter]
    [ValidateNotNull]
    public ScriptBlock? OnPublished { get; set; }

    /// <summary>Publishes although checks failed.</summary>
    [Parameter]
    public SwitchParameter PublishFailedChecks { get; set; }

    /// <summary>Why; kept with the event.</summary>
    [Parameter]
    public string? Reason { get; set; }

    /// <summary>Publishes to a store that does not honour conditional writes, too.</summary>
    [Parameter]
    public SwitchParameter AllowUnsafePointer { get; set; }

    /// <summary>What the parameters say.</summary>
    private protected PublishRules Rules() => new()
    {
        Pointer = Pointer,
        Limits = new GuardLimits
        {
            MinRows = MinRows,
            MaxDrop = RowLimit.Parse(MaxDrop, nameof(MaxDrop)),
            MaxGrowth = RowLimit.Parse(MaxGrowth, nameof(MaxGrowth)),
            MaxDuplicates = RowLimit.Parse(MaxDuplicates, nameof(MaxDuplicates)),
            MaxSkew = MaxSkew,
            MaxEmptyValues = RowLimit.Parse(MaxEmptyValues, nameof(MaxEmptyValues)),
            MaxValueBytes = MaxValueSize,
            MaxKeyRangeChange = RowLimit.ParsePercent(MaxKeyRangeChange, nameof(MaxKeyRangeChange)),
        },
        Canaries = Canary is null ? [] : [.. Canary.Cast<DictionaryEntry>()
        .Select(entry => new Canary(PlainValue.Of(entry.Key)!, PlainValue.Of(entry.Value)))],
        Guards = [.. (Guard ?? []).Select((script, index) => new ScriptGuard(Guard!.Length == 1 ? "Guard" : $"Guard {index + 1}", script,
        calls, LookUp))],
        ProbeKeys = [.. (ProbeKey ?? []).Select(key => PlainValue.Of(key)!)],
        PublishFailedChecks = PublishFailedChecks,
        Reason = Reason,
    };

    private protected override void Tick() => calls.Run();

    /// <summary>Says which checks failed where that ended nothing: the publish is forced, or there is none.</summary>
    private protected void WarnAboutFailures(IEnumerable<GuardOutcome> results)
    {
        foreach (var result in results.Where(result => !result.Passed)) WriteWarning($"{result.Name} failed: {result.Detail}");
    }

    /// <summary>Tells whoever wants to know of a publish. The pointer has moved, so that a failure there is a warning.</summary>
    /// <param name="result">What the script gets, also as <c>$_</c>.</param>
    private protected void TellOfPublish(object result)
    {
        if (OnPublished is null) return;
        try
        {
            foreach (var said in OnPublished.InvokeWithContext(null, [new PSVariable("_", result)], result))
                WriteInformation(said, [nameof(OnPublished)]);
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            WriteWarning($"The snapshot is published, but OnPublished failed: {e.Message}");
        }
    }

    IReadOnlyList<LookupResult> LookUp(SnapshotReader reader, IReadOnlyList<object> keys) =>
        RunInBackground(cancellationToken => reader.GetManyAsync([.. keys.Select(key => PlainValue.Of(key)!)], cancellationToken));
}
