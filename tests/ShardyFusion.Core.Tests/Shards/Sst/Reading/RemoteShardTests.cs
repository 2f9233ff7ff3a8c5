using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>How many reads a remote shard makes, and that callers share them.</summary>
public class RemoteShardTests
{
    static readonly List<OracleRow> Rows = OracleRows.Make("eight_byte", 5_000);
    static readonly byte[] File = SstWriting.Encode(new SstOptions(), Rows, out Summary);
    static readonly SstSummary Summary;

    static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAsync_TailOffsetKnown_MakesOneRead()
    {
        var source = new MemorySource(File);
        using var shard = await RemoteShard.OpenAsync(source, Summary.TailOffset, File.Length, new BlockCache(1 << 20), Cancel);
        Assert.Equal([(Summary.TailOffset, (int)(File.Length - Summary.TailOffset))], source.Reads);
        Assert.Equal(Rows.Count, shard.RowCount);
    }

    [Fact]
    public async Task OpenAsync_TailOffsetUnknown_MakesOneOrTwoReads()
    {
        var source = new MemorySource(File);
        (await RemoteShard.OpenAsync(source, null, File.Length, new BlockCache(0), Cancel)).Dispose();
        Assert.Single(source.Reads);

        // A filter of 250 KB does not fit into the guess.
        var many = OracleRows.Make("eight_byte", 200_000);
        var large = new MemorySource(SstWriting.Encode(new SstOptions { BloomBitsPerKey = 100, BlockSizeBytes = 1024 }, many));
        using var shard = await RemoteShard.OpenAsync(large, null, large.Length, new BlockCache(0), Cancel);
        Assert.Equal(2, large.Reads.Count);
        Assert.True(shard.Table.Filter.IsUseful);
    }

    [Fact]
    public async Task GetAsync_ColdWarmAndAbsent_MakesOneZeroAndZeroReads()
    {
        var (source, shard, _) = await OpenAsync();
        Assert.NotNull(await shard.GetAsync(Rows[100].Key, Cancel));
        Assert.Single(source.Reads);
        Assert.NotNull(await shard.GetAsync(Rows[100].Key, Cancel));
        Assert.Single(source.Reads);
        // About one key in a hundred passes the filter.
        foreach (var key in OracleRows.Absent(Rows, 1_000))
            Assert.Null(await shard.GetAsync(key, Cancel));
        Assert.InRange(source.Reads.Count, 1, 50);
    }

    [Fact]
    public async Task GetAsync_ManyCallersOneBlock_MakesOneRead()
    {
        var (source, shard, _) = await OpenAsync();
        var gate = new TaskCompletionSource();
        source.Gate = _ => gate.Task;
        var gets = Enumerable.Range(0, 20).Select(_ => shard.GetAsync(Rows[100].Key, Cancel).AsTask()).ToArray();
        gate.SetResult();
        foreach (var value in await Task.WhenAll(gets))
            Assert.Equal(Rows[100].Value, value!.Value.ToArray());
        Assert.Single(source.Reads);
    }

    [Fact]
    public async Task GetAsync_FirstCallerCancels_OthersStillGetTheValue()
    {
        var (source, shard, _) = await OpenAsync();
        source.Gate = token => source.Reads.Count == 1 ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask;
        using var impatient = new CancellationTokenSource();
        var first = shard.GetAsync(Rows[100].Key, impatient.Token).AsTask();
        var second = shard.GetAsync(Rows[100].Key, Cancel).AsTask();
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(Rows[100].Value, (await second)!.Value.ToArray());
    }

    [Fact]
    public async Task GetManyAsync_NeighbouringBlocks_AreReadTogether()
    {
        var (source, shard, cache) = await OpenAsync();
        // All rows: the file's data in one go, 1 MiB at a time.
        var values = await shard.GetManyAsync([.. Rows.Select(row => (ReadOnlyMemory<byte>)row.Key)], Cancel);
        Assert.All(values, value => Assert.True(value.HasValue));
        Assert.Single(source.Reads);
        Assert.True(cache.UsedBytes > Summary.TailOffset / 2);
        await shard.GetManyAsync([Rows[0].Key, Rows[4_999].Key], Cancel);
        Assert.Single(source.Reads);
    }

    [Fact]
    public async Task GetManyAsync_DistantBlocks_MakesOneReadEach()
    {
        var (source, shard, _) = await OpenAsync();
        var values = await shard.GetManyAsync([Rows[4_999].Key, Rows[0].Key, Rows[1].Key, Rows[2_500].Key], Cancel);
        Assert.Equal([Rows[4_999].Value, Rows[0].Value, Rows[1].Value, Rows[2_500].Value], values.Select(value => value!.Value.ToArray()));
        Assert.Equal(3, source.Reads.Count);
    }

    [Fact]
    public async Task ScanAsync_WholeShard_LeavesTheCacheAlone()
    {
        var (_, shard, cache) = await OpenAsync();
        Assert.Equal(Rows.Count, await shard.ScanAsync(Cancel).CountAsync(Cancel));
        Assert.Equal(0, cache.UsedBytes);
    }

    [Fact]
    public async Task GetAsync_BlockDamaged_IsRefusedAndTriedAnewNextTime()
    {
        var file = (byte[])File.Clone();
        file[40] ^= 1;
        var source = new MemorySource(file);
        using var shard = await RemoteShard.OpenAsync(source, Summary.TailOffset, file.Length, new BlockCache(1 << 20), Cancel);
        await Assert.ThrowsAsync<ShardCorruptException>(() => shard.GetAsync(Rows[0].Key, Cancel).AsTask());
        file[40] ^= 1;
        Assert.NotNull(await shard.GetAsync(Rows[0].Key, Cancel));
    }

    [Fact]
    public async Task Dispose_ThenGet_IsAReaderStateErrorAndTheCacheIsEmpty()
    {
        var (_, shard, cache) = await OpenAsync();
        await shard.GetAsync(Rows[0].Key, Cancel);
        shard.Dispose();
        Assert.Equal(0, cache.UsedBytes);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => shard.GetAsync(Rows[0].Key, Cancel).AsTask());
        Assert.Equal(ErrorKind.ReaderState, error.Kind);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task OpenAsync_TailOffsetImpossible_IsRefused(long tailOffset) =>
        await Assert.ThrowsAsync<ShardCorruptException>(() =>
            RemoteShard.OpenAsync(new MemorySource(File), tailOffset, File.Length, new BlockCache(0), Cancel));

    static async Task<(MemorySource Source, RemoteShard Shard, BlockCache Cache)> OpenAsync()
    {
        var source = new MemorySource(File);
        var cache = new BlockCache(8 << 20);
        var shard = await RemoteShard.OpenAsync(source, Summary.TailOffset, File.Length, cache, Cancel);
        source.Reads.Clear();
        return (source, shard, cache);
    }
}
