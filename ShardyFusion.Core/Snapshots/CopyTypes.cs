namespace ShardyFusion.Snapshots;

/// <summary>What to copy, and how.</summary>
public sealed record CopyOptions
{
    /// <summary>The snapshot.</summary>
    public SnapshotSelector Selector { get; init; } = SnapshotSelector.Current;
    /// <summary>Writes the rows anew with these options (number of shards, run id, compression, memory…) instead of taking the shards over as they are;
    /// encodings, custom fields and, unless given, the message are those of the snapshot. Null for a copy byte by byte.</summary>
    public BuildOptions? Reshard { get; init; }
    /// <summary>True moves the destination's pointer to the copy.</summary>
    public bool Publish { get; init; }
    /// <summary>Which pointer, and what is checked; of no effect unless <see cref="Publish"/> is set.</summary>
    public PublishRules Rules { get; init; } = new();
    /// <summary>True also writes to a store that does not honour write conditions.</summary>
    public bool AllowUnsafePointer { get; init; }
    /// <summary>Shards under way at once, 1..1,024; null for 4.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Every fault of these options, each naming the option; empty when they are valid.</summary>
    public IReadOnlyList<string> Validate() =>
        [.. Parallelism is < 1 or > 1024 ? [$"Parallelism is {Parallelism}; it must be 1..1,024."] : Array.Empty<string>(), .. Rules.Validate()];
}

/// <summary>What a copy did.</summary>
public sealed record CopyResult
{
    /// <summary>The destination.</summary>
    public required string Prefix { get; init; }
    /// <summary>Manifest ref of the snapshot that was copied.</summary>
    public required string FromRef { get; init; }
    /// <summary>The run that the copy belongs to: that of the snapshot, or a new one when the rows were written anew.</summary>
    public required string RunId { get; init; }
    /// <summary>Manifest ref of the copy.</summary>
    public required string ManifestRef { get; init; }
    /// <summary>Number of shards of the copy, empty ones included.</summary>
    public required int ShardCount { get; init; }
    /// <summary>Rows of the copy.</summary>
    public required long RowCount { get; init; }
    /// <summary>Shards that were written.</summary>
    public required int ShardsCopied { get; init; }
    /// <summary>Of these, shards that the store copied by itself.</summary>
    public int ShardsCopiedByStore { get; init; }
    /// <summary>Shards that were there already with the same bytes.</summary>
    public int ShardsSkipped { get; init; }
    /// <summary>Bytes of the shards that were written.</summary>
    public required long BytesCopied { get; init; }
    /// <summary>The pointer that names the copy now; null when none was to be moved.</summary>
    public string? Pointer { get; init; }
    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }
}
