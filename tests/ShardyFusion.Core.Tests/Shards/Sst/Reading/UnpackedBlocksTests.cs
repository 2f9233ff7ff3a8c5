using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>Blocks that are stored packed, and kept unpacked while there is room.</summary>
public sealed class UnpackedBlocksTests : IDisposable
{
    static readonly List<OracleRow> Rows = OracleRows.Make("eight_byte", 5_000);

    readonly OracleFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<ShardCompression> Packed => [ShardCompression.Lz4, ShardCompression.Zlib, ShardCompression.Zstd];

    string Write(ShardCompression compression)
    {
        var path = folder.File($"{Guid.NewGuid():N}.sst");
        File.WriteAllBytes(path, SstWriting.Encode(new SstOptions { Compression = compression }, Rows));
        return path;
    }

    static void ReadAll(MappedShard shard)
    {
        foreach (var row in Rows)
        {
            Assert.True(shard.TryGet(row.Key, out var value));
            Assert.True(value.SequenceEqual(row.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Packed))]
    public void Block_ThatIsUnpackedASecondTime_IsKept(ShardCompression compression)
    {
        var memory = new BlockCache(64 << 20);
        using (var shard = MappedShard.Open(Write(compression), new SstReadOptions(Memory: memory)))
        {
            ReadAll(shard);
            Assert.Equal(0, memory.UsedBytes);
            ReadAll(shard);
            Assert.True(memory.UsedBytes > Rows.Sum(static row => row.Value.Length));
            var misses = memory.Misses;
            // Scattered, so that no block is the one before.
            for (var i = 0; i < Rows.Count; i++)
                Assert.True(shard.TryGet(Rows[(int)(i * 2_654_435_761L % Rows.Count)].Key, out _));
            Assert.Equal((misses, true), (memory.Misses, memory.Hits > 1000));
        }
        Assert.Equal(0, memory.UsedBytes);
    }

    [Theory]
    [MemberData(nameof(Packed))]
    public async Task Threads_WithRoomForAFewBlocksOnly_FindEverything(ShardCompression compression)
    {
        var memory = new BlockCache(40 << 10);
        using var shard = MappedShard.Open(Write(compression), new SstReadOptions(Memory: memory));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var round = 0; round < 5; round++)
                ReadAll(shard);
        }, TestContext.Current.CancellationToken)));
        Assert.InRange(memory.UsedBytes, 1, memory.BudgetBytes);
    }

    [Fact]
    public async Task Reader_OfPackedShards_GivesTheMemoryBackWhenItCloses()
    {
        var token = TestContext.Current.CancellationToken;
        await using var store = SnapshotStore.Open(folder.File("snapshots"));
        var options = new BuildOptions
        {
            ShardCount = 3,
            KeyEncoding = KeyEncoding.U64BE,
            ValueEncoding = ValueEncoding.Raw,
            Shard = new SstOptions { Compression = ShardCompression.Zlib },
        };
        await using (var build = await store.StartBuildAsync(options, null, token))
        {
            for (var key = 0; key < 3_000; key++) build.Add(key, BitConverter.GetBytes(key));
            await build.CompleteAsync(token);
        }
        var memory = new BlockCache(8 << 20);
        var reader = await store.OpenReaderAsync(new ReaderOptions { Memory = memory }, token);
        for (var get = 0; get < 9_000; get++)
        {
            var key = get * 1_013 % 3_000;
            var found = await reader.GetAsync(key, token);
            Assert.Equal(key, BitConverter.ToInt32(found.Value!));
        }
        Assert.True(memory.Hits > 5_000, $"{memory.Hits} hits");
        await reader.DisposeAsync();
        Assert.Equal(0, memory.UsedBytes);
    }

    [Fact]
    public void Openings_OfTheSameFile_ShareNothing()
    {
        var memory = new BlockCache(64 << 20);
        var path = Write(ShardCompression.Lz4);
        using var first = MappedShard.Open(path, new SstReadOptions(Memory: memory));
        using var second = MappedShard.Open(path, new SstReadOptions(Memory: memory));
        for (var round = 0; round < 2; round++) ReadAll(first);
        var used = memory.UsedBytes;
        for (var round = 0; round < 2; round++) ReadAll(second);
        Assert.Equal(2 * used, memory.UsedBytes);
        first.Dispose();
        Assert.Equal(used, memory.UsedBytes);
        ReadAll(second);
    }
}
