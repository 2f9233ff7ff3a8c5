namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>How a database is read.</summary>
sealed record SlateReadOptions
{
    /// <summary>The defaults.</summary>
    public static SlateReadOptions Default { get; } = new();

    /// <summary>An older manifest to read; null for the latest.</summary>
    public ulong? ManifestId { get; init; }

    /// <summary>Tells which rows are expired.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
