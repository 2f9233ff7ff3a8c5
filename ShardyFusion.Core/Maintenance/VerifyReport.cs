using ShardyFusion.Catalog;

namespace ShardyFusion.Maintenance;

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
    /// <summary>What is not wrong and could not be looked at either, a sentence each; empty when there is nothing of the kind.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
    /// <summary>True when nothing is wrong.</summary>
    public bool Passed => Findings.Count == 0;
}
