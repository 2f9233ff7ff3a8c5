using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Shards;

/// <summary>Encodes sorted rows as a shard file. Pure memory: the caller moves the bytes. For one thread. The same rows and options always
/// give the same bytes.</summary>
interface IShardWriter : IDisposable
{
    /// <summary>Encoded bytes not yet taken. Valid until the next call on this writer.</summary>
    ReadOnlyMemory<byte> Pending { get; }

    /// <summary>Forgets the pending bytes: the caller has stored them.</summary>
    void DiscardPending();

    /// <summary>Adds a row.</summary>
    /// <param name="key">1..65,535 bytes, bytewise greater than the key before.</param>
    /// <param name="value">At most 512 MiB; may be empty.</param>
    /// <exception cref="Errors.ShardyFusionException">ShardWrite: the key is out of order or a size is out of range; names the
    /// key.</exception>
    void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value);

    /// <summary>Ends the file; what is pending then is its end.</summary>
    SstSummary Finish();
}
