using ShardyFusion.Building;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Runs;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Jobs;

/// <summary>What a job is to do: written once, before its first task.</summary>
sealed record JobPlan
{
    public int FormatVersion { get; init; } = 1;
    public required string JobId { get; init; }
    /// <summary>Relative key of its run record.</summary>
    public required string RunRecord { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required JobRows Rows { get; init; }
    /// <summary>Maps; null where the engine decides.</summary>
    public int? Maps { get; init; }
    public required int Shards { get; init; }
    /// <summary>False where other builds may run beside the job.</summary>
    public required bool Exclusive { get; init; }
    public required double LeaseSeconds { get; init; }
    public required JobInput Input { get; init; }
    public IReadOnlyList<JobFile> Files { get; init; } = [];
    public IReadOnlyList<JobSlice> Slices { get; init; } = [];
    /// <summary>Null for the hash of the key.</summary>
    public JobSharding? Sharding { get; init; }
    public required KeyEncoding KeyEncoding { get; init; }
    public required ValueEncoding ValueEncoding { get; init; }
    public required DuplicateKeyPolicy DuplicateKey { get; init; }
    public required RowErrorPolicy OnRowError { get; init; }
    public long? MaxRowErrors { get; init; }
    public required SstOptions Shape { get; init; }
    /// <summary>What the shards are made as.</summary>
    public ShardFormat ShardFormat { get; init; }
    /// <summary>What is worth saying about the input.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    public LockOwner Owner => new(JobId, RunRecord);

    /// <summary>The options of one task or of the end: what the plan says of rows and shards, and what they are given of memory, threads
    /// and publishing.</summary>
    public BuildOptions Apply(BuildOptions given) => given with
    {
        RunId = null,
        ResumeRunId = null,
        ShardFiles = null,
        ShardCount = Sharding is null ? Shards : null,
        MaxKeysPerShard = null,
        Sharding = Sharding?.ToOptions(),
        KeyEncoding = KeyEncoding,
        ValueEncoding = ValueEncoding,
        DuplicateKey = DuplicateKey,
        OnRowError = OnRowError,
        MaxRowErrors = MaxRowErrors,
        Shard = Shape,
        ShardFormat = ShardFormat,
        LeaseDuration = TimeSpan.FromSeconds(LeaseSeconds),
        AllowConcurrentBuild = !Exclusive,
    };
}
