namespace ShardyFusion.Snapshots;

/// <summary>How closely a snapshot is looked at; each level includes those before it.</summary>
public enum VerifyLevel
{
    /// <summary>The manifest alone: it parses, and its shards' key ranges lie where they belong. No shard is asked for.</summary>
    Metadata,
    /// <summary>Every shard object exists and has its size. One request a shard.</summary>
    Exists,
    /// <summary>Every shard is read whole, and its SHA-256 compared.</summary>
    Checksum,
    /// <summary>Also every block's checksum, the order, number and range of keys, and that each key lies on its shard.</summary>
    Deep,
}

/// <summary>What is wrong with a snapshot.</summary>
public enum VerifyFault
{
    /// <summary>The manifest contradicts its name.</summary>
    Manifest,
    /// <summary>What the level asks for cannot be checked: foreign shards, a strategy that cannot be followed, no hash stated.</summary>
    NotCheckable,
    /// <summary>A shard object is missing.</summary>
    Missing,
    /// <summary>A shard object has another size than the manifest states.</summary>
    WrongSize,
    /// <summary>A shard's SHA-256 is not the one that the manifest states.</summary>
    WrongHash,
    /// <summary>A shard file is damaged: a block's checksum or structure, the order of keys, the file's metadata.</summary>
    Damaged,
    /// <summary>A shard holds more or fewer rows than the manifest states.</summary>
    WrongRowCount,
    /// <summary>A shard's smallest or largest key is not the one that the manifest states.</summary>
    WrongKeyRange,
    /// <summary>Keys lie on another shard than the one that a read asks.</summary>
    Misrouted,
}

/// <summary>What to verify, and how closely.</summary>
public sealed record VerifyOptions
{
    /// <summary>The snapshot.</summary>
    public SnapshotSelector Selector { get; init; } = SnapshotSelector.Current;
    /// <summary>How closely.</summary>
    public VerifyLevel Level { get; init; } = VerifyLevel.Checksum;
    /// <summary>Shards looked at in parallel, 1..1,024; null for 16 where they are only asked for, else the number of processors.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate() => Parallelism is < 1 or > 1024 ? [$"Parallelism is {Parallelism}; it must be 1..1,024."] : [];
}

/// <summary>One thing that is wrong.</summary>
/// <param name="Fault">What kind.</param>
/// <param name="ShardId">The shard; null when the manifest itself is meant.</param>
/// <param name="Target">The object, as an absolute ref.</param>
/// <param name="Detail">What was expected and what was found, as one sentence without a full stop.</param>
public sealed record VerifyFinding(VerifyFault Fault, int? ShardId, string Target, string Detail);

/// <summary>What a verification found.</summary>
public sealed record VerifyReport
{
    /// <summary>The prefix.</summary>
    public required string Prefix { get; init; }
    /// <summary>The run that built the snapshot.</summary>
    public required string RunId { get; init; }
    /// <summary>Its manifest ref.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>How closely it was looked at.</summary>
    public required VerifyLevel Level { get; init; }
    /// <summary>Shards with rows.</summary>
    public required int ShardsChecked { get; init; }
    /// <summary>Rows that were read; 0 below <see cref="VerifyLevel.Deep"/>.</summary>
    public required long RowsRead { get; init; }
    /// <summary>Shard bytes that were read; 0 below <see cref="VerifyLevel.Checksum"/>.</summary>
    public required long BytesRead { get; init; }
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
    /// <summary>What is wrong: the manifest first, then by shard; empty when nothing is.</summary>
    public required IReadOnlyList<VerifyFinding> Findings { get; init; }
    /// <summary>True when nothing is wrong.</summary>
    public bool Passed => Findings.Count == 0;
}

/// <summary>How far an operation over the shards of a snapshot is.</summary>
/// <param name="ShardsDone">Shards finished.</param>
/// <param name="ShardsTotal">Shards in all; 0 where they are not gone through one by one.</param>
/// <param name="Rows">Rows handled so far; 0 where rows are not looked at.</param>
/// <param name="Bytes">Bytes read so far; 0 where they are not counted.</param>
public sealed record ShardProgress(int ShardsDone, int ShardsTotal, long Rows, long Bytes);
