using System.Text;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sqlite.Reading;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.Sqlite;

/// <summary>Single SQLite files, made by SQLite itself.</summary>
public sealed class SqliteShardTests : IDisposable
{
    const string Row = "INSERT INTO kv(k, v) VALUES (x'2a', x'666f7274792d74776f')";

    static readonly byte[] present = [42], absent = [7];
    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly TempFolder folder = new();

    string FilePath => folder["shard.db"];

    public void Dispose() => folder.Dispose();

    Task<IDatabaseShard> OpenAsync(BlockCache? cache = null)
    {
        var store = new FileObjectStore(folder.Path);
        var files = new StoreShardFiles(store);
        return new SqliteFile(files.Open("shard.db", new FileInfo(FilePath).Length, SqliteFile.Missing))
            .OpenAsync(cache ?? new BlockCache(8 << 20), Token);
    }

    static async Task<string?> GetAsync(IDatabaseShard shard, byte[] key)
    {
        var found = await shard.GetAsync(key, Token);
        Assert.Equal(found is not null, shard.TryGet(key, out var value));
        Assert.Equal(found?.ToArray() ?? [], value.ToArray());
        Assert.Equal(found?.ToArray(), (await shard.GetManyAsync([key], Token))[0]?.ToArray());
        return found is { } bytes ? Encoding.UTF8.GetString(bytes.Span) : null;
    }

    // What shardyfusion's readers answer for the same files: reader-constraints.
    [Theory]
    [InlineData("as the original writes it", SqliteMaker.Table, Row)]
    [InlineData("table named KV", "CREATE TABLE KV(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID", Row)]
    [InlineData("rowid table with primary key", "CREATE TABLE kv(k BLOB PRIMARY KEY, v BLOB NOT NULL)", Row)]
    [InlineData("rowid table without key or index", "CREATE TABLE kv(k BLOB, v BLOB)", Row)]
    [InlineData("strict table", "CREATE TABLE kv(k BLOB PRIMARY KEY, v BLOB NOT NULL) STRICT, WITHOUT ROWID", Row)]
    [InlineData("columns in the order v, k", "CREATE TABLE kv(v BLOB NOT NULL, k BLOB PRIMARY KEY) WITHOUT ROWID", Row)]
    [InlineData("a third column", "CREATE TABLE kv(x INT DEFAULT 3, k BLOB PRIMARY KEY, y TEXT, v BLOB) WITHOUT ROWID", Row)]
    [InlineData("key of two columns", "CREATE TABLE kv(x INT DEFAULT 3, k BLOB, v BLOB, PRIMARY KEY (x, k)) WITHOUT ROWID", Row)]
    [InlineData("another table besides", "CREATE TABLE a(k, v)", "INSERT INTO a VALUES (x'2a', x'00')", SqliteMaker.Table, Row)]
    [InlineData("descending key", "CREATE TABLE kv(k BLOB, v BLOB, PRIMARY KEY (k DESC)) WITHOUT ROWID", Row,
        "INSERT INTO kv VALUES (x'2b', x'00')")]
    [InlineData("key twice", "CREATE TABLE kv(k BLOB, v BLOB)", Row, "INSERT INTO kv VALUES (x'2a', x'00')")]
    [InlineData("auto_vacuum full", "PRAGMA auto_vacuum=FULL", SqliteMaker.Table, Row)]
    [InlineData("encoding UTF-16", "PRAGMA encoding='UTF-16'", SqliteMaker.Table, Row)]
    [InlineData("encoding UTF-16, high byte first", "PRAGMA encoding='UTF-16be'", SqliteMaker.Table, Row)]
    [InlineData("user_version", "PRAGMA user_version=7", "PRAGMA application_id=9", SqliteMaker.Table, Row)]
    [InlineData("write-ahead log, checkpointed", "PRAGMA journal_mode=WAL", SqliteMaker.Table, Row)]
    [InlineData("free pages", SqliteMaker.Table, "INSERT INTO kv VALUES (x'01', zeroblob(90000))", "DELETE FROM kv", Row)]
    [InlineData("text in UTF-16", "PRAGMA encoding='UTF-16'", SqliteMaker.Table, "INSERT INTO kv VALUES (x'2a', 'forty-two')")]
    [InlineData("value stored as text", SqliteMaker.Table, "INSERT INTO kv VALUES (x'2a', 'forty-two')")]
    [InlineData("a key stored as text besides", SqliteMaker.Table, Row, "INSERT INTO kv VALUES ('*', x'00')")]
    [InlineData("quoted names", "CREATE TABLE \"kv\" ([k] BLOB /* , */ PRIMARY KEY, `v` BLOB -- )\n) WITHOUT ROWID", Row)]
    [InlineData("many columns", "CREATE TABLE kv(k BLOB PRIMARY KEY,v,c,d,e,f,g,h,i,j) WITHOUT ROWID", Row)]
    public async Task Get_FileThatTheOriginalReads_SameAnswer(string what, params string[] statements)
    {
        SqliteMaker.Make(FilePath, statements);
        using var shard = await OpenAsync();
        Assert.Equal(("forty-two", null), (await GetAsync(shard, present), await GetAsync(shard, absent)));
        using var uncached = await OpenAsync(new BlockCache(0));
        Assert.True(await GetAsync(uncached, present) == "forty-two", what);
    }

    [Theory]
    [InlineData("7", "7")]
    [InlineData("-129", "-129")]
    [InlineData("9007199254740993", "9007199254740993")]
    [InlineData("0", "0")]
    [InlineData("1", "1")]
    [InlineData("0.5", "0.5")]
    [InlineData("x''", "")]
    [InlineData("NULL", null)]
    public async Task Get_ValueOfAnotherType_AsItIsWritten(string stored, string? expected)
    {
        SqliteMaker.Make(FilePath, "CREATE TABLE kv(k BLOB PRIMARY KEY, v) WITHOUT ROWID", $"INSERT INTO kv VALUES (x'2a', {stored})");
        using var shard = await OpenAsync();
        Assert.Equal(expected, await GetAsync(shard, present));
        Assert.Equal(expected is null ? 0 : 1, await shard.ScanAsync(Token).CountAsync(Token));
    }

    [Theory]
    [InlineData("no table 'kv'", "CREATE TABLE data(k BLOB PRIMARY KEY, v BLOB)")]
    [InlineData("view", "CREATE TABLE a(k, v)", "CREATE VIEW kv AS SELECT k, v FROM a")]
    [InlineData("no columns 'k' and 'v'", "CREATE TABLE kv(\"key\" BLOB PRIMARY KEY, value BLOB)")]
    [InlineData("computed", "CREATE TABLE kv(k BLOB PRIMARY KEY, v AS (k))")]
    public async Task Open_TableThatIsNotRead_SaysWhatItIs(string said, params string[] statements)
    {
        SqliteMaker.Make(FilePath, statements);
        var refusal = await Assert.ThrowsAsync<ShardUnsupportedException>(() => OpenAsync());
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("shard.db", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SqliteMaker.Table)]
    [InlineData("CREATE TABLE kv(k BLOB, v BLOB)")]
    public async Task Scan_KeyThatIsNoBytes_RefusedAsNoLookupFindsIt(string table)
    {
        SqliteMaker.Make(FilePath, table, Row, "INSERT INTO kv VALUES ('text', x'00')");
        using var shard = await OpenAsync();
        Assert.Equal("forty-two", await GetAsync(shard, present));
        await Assert.ThrowsAsync<ShardUnsupportedException>(async () => await shard.ScanAsync(Token).CountAsync(Token));
    }

    // Keys of up to 3,000 bytes lie on overflow pages too, values of up to 200 kB on many.
    [Theory]
    [InlineData(512, false)]
    [InlineData(1024, true)]
    [InlineData(4096, false)]
    [InlineData(65536, true)]
    public async Task GetAndScan_AnyPageSizeAndOrder_EveryRow(int pageBytes, bool inOrder)
    {
        var random = new Random(pageBytes);
        var rows = Enumerable.Range(0, 700).Select(i => (Key: KeyOf(i, random), Value: new byte[i % 100 == 0 ? 200_000 : random.Next(300)]))
            .ToArray();
        foreach (var (_, value) in rows)
            random.NextBytes(value);
        SqliteMaker.MakeShard(FilePath, pageBytes,
            inOrder ? rows.OrderBy(row => Convert.ToHexString(row.Key), StringComparer.Ordinal) : rows);
        var sorted = rows.OrderBy(row => Convert.ToHexString(row.Key), StringComparer.Ordinal).ToArray();
        using var shard = await OpenAsync(new BlockCache(64 << 10));
        foreach (var (key, value) in rows)
        {
            Assert.Equal(value, (await shard.GetAsync(key, Token))?.ToArray());
            Assert.Null(await shard.GetAsync((byte[])[.. key, 0], Token));
        }
        var many = await shard.GetManyAsync([.. rows.Select(row => (ReadOnlyMemory<byte>)row.Key)], Token);
        Assert.All(rows.Zip(many), pair => Assert.Equal(pair.First.Value, pair.Second?.ToArray()));
        var scanned = await shard.ScanAsync(Token).ToListAsync(Token);
        Assert.Equal(sorted.Select(row => row.Key), scanned.Select(row => row.Key.ToArray()));
        Assert.All(sorted.Zip(scanned), pair => Assert.Equal(pair.First.Value, pair.Second.Value.ToArray()));
        foreach (var (from, end) in new[] { (0, 10), (333, 334), (690, 700), (100, 100) })
        {
            var range = new KeyRange(sorted[from].Key, end < 700 ? sorted[end].Key : (ReadOnlyMemory<byte>?)null);
            Assert.Equal(sorted[from..end].Select(row => row.Key),
                await shard.ScanAsync(range, 64 << 10, Token).Select(row => row.Key.ToArray()).ToListAsync(Token));
        }
    }

    // Long ones have much in common, so that what decides lies far behind.
    static byte[] KeyOf(int i, Random random)
    {
        var key = new byte[i % 10 == 0 ? 3000 + random.Next(20) : 3 + random.Next(40)];
        (key[^3], key[^2], key[^1]) = ((byte)random.Next(256), (byte)(i >> 8), (byte)i);
        return key;
    }
}
