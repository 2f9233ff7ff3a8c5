using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>One row of a key.</summary>
/// <param name="Value">Its value; empty for a tombstone.</param>
/// <param name="Sequence">The greatest of a key's rows is the newest.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Format">Format of its file.</param>
/// <param name="ExpiresAt">Milliseconds since 1970.</param>
/// <param name="Origin">Its block.</param>
readonly record struct FoundRow(ReadOnlyMemory<byte> Value, ulong Sequence, RowKind Kind, int Format, long ExpiresAt, BlockOrigin Origin)
{
    /// <summary>The row that a walker is at.</summary>
    public static FoundRow Of(RowWalker walker, int format) => new(walker.Value, walker.Row, format, walker.Origin);

    public FoundRow(ReadOnlyMemory<byte> value, in SlateRow row, int format, BlockOrigin origin)
        : this(value, row.Sequence, row.Kind, format, row.ExpiresAt, origin)
    {
    }

    /// <summary>True when its time is over.</summary>
    public bool IsExpired(TimeProvider clock) => ExpiresAt != SlateRow.Never && ExpiresAt <= clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>What a reader gets when this is the newest row of the key.</summary>
    /// <param name="key">The key, for errors.</param>
    /// <param name="clock">Tells the time.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the key is absent.</returns>
    /// <exception cref="Errors.ShardCorruptException">It is a merge operand.</exception>
    public bool TryGetValue(ReadOnlySpan<byte> key, TimeProvider clock, out ReadOnlyMemory<byte> value)
    {
        value = Value;
        if (Kind == RowKind.Merge)
            throw Origin.Fault($"the newest row of the key with the bytes {Convert.ToHexStringLower(key)} is a merge operand, "
                + "which only the program that wrote it can combine");
        // Releases that write format 1 leave expired rows out. Later ones show them until a compaction removes them.
        return Kind == RowKind.Value && !(Format == SstFormats.First && IsExpired(clock));
    }
}
