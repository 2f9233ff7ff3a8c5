using ShardyFusion.Building.Shards;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using ShardyFusion.Routing;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Limits;

namespace ShardyFusion.Building;

/// <summary>How a snapshot is built and published.</summary>
public sealed record BuildOptions
{
    /// <summary>Number of shards, 1..65,536; null to derive it.</summary>
    public int? ShardCount { get; init; }

    /// <summary>Derives the number of shards: ceiling of rows / this; null when not used. At least 1.</summary>
    public long? MaxKeysPerShard { get; init; }

    /// <summary>Derives the number of shards from key and value bytes when neither of the other two is given. At least 64 KiB.</summary>
    public long TargetShardBytes { get; init; } = 128L << 20;

    /// <summary>How rows find their shards when not by the hash of their keys; excludes <see cref="ShardCount"/> and
    /// <see cref="MaxKeysPerShard"/>. Null for the hash.</summary>
    public ShardingOptions? Sharding { get; init; }

    /// <summary>How keys are stored; null to infer it from the first key's type.</summary>
    public KeyEncoding? KeyEncoding { get; init; }

    /// <summary>How values were encoded; null to infer it from the first value.</summary>
    public ValueEncoding? ValueEncoding { get; init; }

    /// <summary>Which row is kept when several have the same key.</summary>
    public DuplicateKeyPolicy DuplicateKey { get; init; } = DuplicateKeyPolicy.Last;

    /// <summary>What happens to a row that cannot be used.</summary>
    public RowErrorPolicy OnRowError { get; init; } = RowErrorPolicy.Stop;

    /// <summary>The reject file (JSON Lines: row, reason, key); required by <see cref="RowErrorPolicy.Reject"/>.</summary>
    public string? RejectPath { get; init; }

    /// <summary>More bad rows than this fail the build under skip and reject; null for no limit.</summary>
    public long? MaxRowErrors { get; init; }

    /// <summary>Name of the run, <c>[A-Za-z0-9._-]{1,128}</c>; null for a new random one (32 hex digits).</summary>
    public string? RunId { get; init; }

    /// <summary>A run that died: this build goes on under its name with the same rows, and keeps every shard it had finished whose bytes
    /// are what they should be. Excludes <see cref="RunId"/>; null for a build from nothing.</summary>
    public string? ResumeRunId { get; init; }

    /// <summary>Shard files that something else wrote: the build takes these instead of rows, and needs <see cref="ShardCount"/> and
    /// <see cref="KeyEncoding"/> by which their keys were placed. Null for a build from rows.</summary>
    public ShardFiles? ShardFiles { get; init; }

    /// <summary>Free text kept in the manifest's <c>custom.message</c>; null for none.</summary>
    public string? Message { get; init; }

    /// <summary>More fields for the manifest's <c>custom</c>: strings, numbers, Booleans, null, lists and maps of these.</summary>
    public IReadOnlyDictionary<string, object?> CustomFields { get; init; } = new Dictionary<string, object?>();

    /// <summary>Zero rows are an error unless this is set.</summary>
    public bool AllowEmpty { get; init; }

    /// <summary>Memory for rows before they are spilled to disk, bytes. At least 16 MiB. Default:
    /// <see cref="DefaultMemoryBudgetBytes"/>.</summary>
    public long MemoryBudgetBytes { get; init; } = DefaultMemoryBudgetBytes;

    /// <summary>512 MiB, or a quarter of what this process may use where that is less: of a container's limit, of a limit of the heap, of
    /// the machine's memory.</summary>
    public static long DefaultMemoryBudgetBytes { get; } = MemoryBudgetWithin(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    internal static long MemoryBudgetWithin(long availableBytes)
    {
        const long Most = 512L << 20, Least = 16 << 20;
        // Sorting and uploads take memory of their own, and so does whatever else the process does.
        return availableBytes <= 0 ? Most : Math.Clamp(availableBytes / 4, Least, Most);
    }

    /// <summary>Folder for spilled rows; null for the system's temporary folder.</summary>
    public string? SpillDirectory { get; init; }

    /// <summary>Shards built at the same time; null for the number of processors.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Shape of the shard files that are tables.</summary>
    public SstOptions Shard { get; init; } = new();

    /// <summary>What the shards are made as: tables, or SQLite files that the readers of shardyfusion open.</summary>
    public ShardFormat ShardFormat { get; init; }

    /// <summary>Rows written to shards per second, over all shards; null for no limit. At least 0.01.</summary>
    public double? MaxWritesPerSecond { get; init; }

    /// <summary>Bytes of keys and values written to shards per second, over all shards; null for no limit. At least 0.01.</summary>
    public double? MaxWriteBytesPerSecond { get; init; }

    /// <summary>Tries per shard, 1..100.</summary>
    public int MaxShardAttempts { get; init; } = 3;

    /// <summary>False leaves the snapshot staged: manifest written, pointer untouched.</summary>
    public bool Publish { get; init; } = true;

    /// <summary>True lets this build run beside another live one; the pointer's compare-and-swap still protects both.</summary>
    public bool AllowConcurrentBuild { get; init; }

    /// <summary>True publishes to a store that does not honour conditional writes.</summary>
    public bool AllowUnsafePointer { get; init; }

    /// <summary>How long a run record is believed without a heartbeat.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How often the run record is renewed.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often the build looks whether someone asked it to stop.</summary>
    public TimeSpan StopPollInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Which pointer moves, what is checked before it does, and what is read after.</summary>
    public PublishRules Rules { get; init; } = new();

    /// <summary>What the store charges, for <see cref="BuildResult.EstimatedCost"/>; null when nobody asks.</summary>
    public StorePrices? Prices { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (ShardCount is < 1 or > 65_536) faults.Add($"ShardCount is {ShardCount}; it must be 1..65,536.");
        if (ShardCount is not null && MaxKeysPerShard is not null) faults.Add("ShardCount and MaxKeysPerShard cannot be combined.");
        if (MaxKeysPerShard is < 1) faults.Add($"MaxKeysPerShard is {MaxKeysPerShard}; it must be at least 1.");
        if (TargetShardBytes < 64 << 10) faults.Add($"TargetShardBytes is {TargetShardBytes}; it must be at least 65,536.");
        if (MemoryBudgetBytes < 16 << 20) faults.Add($"MemoryBudgetBytes is {MemoryBudgetBytes}; it must be at least 16 MiB.");
        if (Parallelism is < 1 or > 1024) faults.Add($"Parallelism is {Parallelism}; it must be 1..1,024.");
        if (MaxShardAttempts is < 1 or > 100) faults.Add($"MaxShardAttempts is {MaxShardAttempts}; it must be 1..100.");
        if (MaxRowErrors is < 0) faults.Add($"MaxRowErrors is {MaxRowErrors}; it must be at least 0.");
        if (OnRowError == RowErrorPolicy.Reject && string.IsNullOrWhiteSpace(RejectPath))
            faults.Add("RejectPath is required when OnRowError is Reject.");
        if (LeaseDuration < TimeSpan.FromSeconds(1)) faults.Add($"LeaseDuration is {LeaseDuration}; it must be at least one second.");
        if (HeartbeatInterval <= TimeSpan.Zero || HeartbeatInterval >= LeaseDuration)
            faults.Add($"HeartbeatInterval is {HeartbeatInterval}; it must be positive and shorter than LeaseDuration.");
        if (RunId is not null && !SnapshotPaths.IsValidRunId(RunId))
            faults.Add($"RunId '{RunId}' is invalid; use 1..128 of A-Z a-z 0-9 . _ - and not only dots.");
        if (StopPollInterval <= TimeSpan.Zero) faults.Add($"StopPollInterval is {StopPollInterval}; it must be positive.");
        if (SecretRedactor.HidesIn(RunId)) faults.Add("RunId looks like a secret, which would be in the names of the snapshot's files.");
        if (ResumeRunId is not null && RunId is not null) faults.Add("RunId and ResumeRunId cannot be combined.");
        if (ResumeRunId is not null && !SnapshotPaths.IsValidRunId(ResumeRunId))
            faults.Add($"ResumeRunId '{ResumeRunId}' is invalid; use 1..128 of A-Z a-z 0-9 . _ - and not only dots.");
        if (ShardFiles is not null)
        {
            if (ShardCount is null) faults.Add("ShardFiles needs ShardCount: the number of shards that the keys were spread over.");
            if (KeyEncoding is null) faults.Add("ShardFiles needs KeyEncoding: how the keys in the files are stored.");
            if (ResumeRunId is not null) faults.Add("ShardFiles and ResumeRunId cannot be combined.");
            if (RunId is not null && ShardFiles.RunId is { } placed && placed != RunId)
                faults.Add($"RunId '{RunId}' is not the run '{placed}' in whose place the shard files lie.");
        }
        if (!Enum.IsDefined(ShardFormat)) faults.Add($"ShardFormat is {(int)ShardFormat}, which names no format.");
        if (ShardFormat == ShardFormat.Sqlite)
        {
            if (Shard != new SstOptions()) faults.Add("Shard is the shape of tables, as is their compression; SQLite shards have none.");
            if (ShardFiles is not null) faults.Add("ShardFiles are tables; they cannot become SQLite shards.");
        }
        if (RateLimit.Fault(nameof(MaxWritesPerSecond), MaxWritesPerSecond) is { } rowRate) faults.Add(rowRate);
        if (RateLimit.Fault(nameof(MaxWriteBytesPerSecond), MaxWriteBytesPerSecond) is { } byteRate) faults.Add(byteRate);
        if (Prices is not null) faults.AddRange(Prices.Validate());
        if (Sharding is not null) faults.AddRange(Sharding.Validate(this));
        faults.AddRange(Rules.Validate());
        faults.AddRange(Shard.Validate());
        return faults;
    }
}
