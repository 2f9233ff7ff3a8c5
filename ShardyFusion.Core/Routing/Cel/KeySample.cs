using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using ShardyFusion.Hashing;

namespace ShardyFusion.Routing.Cel;

/// <summary>An even sample of different keys, and the boundaries that cut them into ranges of about the same number. Safe for concurrent
/// callers.</summary>
/// <remarks>
/// It keeps the keys with the least hashes. So it is the same whatever the order in which keys come, whoever brings them, and however
/// often: a build that is repeated or gone on with cuts at the same places.
/// </remarks>
sealed class KeySample(int capacity = KeySample.UsualCapacity)
{
    /// <summary>With so many keys a shard of 1,000 is off by about 10 % of its rows, one of 10 by about 1 %.</summary>
    public const int UsualCapacity = 100_000;

    readonly Lock gate = new();
    readonly Dictionary<ulong, byte[]> keys = [];
    ulong mostHash = ulong.MaxValue;

    /// <summary>Keys in the sample.</summary>
    public int Count => Math.Min(keys.Count, capacity);

    /// <summary>Offers a key.</summary>
    /// <param name="storedKey">As <see cref="KeyCodec"/> writes it.</param>
    public void Add(ReadOnlySpan<byte> storedKey)
    {
        var hash = XxHash3.Hash(storedKey);
        if (hash > Volatile.Read(ref mostHash)) return;
        lock (gate)
        {
            ref var kept = ref CollectionsMarshal.GetValueRefOrAddDefault(keys, hash, out var isKnown);
            if (isKnown) return;
            kept = storedKey.ToArray();
            if (keys.Count >= 2 * capacity) Trim();
        }
    }

    void Trim()
    {
        ulong[] hashes = [.. keys.Keys];
        if (hashes.Length <= capacity) return;
        Array.Sort(hashes);
        foreach (var hash in hashes.AsSpan(capacity)) keys.Remove(hash);
        Volatile.Write(ref mostHash, hashes[capacity - 1]);
    }

    /// <summary>Cuts the keys into ranges of about the same number of them.</summary>
    /// <param name="shardCount">Ranges wanted.</param>
    /// <param name="encoding">How the keys are stored.</param>
    /// <returns>Boundaries for <see cref="CelSharding.Boundaries"/>; fewer than wanted when there are too few different keys.</returns>
    public IReadOnlyList<object> Cut(int shardCount, KeyEncoding encoding)
    {
        byte[][] sorted = Keys();
        // Stored keys order as what they encode does.
        Array.Sort(sorted, static (left, right) => left.AsSpan().SequenceCompareTo(right));
        var boundaries = new List<object>();
        var previous = 0;
        for (var shard = 1; shard < shardCount; shard++)
        {
            var begin = (int)((long)sorted.Length * shard / shardCount);
            if (begin == previous) continue;
            boundaries.Add(Boundary(encoding, sorted[begin - 1], sorted[begin]));
            previous = begin;
        }
        return boundaries;
    }

    /// <summary>The part of the keys that goes to each shard, 0 to 1.</summary>
    public double[] Shares(ShardRouter router)
    {
        var shares = new double[router.NumDbs];
        byte[][] kept = Keys();
        foreach (var key in kept) shares[router.RouteStored(key)] += 1.0 / kept.Length;
        return shares;
    }

    byte[][] Keys()
    {
        lock (gate)
        {
            Trim();
            return [.. keys.Values];
        }
    }

    static object Boundary(KeyEncoding encoding, byte[] before, byte[] key) => encoding switch
    {
        KeyEncoding.U64BE => BinaryPrimitives.ReadInt64BigEndian(key),
        KeyEncoding.U32BE => (long)BinaryPrimitives.ReadUInt32BigEndian(key),
        KeyEncoding.Utf8 => Encoding.UTF8.GetString(Shortest(before, key)),
        _ => Shortest(before, key),
    };

    // As much of the key as puts it above the one before, in whole characters.
    static byte[] Shortest(byte[] before, byte[] key)
    {
        var length = before.AsSpan().CommonPrefixLength(key) + 1;
        while (length < key.Length && (key[length] & 0xC0) == 0x80) length++;
        return key[..length];
    }
}
