using System.Buffers.Binary;
using System.Text;

namespace ShardyFusion.Routing.Cel;

/// <summary>An even sample of keys, and the boundaries that cut them into ranges of about the same number of rows. Not
/// thread-safe.</summary>
/// <remarks>The same keys in the same order give the same sample.</remarks>
sealed class KeySample(KeyEncoding encoding, int capacity = KeySample.UsualCapacity)
{
    /// <summary>With so many keys a shard of 1,000 is off by about 10 % of its rows, one of 10 by about 1 %.</summary>
    public const int UsualCapacity = 100_000;

    readonly List<byte[]> keys = [];
    readonly Random random = new(20_260);

    /// <summary>Keys offered.</summary>
    public long Seen { get; private set; }

    /// <summary>Offers a key.</summary>
    /// <param name="storedKey">As <see cref="KeyCodec"/> writes it.</param>
    public void Add(ReadOnlySpan<byte> storedKey)
    {
        // Every key has the same chance to be among those kept, however many follow.
        var place = Seen++ < capacity ? keys.Count : random.NextInt64(Seen);
        if (place >= capacity) return;
        if (place == keys.Count) keys.Add(storedKey.ToArray());
        else keys[(int)place] = storedKey.ToArray();
    }

    /// <summary>Adds what another sample kept, as many of each as their numbers of rows ask for.</summary>
    public static KeySample Merge(KeyEncoding encoding, IReadOnlyList<KeySample> samples)
    {
        var merged = new KeySample(encoding);
        var seen = samples.Sum(sample => sample.Seen);
        foreach (var sample in samples)
        {
            // What a sample kept is in no order, so its first ones are as good as any.
            var share = seen == 0 ? 0 : (int)Math.Min(sample.keys.Count, (double)sample.Seen / seen * Math.Min(seen, UsualCapacity) + 0.5);
            merged.Seen += sample.Seen;
            merged.keys.AddRange(share == sample.keys.Count ? sample.keys : sample.Shuffled().Take(share));
        }
        return merged;
    }

    byte[][] Shuffled()
    {
        byte[][] shuffled = [.. keys];
        random.Shuffle(shuffled);
        return shuffled;
    }

    /// <summary>Cuts the keys into ranges.</summary>
    /// <param name="shardCount">Ranges wanted.</param>
    /// <returns>Boundaries for <see cref="CelSharding.Boundaries"/>, and the share of the sample in each range; fewer than wanted when
    /// there are too few different keys.</returns>
    public (IReadOnlyList<object> Boundaries, IReadOnlyList<double> Shares) Cut(int shardCount)
    {
        // Stored keys order as what they encode does.
        byte[][] sorted = [.. keys];
        Array.Sort(sorted, static (left, right) => left.AsSpan().SequenceCompareTo(right));
        var boundaries = new List<object>();
        var begins = new List<int> { 0 };
        for (var shard = 1; shard < shardCount; shard++)
        {
            var begin = FirstOf(sorted, (int)((long)sorted.Length * shard / shardCount));
            if (begin <= begins[^1]) continue;
            boundaries.Add(Boundary(sorted[begin - 1], sorted[begin]));
            begins.Add(begin);
        }
        begins.Add(sorted.Length);
        return (boundaries,
            [.. begins.Zip(begins.Skip(1), (begin, end) => sorted.Length == 0 ? 0 : (double)(end - begin) / sorted.Length)]);
    }

    // The first of equal keys, so that a boundary lies between different ones; the next different one when nothing lies before.
    static int FirstOf(byte[][] sorted, int index)
    {
        if (index >= sorted.Length) return 0;
        var first = index;
        while (first > 0 && sorted[first - 1].AsSpan().SequenceEqual(sorted[index])) first--;
        return first;
    }

    object Boundary(byte[] before, byte[] key) => encoding switch
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
