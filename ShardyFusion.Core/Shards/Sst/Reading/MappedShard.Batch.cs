using System.Runtime.InteropServices;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Receives the values that a batch of gets finds.</summary>
public interface IValueSink
{
    /// <summary>Called once per key that was found, in no particular order.</summary>
    /// <param name="keyIndex">The key's index in the batch.</param>
    /// <param name="value">Its value; valid during the call.</param>
    void OnValue(int keyIndex, ReadOnlySpan<byte> value);
}

sealed unsafe partial class MappedShard
{
    // Enough to keep the processor's outstanding cache misses busy, few enough for what was asked for to be still there.
    const int BatchKeys = 32;

    /// <summary>Finds many keys, asking for the memory of later ones while looking at earlier ones.</summary>
    /// <param name="keys">Encoded keys.</param>
    /// <param name="sink">Gets the values found.</param>
    /// <exception cref="Errors.ShardCorruptException">A key's block is damaged.</exception>
    public void GetMany<TSink>(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ref TSink sink) where TSink : IValueSink
    {
        file.RequireWhole();
        Span<int> which = stackalloc int[BatchKeys];
        var later = new LaterKeys();
        try
        {
            for (var start = 0; start < keys.Length; start += BatchKeys)
            {
                var count = Math.Min(BatchKeys, keys.Length - start);
                for (var i = 0; i < count; i++)
                    which[i] = start + i;
                GetBatch(keys, which[..count], ref later, ref sink);
            }
            GetLater(keys, ref later, ref sink);
        }
        finally
        {
            later.Dispose();
        }
    }

    /// <summary>Finds some keys of a list, asking for the memory of later ones while looking at earlier ones.</summary>
    /// <param name="keys">Encoded keys, of this shard or not.</param>
    /// <param name="which">Indexes into <paramref name="keys"/>: the ones to find here.</param>
    /// <param name="sink">Gets the values found, with those indexes.</param>
    /// <exception cref="Errors.ShardCorruptException">A key's block is damaged.</exception>
    public void GetMany<TSink>(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ReadOnlySpan<int> which, ref TSink sink) where TSink : IValueSink
    {
        file.RequireWhole();
        var later = new LaterKeys();
        try
        {
            for (; which.Length > BatchKeys; which = which[BatchKeys..])
                GetBatch(keys, which[..BatchKeys], ref later, ref sink);
            GetBatch(keys, which, ref later, ref sink);
            GetLater(keys, ref later, ref sink);
        }
        finally
        {
            later.Dispose();
        }
    }

    void GetBatch<TSink>(ReadOnlySpan<ReadOnlyMemory<byte>> keys, scoped ReadOnlySpan<int> which, ref LaterKeys later, ref TSink sink)
        where TSink : IValueSink
    {
        Span<ulong> hashes = stackalloc ulong[BatchKeys];
        Span<Place> places = stackalloc Place[BatchKeys];
        for (var i = 0; i < which.Length; i++)
        {
            hashes[i] = XxPh3.Hash(keys[which[i]].Span);
            filter.Prefetch(hashes[i]);
        }
        var start = file.Start;
        if (start is null)
            throw Closed();
        // Each pass asks for what the next one looks at: index slots, block ends, rows.
        var count = 0;
        for (var i = 0; i < which.Length; i++)
        {
            var key = keys[which[i]].Span;
            if (!filter.MayContain(key, hashes[i]))
                continue;
            index.Prefetch(key);
            places[count++].KeyIndex = which[i];
        }
        places = places[..count];
        foreach (ref var place in places)
        {
            place.Ordinal = index.Find(keys[place.KeyIndex].Span, out place.Position);
            if (place.Ordinal < 0)
                continue;
            // Proof: see TryGetFromBlock.
            var handle = index[place.Ordinal];
            place.Block = start + handle.Offset;
            place.Length = (int)handle.Size;
            Prefetch(place.Block + place.Length);
        }
        foreach (ref var place in places)
            if (place.Ordinal >= 0)
                BlockSeeker.PrefetchRows(place.Block, place.Length, place.Position);
        foreach (ref var place in places)
        {
            if (place.Ordinal < 0)
                continue;
            if (!IsChecked(place.Ordinal) || place.Block[place.Length] != (byte)CompressionType.None)
            {
                later.Add(place.Ordinal, place.KeyIndex);
                continue;
            }
            var key = keys[place.KeyIndex].Span;
            fixed (byte* keyStart = &MemoryMarshal.GetReference(key))
                if (TryFind(new RawBytes(place.Block, place.Length), new RawBytes(keyStart, key.Length), place.Ordinal, place.Position,
                    out var value))
                    sink.OnValue(place.KeyIndex, value);
        }
        GC.KeepAlive(this);
    }

    // Where a key of the batch is looked for.
    struct Place
    {
        public byte* Block;
        public int Length;
        public int Ordinal;
        public int KeyIndex;
        public uint Position;
    }

    // Packed blocks are unpacked once for all their keys.
    void GetLater<TSink>(ReadOnlySpan<ReadOnlyMemory<byte>> keys, ref LaterKeys later, ref TSink sink) where TSink : IValueSink
    {
        foreach (var (ordinal, keyIndex) in later.InBlockOrder())
            if (TryGetSlow(keys[keyIndex].Span, ordinal, out var value))
                sink.OnValue(keyIndex, value);
    }

    // The end holds the restart points; the key is likely near its share of the block.
    static void PrefetchBlock(byte* block, int length, uint position)
    {
        Prefetch(block + length - 1);
        var guess = block + (nint)(((ulong)length * position) >> 16);
        for (var line = -2; line < 3; line++)
            Prefetch(guess + 64 * line);
    }
}
