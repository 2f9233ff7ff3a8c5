using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Core.Tests.Shards.Sst.Format;

public class FastLocalBloomTests
{
    static ulong[] Hashes(int count, int seed)
    {
        var random = new Random(seed);
        return Enumerable.Range(0, count).Select(_ => (ulong)random.NextInt64(long.MinValue, long.MaxValue)).ToArray();
    }

    [Fact]
    public void AddAll_AnyProbes_SetsTheBitsOfTheBytewiseTwin()
    {
        var hashes = Hashes(500, 11);
        for (var probes = 1; probes <= FastLocalBloom.MaxProbes; probes++)
        {
            var fast = new byte[FastLocalBloom.LineBytes * 13];
            var plain = new byte[fast.Length];
            FastLocalBloom.AddAll(hashes, fast, probes);
            foreach (var hash in hashes)
                FastLocalBloom.AddBytewise(ref plain[FastLocalBloom.Line(hash, 13) * FastLocalBloom.LineBytes], (uint)(hash >> 32), probes);
            Assert.Equal(plain, fast);
        }
    }

    [Fact]
    public void MayContain_AnyProbes_AgreesWithTheScalarTwinAndNeverMissesAKey()
    {
        var present = Hashes(300, 12);
        var others = Hashes(3_000, 13);
        for (var probes = 1; probes <= FastLocalBloom.MaxProbes; probes++)
        {
            var lines = new byte[FastLocalBloom.LineBytes * 7];
            FastLocalBloom.AddAll(present, lines, probes);
            Assert.All(present, hash => Assert.True(FastLocalBloom.MayContain(hash, lines, probes)));
            foreach (var hash in others)
            {
                var scalar = FastLocalBloom.ProbeScalar((uint)(hash >> 32),
                    ref lines[FastLocalBloom.Line(hash, 7) * FastLocalBloom.LineBytes], probes);
                Assert.Equal(scalar, FastLocalBloom.MayContain(hash, lines, probes));
            }
        }
    }

    [Fact]
    public void MayContain_TenBitsAKey_LetsAboutOnePercentThrough()
    {
        const int Keys = 50_000;
        var lines = new byte[FastLocalBloom.LinesBytes(Keys, 10_000)];
        FastLocalBloom.AddAll(Hashes(Keys, 14), lines, FastLocalBloom.Probes(10_000));
        var passed = Hashes(Keys, 15).Count(hash => FastLocalBloom.MayContain(hash, lines, 6));
        Assert.InRange(passed, Keys * 0.007, Keys * 0.013);
    }

    /// <summary>The edges of RocksDB's own table, and the rule behind it.</summary>
    [Theory]
    [InlineData(1000, 1)]
    [InlineData(2080, 1)]
    [InlineData(2081, 2)]
    [InlineData(3581, 3)]
    [InlineData(5101, 4)]
    [InlineData(6641, 5)]
    [InlineData(8301, 6)]
    [InlineData(10_070, 6)]
    [InlineData(10_071, 7)]
    [InlineData(11_721, 8)]
    [InlineData(14_002, 9)]
    [InlineData(16_051, 10)]
    [InlineData(18_301, 11)]
    [InlineData(22_002, 12)]
    [InlineData(25_501, 12)]
    [InlineData(28_000, 12)]
    [InlineData(28_001, 13)]
    [InlineData(50_000, 23)]
    [InlineData(50_001, 24)]
    public void Probes_Density_IsRocksDbs(int millibitsPerKey, int expected) =>
        Assert.Equal(expected, FastLocalBloom.Probes(millibitsPerKey));

    [Fact]
    public void MayContain_NoLines_SaysNo() => Assert.False(FastLocalBloom.MayContain(1, [], 6));

    [Theory]
    [InlineData(1, 10_000, 64)]
    [InlineData(51, 10_000, 64)]
    [InlineData(52, 10_000, 128)]
    [InlineData(1_000_000, 10_000, 1_250_048)]
    [InlineData(4_000_000_000, 10_000, 0xFFFFFFC0)]
    public void LinesBytes_Keys_RoundsUpToWholeLines(long keys, int millibits, long expected) =>
        Assert.Equal(expected, FastLocalBloom.LinesBytes(keys, millibits));

    [Theory]
    [InlineData(new byte[] { 0xFF, 0, 6, 0, 0 }, 0, FilterKind.NoKeys)]
    [InlineData(new byte[] { 0xFF, 0, 6, 0, 0 }, 64, FilterKind.Bloom)]
    [InlineData(new byte[] { 0xFF, 0, 6, 0, 0 }, 63, FilterKind.Unknown)]
    [InlineData(new byte[] { 0xFF, 1, 6, 0, 0 }, 64, FilterKind.Unknown)]
    [InlineData(new byte[] { 0xFF, 0, 0x26, 0, 0 }, 64, FilterKind.Unknown)]
    [InlineData(new byte[] { 0xFF, 0, 0, 0, 0 }, 64, FilterKind.Unknown)]
    [InlineData(new byte[] { 0xFF, 0, 31, 0, 0 }, 64, FilterKind.Unknown)]
    [InlineData(new byte[] { 0xFF, 0, 6, 1, 0 }, 64, FilterKind.Unknown)]
    [InlineData(new byte[] { 0xFE, 0, 6, 0, 0 }, 64, FilterKind.Unknown)]
    [InlineData(new byte[] { 0, 0, 0, 0, 0 }, 64, FilterKind.Unknown)]
    [InlineData(new byte[] { 6, 1, 0, 0, 0 }, 64, FilterKind.LegacyBloom)]
    [InlineData(new byte[] { }, 3, FilterKind.NoKeys)]
    public void ReadMetadata_AnyMarker_NamesTheKind(byte[] metadata, int linesBytes, object expected)
    {
        var kind = FastLocalBloom.ReadMetadata([.. new byte[linesBytes], .. metadata], out var lines, out var probes);
        Assert.Equal(expected, kind);
        Assert.Equal(kind == FilterKind.Bloom ? (linesBytes, 6) : (0, 0), (lines.Length, probes));
    }
}
