using System.Globalization;
using ShardyFusion.Hashing;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Core.Tests.Shards.Sst.Format;

/// <summary>Each hash of the table format against what the real library computes (Golden/data/hashes.txt).</summary>
public class HashVectorTests
{
    static readonly byte[] Input = Enumerable.Range(0, 9_000).Select(i => (byte)(i * 131 + (i >> 3) * 7 + 1)).ToArray();

    static IEnumerable<(int Length, ulong XxPh3, ulong XxHash3, ulong XxHash64, uint XxHash32)> Vectors() =>
        File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "data", "hashes.txt"))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split(' '))
            .Select(fields => (int.Parse(fields[0], CultureInfo.InvariantCulture), Hex(fields[1]), Hex(fields[2]), Hex(fields[3]),
                (uint)Hex(fields[4])));

    static ulong Hex(string text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    [Fact]
    public void Hash_EveryVector_EqualsRocksDb()
    {
        var count = 0;
        foreach (var vector in Vectors())
        {
            var bytes = Input.AsSpan(0, vector.Length);
            Assert.Equal((vector.Length, vector.XxPh3), (vector.Length, XxPh3.Hash(bytes)));
            Assert.Equal((vector.Length, vector.XxHash3), (vector.Length, XxHash3.Hash(bytes)));
            Assert.Equal((vector.Length, vector.XxHash64), (vector.Length, XxHashLegacy.Hash64(bytes)));
            Assert.Equal((vector.Length, vector.XxHash32), (vector.Length, XxHashLegacy.Hash32(bytes)));
            count++;
        }
        Assert.True(count > 300);
    }

    [Fact]
    public void Crc32c_CheckString_GivesThePublishedValue() => Assert.Equal(0xE3069283u, Crc32c.Compute("123456789"u8));

    [Fact]
    public void Crc32c_EveryLength_EqualsBytewiseTwin()
    {
        for (var length = 0; length < 1_300; length++)
            Assert.Equal(Crc32c.ComputeBytewise(Input.AsSpan(0, length)), Crc32c.Compute(Input.AsSpan(0, length)));
        for (var length = 1_300; length <= Input.Length; length += 97)
            Assert.Equal(Crc32c.ComputeBytewise(Input.AsSpan(3, length - 3)), Crc32c.Compute(Input.AsSpan(3, length - 3)));
    }
}
