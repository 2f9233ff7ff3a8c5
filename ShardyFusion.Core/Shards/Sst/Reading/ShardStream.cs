using System.Security.Cryptography;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Reads a whole shard file in order, some parts ahead of the one that is used.</summary>
static class ShardStream
{
    /// <summary>Bytes of one request.</summary>
    const int PartBytes = 8 << 20;

    /// <summary>Parts asked for ahead of the one that is used: together they bound the memory.</summary>
    const int PartsAhead = 4;

    /// <summary>Reads the file from its first byte to its last.</summary>
    /// <param name="source">The file.</param>
    /// <param name="sink">Takes one part after the other; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>SHA-256 of what was read, lower-case hex.</returns>
    /// <exception cref="Errors.ShardCorruptException">The file is shorter than it should be.</exception>
    public static async Task<string> ReadAsync(IShardSource source, Func<ReadOnlyMemory<byte>, ValueTask>? sink,
        CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var parts = new Queue<Task<byte[]>>();
        try
        {
            for (long asked = 0, used = 0; used < source.Length;)
            {
                for (; asked < source.Length && parts.Count < PartsAhead; asked += PartBytes)
                    parts.Enqueue(ReadPartAsync(source, asked, stop.Token));
                var bytes = await parts.Dequeue().ConfigureAwait(false);
                hash.AppendData(bytes);
                if (sink is not null)
                    await sink(bytes).ConfigureAwait(false);
                used += bytes.Length;
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(parts)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    static async Task<byte[]> ReadPartAsync(IShardSource source, long offset, CancellationToken cancellationToken)
    {
        var bytes = new byte[Math.Min(PartBytes, source.Length - offset)];
        await source.ReadExactlyAsync(offset, bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }
}
