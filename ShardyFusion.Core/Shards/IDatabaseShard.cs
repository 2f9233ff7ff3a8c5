namespace ShardyFusion.Shards;

/// <summary>A shard that is a database of shardyfusion, whatever its engine. On a local store nothing of it waits.</summary>
interface IDatabaseShard : IShard
{
    /// <summary>Bytes of the objects that it is made of.</summary>
    long StoredBytes { get; }

    /// <summary>As <see cref="IShard.GetAsync"/>, for a local store.</summary>
    /// <param name="key">Encoded key.</param>
    /// <param name="value">The value; empty when the key is absent.</param>
    /// <returns>False when the key is absent.</returns>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ReaderState"/>: the store is not local; else as
    /// there.</exception>
    bool TryGet(scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value);
}
