using System.Buffers.Binary;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Shards.Sqlite.Reading;
using ShardyFusion.Shards.Sqlite.Writing;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.Sqlite;

/// <summary>SQLite files that are written here, judged by SQLite.</summary>
public sealed class SqliteWriterTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly TempFolder folder = new();

    string FilePath => folder["shard.db"];

    public void Dispose() => folder.Dispose();

    static byte[] Write((byte[] Key, byte[] Value)[] rows, int takeEvery = 100)
    {
        using var counter = new SqliteWriter(0);
        foreach (var (key, value) in rows)
            counter.Add(key, value);
        counter.Finish();
        Assert.Equal(0, counter.Pending.Length);
        using var writer = new SqliteWriter(counter.PageCount);
        using var file = new MemoryStream();
        for (var i = 0; i < rows.Length; i++)
        {
            writer.Add(rows[i].Key, rows[i].Value);
            if (i % takeEvery == 0)
                Take();
        }
        var summary = writer.Finish();
        Take();
        Assert.Equal((rows.Length, file.Length), (summary.RowCount, summary.FileBytes));
        Assert.Equal(rows[0].Key, summary.MinKey);
        Assert.Equal(rows[^1].Key, summary.MaxKey);
        Assert.Equal(counter.PageCount, writer.PageCount);
        return file.ToArray();

        void Take()
        {
            file.Write(writer.Pending.Span);
            writer.DiscardPending();
        }
    }

    async Task RequireWholeAsync((byte[] Key, byte[] Value)[] rows)
    {
        await File.WriteAllBytesAsync(FilePath, Write(rows), Token);
        Assert.Equal("ok", SqliteMaker.Ask(FilePath, "PRAGMA integrity_check"));
        Assert.Equal("0", SqliteMaker.Ask(FilePath, "PRAGMA freelist_count"));
        Assert.Equal(SqliteMaker.Table, SqliteMaker.Ask(FilePath, "SELECT sql FROM sqlite_schema"));
        Assert.Equal(rows, SqliteMaker.Rows(FilePath), (one, other) => one.Key.AsSpan().SequenceEqual(other.Key)
            && one.Value.AsSpan().SequenceEqual(other.Value));
        var files = new StoreShardFiles(new FileObjectStore(folder.Path));
        using var shard = await new SqliteFile(files.Open("shard.db", new FileInfo(FilePath).Length, SqliteFile.Missing))
            .OpenAsync(new BlockCache(8 << 20), Token);
        Assert.Equal(rows.Length, await shard.ScanAsync(Token).CountAsync(Token));
        foreach (var (key, value) in rows.Where((_, i) => i % 17 == 0))
            Assert.Equal(value, (await shard.GetAsync(key, Token))?.ToArray());
    }

    // Each number of rows leaves the last pages filled otherwise: one row on a page, none, a page above that has just begun.
    [Fact]
    public async Task Write_AnyNumberOfRows_WholeForSqlite()
    {
        for (var count = 1; count < 140; count++)
            await RequireWholeAsync(Numbered(count, 100));
        // Rows of a thousand bytes: four to a page, so that levels begin early.
        for (var count = 1; count < 140; count++)
            await RequireWholeAsync(Numbered(count, 960));
    }

    [Theory]
    [InlineData(3, 20_000)]
    [InlineData(900, 3_000)]
    [InlineData(1200, 800)]
    [InlineData(5000, 800)]
    public async Task Write_RandomRowsUpToASize_WholeForSqlite(int mostBytes, int count)
    {
        var random = new Random(mostBytes);
        await RequireWholeAsync([.. Enumerable.Range(0, count).Select(_ => (Bytes(random, 1, mostBytes), Bytes(random, 0, mostBytes)))
            .DistinctBy(row => Convert.ToHexString(row.Item1)).OrderBy(row => Convert.ToHexString(row.Item1), StringComparer.Ordinal)]);
    }

    // Every length around where a row begins to take overflow pages, and where these are just full.
    [Fact]
    public async Task Write_EachLengthOfAValue_WholeForSqlite() => await RequireWholeAsync([.. Enumerable.Range(0, 200)
        .Select(i => (KeyOf(i), new byte[940 + i])), .. Enumerable.Range(200, 200).Select(i => (KeyOf(i), new byte[4900 + i]))]);

    [Fact]
    public async Task Write_LargestKeyAndLargeValue_WholeForSqlite() =>
        await RequireWholeAsync([(KeyOf(1), new byte[3 << 20]), (new byte[65_535].AsSpan().ToArray().Select(_ => (byte)7).ToArray(), [1])]);

    [Fact]
    public void Write_SameRowsTakenOtherwise_SameBytes() =>
        Assert.Equal(Write(Numbered(3000, 300), 1), Write(Numbered(3000, 300), 5000));

    [Fact]
    public void Add_KeyNotAscendingOrTooLong_Refused()
    {
        using var writer = new SqliteWriter(0);
        writer.Add([2], []);
        foreach (var key in new byte[][] { [2], [1], [], new byte[65_536] })
            Assert.Equal(ErrorKind.ShardWrite, Assert.Throws<ShardyFusionException>(() => writer.Add(key, [])).Kind);
    }

    // The page that SQLite locks, at 1 GiB, stays unused.
    [Fact]
    public void Count_BeyondOneGibibyte_LeavesTheLockedPageOut()
    {
        const int page = 65_536, locked = (1 << 30) / page + 1;
        using var output = new PageOutput(page, isCounting: true);
        while (output.Next < locked - 1)
            output.Add([]);
        Assert.Equal(locked - 1, output.Add([]));
        Assert.Equal(locked + 1, output.Add([]));
        Assert.Equal(locked + 2, output.AddChain(new byte[page], []));
        Assert.Equal(locked + 3, output.Count);
    }

    static (byte[] Key, byte[] Value)[] Numbered(int count, int valueBytes) =>
        [.. Enumerable.Range(0, count).Select(i => (KeyOf(i), new byte[valueBytes]))];

    static byte[] KeyOf(int i)
    {
        var key = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(key, i);
        return key;
    }

    static byte[] Bytes(Random random, int least, int most)
    {
        var bytes = new byte[random.Next(least, most + 1)];
        random.NextBytes(bytes);
        return bytes;
    }
}
