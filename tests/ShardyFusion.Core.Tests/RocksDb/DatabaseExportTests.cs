using System.Buffers.Binary;
using System.Text;
using RocksDbSharp;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Shards.Sqlite;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.RocksDb;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;
using Database = RocksDbSharp.RocksDb;

namespace ShardyFusion.Core.Tests.RocksDb;

/// <summary>Snapshots as RocksDB databases, read by RocksDB's own classes.</summary>
public sealed class DatabaseExportTests(SqliteGolden golden) : IDisposable
{
    const int Rows = 3000;

    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    IObjectStore Disk => ObjectStores.Open(folder["snap"]);

    Task<BuildResult> BuildAsync(int shards = 3, ShardCompression compression = ShardCompression.None) => PublishAsync(Disk,
        Enumerable.Range(0, Rows).Select(key => (long)key),
        options: new BuildOptions { ShardCount = shards, Shard = new SstOptions { Compression = compression, BlockSizeBytes = 512 } });

    async Task<ExportResult> ExportAsync(ExportOptions? options = null, IObjectStore? store = null,
        IProgress<ShardProgress>? progress = null)
    {
        var export = await new SnapshotStore(store ?? Disk).OpenExportAsync(options ?? new ExportOptions(), Token);
        return await export.WriteFileAsync(folder["db"], ExportFormat.RocksDb, false, progress, Token);
    }

    async Task<ShardyFusionException> RefusalAsync(ExportOptions options, IObjectStore? store = null)
    {
        var error = await Assert.ThrowsAnyAsync<ShardyFusionException>(() => ExportAsync(options, store));
        Assert.Equal(["snap"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName));
        return error;
    }

    static Dictionary<long, string> Read(Database database, string? family = null)
    {
        var rows = new Dictionary<long, string>();
        using var iterator = family is null ? database.NewIterator() : database.NewIterator(database.GetColumnFamily(family));
        for (iterator.SeekToFirst(); iterator.Valid(); iterator.Next())
            rows.Add(BinaryPrimitives.ReadInt64BigEndian(iterator.GetKeySpan()), Encoding.UTF8.GetString(iterator.GetValueSpan()));
        return rows;
    }

    static Dictionary<long, string> Expected => Enumerable.Range(0, Rows).ToDictionary(key => (long)key, key => $"v{key}");

    [Theory]
    [InlineData(1, ShardCompression.None)]
    [InlineData(8, ShardCompression.Zstd)]
    [InlineData(8, ShardCompression.Zlib)]
    [InlineData(8, ShardCompression.Lz4)]
    public async Task Export_LocalShards_LinksThemAndHoldsAllRows(int shards, ShardCompression compression)
    {
        await BuildAsync(shards, compression);
        var before = DatabaseFolder.Describe(folder["snap"]);
        var written = await ExportAsync();

        Assert.Equal((folder["db"], Rows), (written.Path, written.Rows));
        Assert.Equal(written.Bytes, new DirectoryInfo(folder["db"]).EnumerateFiles().Sum(file => file.Length));
        Assert.Equal(["db", "snap"], Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order());
        Assert.Equal(before, DatabaseFolder.Describe(folder["snap"]));
        Assert.DoesNotContain(folder.Path, string.Concat(Directory.EnumerateFiles(folder["db"]).Select(path =>
            Encoding.Latin1.GetString(File.ReadAllBytes(path)))), StringComparison.Ordinal);

        // Written to and compacted by its owner, who leaves the snapshot's files as they are.
        using (var database = Database.Open(new DbOptions(), folder["db"]))
        {
            Assert.Equal(Expected, Read(database));
            database.Put(new byte[8], "new"u8);
            database.CompactRange((byte[]?)null, null, null);
            Assert.Equal(Rows, Read(database).Count);
        }
        Assert.Equal(before, DatabaseFolder.Describe(folder["snap"]));
        Assert.Equal(Rows, (await ReadCurrentAsync(Disk))!.Count);
    }

    [Fact]
    public async Task Export_FamilyPerShard_PutsEachShardIntoItsOwn()
    {
        var result = await BuildAsync();
        var written = await ExportAsync(new ExportOptions { ColumnFamilyPerShard = true });
        Assert.Null(written.ReadBack.ColumnFamily);
        var options = new ColumnFamilies();
        foreach (var shard in result.Shards) options.Add($"db={shard.ShardId:D5}", new ColumnFamilyOptions());
        using var database = Database.OpenReadOnly(new DbOptions(), folder["db"], options, false);
        Assert.Empty(Read(database));
        Assert.Equal(result.Shards.Select(shard => shard.RowCount),
            result.Shards.Select(shard => (long)Read(database, $"db={shard.ShardId:D5}").Count));
    }

    [Fact]
    public async Task Export_OneFamily_IsReadBackByItsShape()
    {
        await BuildAsync();
        var written = await ExportAsync(new ExportOptions { ColumnFamily = "users" });
        var shape = written.ReadBack;
        Assert.Equal(("users", KeyEncoding.U64BE, true), (shape.ColumnFamily, shape.KeyEncoding, shape.IsDatabase));
        var again = ObjectStores.Open(folder["again"]);
        await new SnapshotStore(again).BuildAsync(new BuildOptions
        {
            ShardCount = 3,
            KeyEncoding = shape.KeyEncoding,
            ValueEncoding = shape.ValueEncoding,
        }, [new InputFile { Path = written.Path, Format = InputFormat.RocksDb, ColumnFamily = shape.ColumnFamily, KeyField = "key" }],
            null, Token);
        Assert.Equal(await ReadCurrentAsync(Disk), await ReadCurrentAsync(again));
    }

    [Fact]
    public async Task Export_RemoteShards_DownloadsAndMovesThem()
    {
        await BuildAsync();
        var progress = new Told();
        await ExportAsync(store: new PathlessStore(Disk), progress: progress);
        using (var database = Database.OpenReadOnly(new DbOptions(), folder["db"], false)) Assert.Equal(Expected, Read(database));
        Assert.Equal(["db", "snap"], Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order());
        Assert.Contains(new ShardProgress(3, 3, Rows, 0), progress.All);
        if (OperatingSystem.IsWindows()) return;
        // What was downloaded is as readable as what RocksDB wrote itself.
        Assert.Equal(File.GetUnixFileMode(Path.Combine(folder["db"], "CURRENT")),
            File.GetUnixFileMode(Directory.EnumerateFiles(folder["db"], "*.sst").First()));
    }

    [Fact]
    public async Task Export_NoRows_MakesAnEmptyDatabase()
    {
        await PublishAsync(Disk, [], options: new BuildOptions { ShardCount = 3, AllowEmpty = true });
        Assert.Equal(0, (await ExportAsync()).Rows);
        using var database = Database.OpenReadOnly(new DbOptions(), folder["db"], false);
        Assert.Empty(Read(database));
    }

    [Fact]
    public async Task Export_SomeKeys_WritesThemToNewTables()
    {
        await BuildAsync();
        var progress = new Told();
        var written = await ExportAsync(new ExportOptions { FirstKey = 100, LastKey = 1999 }, progress: progress);
        Assert.Equal((1900L, new ShardProgress(0, 0, 1900, 0)), (written.Rows, progress.All[^1]));
        using var database = Database.OpenReadOnly(new DbOptions(), folder["db"], false);
        Assert.Equal(Expected.Where(row => row.Key is >= 100 and < 2000), Read(database));
    }

    [Fact]
    public async Task Tables_LimitOfBytes_CutsThemBetweenKeys()
    {
        Directory.CreateDirectory(folder["tables"]);
        var tables = await new DatabaseTables(folder["tables"], "default") { TableBytes = 1 << 20 }.WriteAsync(RowsAsync(), null, Token);
        Assert.Equal((4, 40L), (tables.Count, tables.Sum(table => table.Rows)));
        new RocksDbWriter().Create(folder["db"], tables, Token);
        using var database = Database.OpenReadOnly(new DbOptions(), folder["db"], false);
        Assert.Equal(40, Read(database).Count);

        static async IAsyncEnumerable<PlacedRow> RowsAsync()
        {
            for (long i = 0; i < 40; i++)
            {
                var key = new byte[8];
                BinaryPrimitives.WriteInt64BigEndian(key, i);
                yield return new PlacedRow(0, key, new byte[100_000]);
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task Export_SqliteShards_WritesTheirRowsToNewTables()
    {
        golden["hash-utf8"].CopyTo(folder["snap"]);
        var export = await new SnapshotStore(Disk).OpenExportAsync(new ExportOptions(), Token);
        var written = await export.WriteFileAsync(folder["db"], ExportFormat.RocksDb, false, null, Token);
        using var database = Database.OpenReadOnly(new DbOptions(), folder["db"], false);
        var rows = new List<string>();
        await foreach (var row in export.ReadAsync(Token)) rows.Add(Encoding.UTF8.GetString(row.Value));
        Assert.NotEmpty(rows);
        using var iterator = database.NewIterator();
        var found = new List<string>();
        for (iterator.SeekToFirst(); iterator.Valid(); iterator.Next()) found.Add(iterator.StringValue());
        Assert.Equal(rows, found);
        Assert.Equal(rows.Count, written.Rows);
    }

    [Fact]
    public async Task Export_DamagedOrMissingShard_LeavesNothingBehind()
    {
        var result = await BuildAsync();
        var path = Directory.EnumerateFiles(folder["snap"], "*.sst", SearchOption.AllDirectories).First();
        var bytes = await File.ReadAllBytesAsync(path, Token);
        bytes[10] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, Token);
        Assert.Equal(ErrorKind.ShardCorrupt, (await RefusalAsync(new ExportOptions())).Kind);
        Assert.Equal(ErrorKind.ShardCorrupt, (await RefusalAsync(new ExportOptions(), new PathlessStore(Disk))).Kind);
        File.Delete(path);
        Assert.Equal(ErrorKind.SnapshotIncomplete, (await RefusalAsync(new ExportOptions())).Kind);
        Assert.Equal(3, result.ShardCount);
    }

    [Fact]
    public async Task Export_WhatADatabaseCannotBe_IsRefused()
    {
        await BuildAsync();
        Assert.Contains("bounds", (await RefusalAsync(new ExportOptions { FirstKey = 3, ColumnFamilyPerShard = true })).Message,
            StringComparison.Ordinal);
        Assert.Contains("cannot be combined", (await RefusalAsync(new ExportOptions { ColumnFamily = "a", ColumnFamilyPerShard = true }))
            .Message, StringComparison.Ordinal);
        await ExportAsync();
        var there = await Assert.ThrowsAsync<ShardyFusionException>(() => ExportAsync());
        Assert.Contains("already exists", there.Message, StringComparison.Ordinal);
        var export = await new SnapshotStore(Disk).OpenExportAsync(new ExportOptions { ColumnFamily = "a" }, Token);
        await Assert.ThrowsAsync<ShardyFusionException>(() =>
            export.WriteFileAsync(folder["a.csv"], ExportFormat.Auto, false, null, Token));
        await Assert.ThrowsAsync<ShardyFusionException>(() => export.WriteAsync(Stream.Null, ExportFormat.RocksDb, null, Token));
    }

    [Fact]
    public async Task Export_OneKeyInSeveralShards_TakesAFamilyForEach()
    {
        await using (var build = await StartAsync(Disk, new BuildOptions
        {
            Sharding = ShardingOptions.ByExpression("region", new Dictionary<string, string> { ["region"] = "int" }),
        }))
        {
            foreach (var region in (object[])[0, 1])
                build.Add(7, $"in {region}", RoutingContext.Of([KeyValuePair.Create<string, object?>("region", region)]));
            await build.CompleteAsync(Token);
        }
        Assert.Contains("several shards may hold one key", (await RefusalAsync(new ExportOptions())).Message, StringComparison.Ordinal);
        Assert.Equal(2, (await ExportAsync(new ExportOptions { ColumnFamilyPerShard = true })).Rows);
    }

    sealed class Told : IProgress<ShardProgress>
    {
        public List<ShardProgress> All { get; } = [];

        public void Report(ShardProgress value)
        {
            lock (All) All.Add(value);
        }
    }
}
