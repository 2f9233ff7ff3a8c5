using ShardyFusion.Shards;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

/// <summary>An open shard: exactly one of both. Whoever holds a pin of the state it came from may read it to the pin's end, also when it is
/// closed to others meanwhile.</summary>
/// <param name="Mapped">The mapped file.</param>
/// <param name="Remote">The shard that is read by ranges.</param>
readonly record struct OpenShard(MappedShard? Mapped, IShard? Remote)
{
    /// <summary>Where a get of this key is answered from; to be asked before the get.</summary>
    public LookupSource SourceOf(ReadOnlySpan<byte> storedKey)
    {
        if (Mapped is { } file)
            return file.Table.Filter.MayContain(storedKey, XxPh3.Hash(storedKey)) ? LookupSource.Disk : LookupSource.Filter;
        return Remote!.WhereIs(storedKey) switch
        {
            BlockPlace.Nowhere => LookupSource.Filter,
            BlockPlace.Cache => LookupSource.Cache,
            _ => LookupSource.Store,
        };
    }
}
