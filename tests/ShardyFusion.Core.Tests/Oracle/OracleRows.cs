using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>Sorted rows of every shape the matrix asks for; the same seed gives the same rows.</summary>
public static class OracleRows
{
    /// <summary>The names that <see cref="Make"/> knows.</summary>
    public static readonly string[] Shapes =
        ["eight_byte", "dense", "user", "one_byte", "nested_prefixes", "long_keys", "empty_values", "mixed", "large_value"];

    /// <summary>Makes rows.</summary>
    /// <param name="shape">One of <see cref="Shapes"/>.</param>
    /// <param name="count">How many at most: shapes with few possible keys give fewer.</param>
    /// <param name="seed">For the random parts.</param>
    public static List<OracleRow> Make(string shape, int count, int seed = 1)
    {
        var random = new Random(seed);
        var rows = new List<OracleRow>(count);
        for (var i = 0; i < count; i++)
        {
            var (key, value) = Row(shape, i, random);
            rows.Add(new OracleRow(key, value));
        }
        rows.Sort((a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        var unique = 0;
        for (var i = 0; i < rows.Count; i++)
            if (unique == 0 || !rows[i].Key.AsSpan().SequenceEqual(rows[unique - 1].Key))
                rows[unique++] = rows[i];
        rows.RemoveRange(unique, rows.Count - unique);
        return rows;
    }

    /// <summary>Keys of the same shape that the rows do not hold.</summary>
    public static List<byte[]> Absent(IReadOnlyList<OracleRow> rows, int count, int seed = 7)
    {
        var present = rows.Select(row => Convert.ToHexString(row.Key)).ToHashSet();
        var random = new Random(seed);
        var absent = new List<byte[]>();
        while (absent.Count < count)
        {
            // A key between the first and the last, so that only the filter can say no.
            var key = (byte[])rows[random.Next(rows.Count)].Key.Clone();
            key = [.. key, (byte)random.Next(256), (byte)random.Next(256)];
            if (!present.Contains(Convert.ToHexString(key)) && key.AsSpan().SequenceCompareTo(rows[^1].Key) < 0)
                absent.Add(key);
            else if (rows.Count < 3 && absent.Count + random.Next(50) > 40)
                break;
        }
        return absent;
    }

    static (byte[] Key, byte[] Value) Row(string shape, int i, Random random) => shape switch
    {
        "eight_byte" => (BigEndian(random.NextInt64()), HalfRandom(random, 100)),
        "dense" => (BigEndian(i), HalfRandom(random, 20)),
        "user" => (Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"user-{i:d12}")),
        HalfRandom(random, random.Next(10, 300))),
        "one_byte" => ([(byte)random.Next(256)], HalfRandom(random, 30)),
        // Keys that are prefixes of one another, with the bytes of RocksDB's key trailer (01 00 …) after the shared part.
        "nested_prefixes" => (Nested(random), HalfRandom(random, random.Next(40))),
        "long_keys" => (LongKey(i, random), HalfRandom(random, 50)),
        "empty_values" => (BigEndian(random.NextInt64()), []),
        "mixed" => (Random(random, random.Next(1, 40)), HalfRandom(random, random.Next(8) == 0 ? random.Next(9_000) : random.Next(100))),
        "large_value" => (BigEndian(i), HalfRandom(random, i % 2 == 0 ? (16 << 20) + 1 : 10)),
        _ => throw new ArgumentException(shape, nameof(shape)),
    };

    static byte[] BigEndian(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }

    static byte[] Nested(Random random)
    {
        var key = new byte[random.Next(1, 24)];
        for (var i = 0; i < key.Length; i++)
            key[i] = (byte)(random.Next(12) switch { < 7 => 0, < 10 => 1, 10 => 255, _ => 'k' });
        return key;
    }

    static byte[] LongKey(int i, Random random)
    {
        // The first has the most bytes that a key of ours may have.
        var key = new byte[i == 0 ? 65_535 : random.Next(100, 60 << 10)];
        Array.Fill(key, (byte)'p', 0, 90);
        BinaryPrimitives.WriteInt32BigEndian(key.AsSpan(90), i / 2);
        random.NextBytes(key.AsSpan(94));
        return key;
    }

    static byte[] Random(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    // Half random, half one letter: what packing makes of it lies between the extremes.
    static byte[] HalfRandom(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes.AsSpan(0, length / 2));
        bytes.AsSpan(length / 2).Fill((byte)('a' + random.Next(3)));
        return bytes;
    }
}
