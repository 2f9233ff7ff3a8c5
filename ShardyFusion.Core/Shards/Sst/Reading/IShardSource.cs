using ShardyFusion.Errors;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Ranged reads of one shard file. Safe for concurrent callers.</summary>
interface IShardSource
{
    /// <summary>Path or URI, for errors.</summary>
    string Name { get; }

    /// <summary>The file's length in bytes.</summary>
    long Length { get; }

    /// <summary>Fills <paramref name="destination"/> from <paramref name="offset"/>.</summary>
    /// <returns>Bytes read; fewer than asked for only at the file's end.</returns>
    ValueTask<int> ReadAsync(long offset, Memory<byte> destination, CancellationToken cancellationToken);
}

/// <summary>Reads that must be complete.</summary>
static class ShardSourceReads
{
    /// <summary>Reads a range that must lie inside the file.</summary>
    /// <exception cref="ShardCorruptException">The file is shorter than it should be.</exception>
    public static async ValueTask ReadExactlyAsync(this IShardSource source, long offset, Memory<byte> destination,
        CancellationToken cancellationToken)
    {
        var read = await source.ReadAsync(offset, destination, cancellationToken).ConfigureAwait(false);
        if (read != destination.Length)
            throw new ShardCorruptException(source.Name, offset + read,
                $"the file ends {destination.Length - read} bytes too early: it should have {source.Length} bytes");
    }
}
