using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards;

/// <summary>A shard that is read by ranges through a shared cache, whatever it is made of: what gets, passes, warm-up and checks need of
/// it. Safe for concurrent callers. Values stay valid for as long as they are referenced.</summary>
interface IShard : IDisposable
{
    /// <summary>Bytes held in memory while it is open; its blocks are the cache's.</summary>
    long MemoryBytes { get; }

    /// <summary>Finds the value of a key.</summary>
    /// <param name="key">Encoded key; must not change until the call has ended.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    /// <returns>The value, or null when the key is absent.</returns>
    /// <exception cref="Errors.ShardCorruptException">What was read is damaged.</exception>
    ValueTask<ReadOnlyMemory<byte>?> GetAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken);

    /// <summary>Finds many keys with as few reads as can be; else as <see cref="GetAsync"/>.</summary>
    /// <returns>One entry per key, in their order; null where the key is absent.</returns>
    Task<ReadOnlyMemory<byte>?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken);

    /// <summary>Goes over all rows in key order, reading ahead; the cache is left alone. Every block's checksum is verified.</summary>
    IAsyncEnumerable<ShardRow> ScanAsync(CancellationToken cancellationToken);

    /// <summary>As <see cref="ScanAsync(CancellationToken)"/>, over some rows.</summary>
    /// <param name="range">Which keys; only blocks that can hold such are read.</param>
    /// <param name="readBytes">Size of a read, at most, but never less than a block. Two of them are in memory.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    IAsyncEnumerable<ShardRow> ScanAsync(KeyRange range, int readBytes, CancellationToken cancellationToken);

    /// <summary>Where a get of this key would find its block now. Reads nothing and changes no statistics.</summary>
    BlockPlace WhereIs(ReadOnlySpan<byte> key);

    /// <summary>Splits all blocks into parts that are read one by one.</summary>
    /// <param name="mostBytes">Stored bytes of a part, unless one block is larger.</param>
    IEnumerable<ShardPart> Parts(int mostBytes);

    /// <summary>Brings the blocks of a part into the cache; those that are there, or on their way, are left alone.</summary>
    /// <returns>Stored bytes of the blocks that were read.</returns>
    /// <exception cref="Errors.ShardCorruptException">A block is damaged.</exception>
    Task<long> LoadAsync(ShardPart part, CancellationToken cancellationToken);

    /// <summary>To be called when nobody finds the shard any more, though some may still read it: drops from the cache what the next one
    /// to open it would not find.</summary>
    void Leave();
}

/// <summary>Neighbouring blocks of a shard.</summary>
/// <param name="File">Number of the file, from 0.</param>
/// <param name="Blocks">Which ones.</param>
readonly record struct ShardPart(int File, BlockChunk Blocks);
