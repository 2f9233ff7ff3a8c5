using ShardyFusion.Errors;

namespace ShardyFusion.Formats;

/// <summary>The record of one build, <c>runs/…/run.yaml</c>.</summary>
sealed record RunRecord
{
    /// <summary>The value of <see cref="WriterType"/> for this writer.</summary>
    public const string DefaultWriterType = "dotnet";

    /// <summary>The value of <see cref="ErrorType"/> for a run whose lease ended without a heartbeat, as someone else noted it
    /// down.</summary>
    public const string Abandoned = "Abandoned";

    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>State.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>When it began; UTC, stored to the microsecond.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When the record was last written; UTC.</summary>
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Until when a running run counts as alive; UTC. A finished run sets it to the time it finished.</summary>
    public required DateTimeOffset LeaseExpiresAt { get; init; }

    /// <summary>The snapshot prefix, absolute.</summary>
    public required string S3Prefix { get; init; }

    /// <summary>First segment of shard keys.</summary>
    public string ShardPrefix { get; init; } = SnapshotPaths.DefaultShardPrefix;

    /// <summary>Folder name of a shard in Python's format notation.</summary>
    public string DbPathTemplate { get; init; } = SnapshotPaths.DbPathTemplate;

    /// <summary>What wrote it: <c>python</c>, <c>spark</c>, <c>dask</c>, <c>ray</c>, or <see cref="DefaultWriterType"/>.</summary>
    public string WriterType { get; init; } = DefaultWriterType;

    /// <summary>Absolute ref of the published manifest; null before that.</summary>
    public string? ManifestRef { get; init; }

    /// <summary>Kind of the error that ended it, or null.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The error's message, at most 300 characters without secrets (<see cref="SecretRedactor.ForRecord"/>), or null.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>Rows read so far; once it succeeded, rows stored; or null. Not known to shardyfusion.</summary>
    public long? Rows { get; init; }

    /// <summary>Shard bytes handed to the store so far; once it succeeded, bytes of all shard objects; or null. Not known to
    /// shardyfusion.</summary>
    public long? Bytes { get; init; }

    /// <summary>What the build does: <c>reading</c>, <c>writing</c>, <c>publishing</c>; of one that failed, what it was at; or null. Not
    /// known to shardyfusion.</summary>
    public string? Phase { get; init; }

    /// <summary>Name of the machine, or null. Not known to shardyfusion.</summary>
    public string? Host { get; init; }

    /// <summary>Process id on that machine, or null. Not known to shardyfusion.</summary>
    public int? ProcessId { get; init; }

    /// <summary>The publish message, or null. Not known to shardyfusion.</summary>
    public string? Message { get; init; }

    /// <summary>True when the run says it is running and its lease still holds.</summary>
    public bool IsLive(DateTimeOffset now) => Status == RunStatus.Running && now < LeaseExpiresAt;
}
