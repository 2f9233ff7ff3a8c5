using System.Buffers.Binary;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>The pointer search against its twin, a walk over spans.</summary>
public class BlockSeekerTests
{
    const int Seed = 815;

    static readonly EntryRules Rules = new(SstTable.DataTrailerBytes, true, MayRepeatKeys: true);

    [Theory]
    [InlineData("eight_byte")]
    [InlineData("dense")]
    [InlineData("user")]
    [InlineData("one_byte")]
    [InlineData("nested_prefixes")]
    [InlineData("mixed")]
    [InlineData("empty_values")]
    public void Find_EveryKeyAndItsNeighbours_AgreesWithTheWalk(string shape)
    {
        var random = new Random(Seed);
        foreach (var interval in new[] { 1, 2, 7, 16, 64 })
        {
            var rows = OracleRows.Make(shape, 150, Seed);
            var block = Encode(rows, interval);
            foreach (var key in rows.Select(row => row.Key).Concat(rows.SelectMany(row => Neighbours(row.Key, random))))
                for (uint position = 0; position < 65536; position += 20_000)
                    AssertAgrees(block, key, position, $"{shape}, interval {interval}, seed {Seed}");
        }
    }

    [Fact]
    public void Find_SeveralVersions_GivesTheNewest()
    {
        List<OracleRow> rows = [new("a"u8.ToArray(), [1]), new("b"u8.ToArray(), [2]), new("b"u8.ToArray(), [3]), new("b"u8.ToArray(), [4]),
            new("c"u8.ToArray(), [5])];
        foreach (var interval in new[] { 1, 2, 3, 16 })
        {
            var block = Encode(rows, interval);
            var at = BlockSeeker.Find(block, "b"u8, mayRepeatKeys: true, out var length);
            Assert.Equal([2], block.AsSpan(at, length).ToArray());
        }
    }

    [Fact]
    public void Find_AnyBytes_NeverLooksOutside()
    {
        var random = new Random(Seed);
        var rows = OracleRows.Make("mixed", 60, Seed);
        var good = Encode(rows, 4);
        for (var round = 0; round < 30_000; round++)
        {
            var block = round % 3 == 0 ? Random(random, random.Next(40)) : (byte[])good.Clone();
            for (var i = random.Next(4); i > 0 && block.Length > 0; i--)
                block[random.Next(block.Length)] = (byte)random.Next(256);
            var key = round % 2 == 0 ? rows[random.Next(rows.Count)].Key : Random(random, random.Next(20));
            // What lies around the block must not matter.
            var zeros = FindWithin(block, key, 0x00, out var length);
            var ones = FindWithin(block, key, 0xFF, out var otherLength);
            Assert.True(zeros == ones && length == otherLength, $"seed {Seed}, round {round}");
            Assert.True(zeros >= BlockSeeker.Malformed && zeros + length <= block.Length, $"seed {Seed}, round {round}");
        }
    }

    static unsafe int FindWithin(byte[] block, byte[] key, byte around, out int length)
    {
        const int Margin = 64;
        var room = new byte[block.Length + key.Length + 3 * Margin];
        Array.Fill(room, around);
        block.CopyTo(room, Margin);
        key.CopyTo(room, block.Length + 2 * Margin);
        fixed (byte* start = room)
            return BlockSeeker.Find(new RawBytes(start + Margin, block.Length),
                new RawBytes(start + block.Length + 2 * Margin, key.Length), false, 30_000, out length);
    }

    static unsafe void AssertAgrees(byte[] block, byte[] key, uint position, string what)
    {
        var expected = FindByWalking(block, key, out var expectedLength);
        int found, length;
        fixed (byte* start = block)
        fixed (byte* keyStart = &System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(key))
            found = BlockSeeker.Find(new RawBytes(start, block.Length), new RawBytes(keyStart, key.Length), mayRepeatKeys: false,
                position, out length);
        Assert.True(found == expected && length == expectedLength,
            $"{what}: {Convert.ToHexString(key)} at {position}: {found}, expected {expected}");
        Assert.Equal(expected, BlockSeeker.Find(block, key, mayRepeatKeys: true, out _));
    }

    static int FindByWalking(byte[] block, byte[] key, out int length)
    {
        var walker = new BlockWalker(Rules);
        try
        {
            walker.Open(block, new BlockOrigin("block", 0));
            while (walker.MoveNext(block))
                if (walker.Key.SequenceEqual(key))
                {
                    length = walker.ValueBytes;
                    return walker.ValueStart;
                }
        }
        finally
        {
            walker.Dispose();
        }
        length = 0;
        return BlockSeeker.Absent;
    }

    static IEnumerable<byte[]> Neighbours(byte[] key, Random random)
    {
        yield return [.. key, 0];
        yield return [.. key, 1];
        // What the stored key goes on with: its sequence number and type.
        yield return [.. key, 1, 0, 0, 0, 0, 0, 0, 0];
        yield return [.. key, 1, 0, 0, 0, 0, 0, 0, 0, 7];
        yield return key[..random.Next(key.Length)];
        byte[] changed = [.. key];
        changed[random.Next(key.Length)] += (byte)random.Next(1, 255);
        yield return changed;
    }

    static byte[] Random(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    // Shares as much as it can, the sequence number included, as RocksDB does.
    static byte[] Encode(List<OracleRow> rows, int interval)
    {
        var block = new List<byte>();
        var restarts = new List<int>();
        byte[] last = [];
        Span<byte> header = stackalloc byte[3 * Varint.MaxLength32];
        for (var i = 0; i < rows.Count; i++)
        {
            byte[] key = [.. rows[i].Key, 1, 0, 0, 0, 0, 0, 0, 0];
            var shared = i % interval == 0 ? 0 : key.AsSpan().CommonPrefixLength(last);
            if (i % interval == 0)
                restarts.Add(block.Count);
            var length = Varint.Write(header, (uint)shared);
            length += Varint.Write(header[length..], (uint)(key.Length - shared));
            length += Varint.Write(header[length..], (uint)rows[i].Value.Length);
            block.AddRange(header[..length]);
            block.AddRange(key.AsSpan(shared));
            block.AddRange(rows[i].Value);
            last = key;
        }
        foreach (var number in restarts.Append(restarts.Count))
        {
            var fixed32 = new byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(fixed32, number);
            block.AddRange(fixed32);
        }
        return [.. block];
    }
}
