using System.Collections;
using System.Management.Automation;
using ShardyFusion.Building;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of a cmdlet that builds from rows: how many shards, how they are stored, what fails, how fast.</summary>
public abstract class BuildCmdlet : GuardedCmdlet
{
    /// <summary>Number of shards.</summary>
    [Parameter]
    [Alias("NumDbs")]
    public int? ShardCount { get; set; }

    /// <summary>Derives the number of shards from the number of rows.</summary>
    [Parameter]
    public long? MaxKeysPerShard { get; set; }

    /// <summary>Derives the number of shards from the bytes of the rows.</summary>
    [Parameter]
    [ByteSize]
    [DefaultOf(typeof(BuildOptions), nameof(BuildOptions.TargetShardBytes))]
    public long? TargetShardSize { get; set; }

    /// <summary>Places rows by the value of this CEL expression.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CelExpression { get; set; }

    /// <summary>The columns that the expression may read, with their types.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? CelColumn { get; set; }

    /// <summary>The least values of shards 1, 2, and so on, ascending.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? CelBoundary { get; set; }

    /// <summary>Places rows by ranges of keys: the least keys of shards 1, 2, and so on, ascending.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? RangeBoundary { get; set; }

    /// <summary>Places rows by ranges of keys, as many as this and of about equal size.</summary>
    [Parameter]
    [ValidateRange(1, 65_536)]
    public int? RangeShardCount { get; set; }

    /// <summary>How keys are stored.</summary>
    [Parameter]
    public KeyEncoding? KeyEncoding { get; set; }

    /// <summary>How values are stored.</summary>
    [Parameter]
    public ValueEncoding? ValueEncoding { get; set; }

    /// <summary>Which row is kept when several have the same key.</summary>
    [Parameter]
    public DuplicateKeyPolicy DuplicateKey { get; set; }

    /// <summary>What happens to a row that cannot be used.</summary>
    [Parameter]
    public RowErrorPolicy OnRowError { get; set; }

    /// <summary>File for rows that cannot be used.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RejectPath { get; set; }

    /// <summary>More rows than this that cannot be used fail the build.</summary>
    [Parameter]
    public long? MaxRowErrors { get; set; }

    /// <summary>Name of the run.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RunId { get; set; }

    /// <summary>Run that died and is gone on with.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(StoppedRunCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ResumeRunId { get; set; }

    /// <summary>Text kept with the snapshot.</summary>
    [Parameter]
    public string? Message { get; set; }

    /// <summary>More fields kept with the snapshot.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? CustomField { get; set; }

    /// <summary>What the store charges, for the estimate in the result.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? PriceTable { get; set; }

    /// <summary>Memory for rows before they are spilled to disk.</summary>
    [Parameter]
    [ByteSize]
    [DefaultOf(typeof(BuildOptions), nameof(BuildOptions.MemoryBudgetBytes))]
    public long? MemoryBudget { get; set; }

    /// <summary>How the shard files are packed.</summary>
    [Parameter]
    public ShardCompression Compression { get; set; }

    /// <summary>What the shards are made as.</summary>
    [Parameter]
    public ShardFormat ShardFormat { get; set; }

    /// <summary>Shards built at the same time.</summary>
    [Parameter]
    public int? ThrottleLimit { get; set; }

    /// <summary>Rows written to shards per second.</summary>
    [Parameter]
    public double? MaxWritesPerSecond { get; set; }

    /// <summary>Bytes of keys and values written to shards per second.</summary>
    [Parameter]
    [ByteSize]
    public long? MaxWriteBytesPerSecond { get; set; }

    /// <summary>Lets a snapshot have no rows.</summary>
    [Parameter]
    public SwitchParameter AllowEmpty { get; set; }

    /// <summary>Lets this build run beside another live one.</summary>
    [Parameter]
    public SwitchParameter AllowConcurrentBuild { get; set; }

    /// <summary>Leaves the pointer where it is.</summary>
    [Parameter]
    public SwitchParameter NoPublish { get; set; }

    /// <summary>What the parameters say.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: every fault of them.</exception>
    private protected BuildOptions ReadOptions()
    {
        if (TargetShardSize is not null && (ShardCount ?? MaxKeysPerShard) is not null)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                "TargetShardSize cannot be combined with ShardCount or MaxKeysPerShard.");
        var defaults = new BuildOptions();
        var read = new BuildOptions
        {
            ShardCount = ShardCount,
            MaxKeysPerShard = MaxKeysPerShard,
            Sharding = ShardingParts.Of(CelExpression, CelColumn, CelBoundary, RangeShardCount, RangeBoundary),
            TargetShardBytes = TargetShardSize ?? defaults.TargetShardBytes,
            KeyEncoding = KeyEncoding,
            ValueEncoding = ValueEncoding,
            DuplicateKey = DuplicateKey,
            OnRowError = OnRowError,
            RejectPath = RejectPath is null ? null : ResolvePath(RejectPath),
            MaxRowErrors = MaxRowErrors,
            RunId = RunId,
            ResumeRunId = ResumeRunId,
            Message = Message,
            CustomFields = CustomFields(),
            Prices = PriceTable is null ? null : Parameters.PriceTable.Read(PriceTable),
            AllowEmpty = AllowEmpty,
            MemoryBudgetBytes = MemoryBudget ?? defaults.MemoryBudgetBytes,
            Parallelism = ThrottleLimit,
            MaxWritesPerSecond = MaxWritesPerSecond,
            MaxWriteBytesPerSecond = MaxWriteBytesPerSecond,
            Shard = defaults.Shard with { Compression = Compression },
            ShardFormat = ShardFormat,
            Publish = !NoPublish,
            Rules = Rules(),
            AllowConcurrentBuild = AllowConcurrentBuild,
            AllowUnsafePointer = AllowUnsafePointer,
        };
        if (TargetShardSize is not null && read.Sharding is not null)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, "TargetShardSize cannot be combined with an expression or ranges.");
        var faults = read.Validate();
        return faults.Count == 0 ? read : throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
    }

    Dictionary<string, object?> CustomFields()
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (CustomField is null) return fields;
        foreach (DictionaryEntry entry in CustomField) fields[entry.Key.ToString() ?? ""] = PlainValue.Of(entry.Value);
        return fields;
    }
}
