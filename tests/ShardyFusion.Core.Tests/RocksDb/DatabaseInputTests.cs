using System.Text;
using System.Text.RegularExpressions;
using RocksDbSharp;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Routing;
using ShardyFusion.Stores;
using Database = RocksDbSharp.RocksDb;

namespace ShardyFusion.Core.Tests.RocksDb;

/// <summary>Builds from RocksDB databases.</summary>
public sealed class DatabaseInputTests : IDisposable
{
    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string> Families => [.. SharedDatabase.All.Select(family => (family.Folder, family.Family))];

    static InputFile Input(string path, string? family = null) =>
        new() { Path = path, Format = InputFormat.RocksDb, ColumnFamily = family, KeyField = "key" };

    static BuildOptions Options(int shards = 3) => new() { ShardCount = shards, AllowEmpty = true };

    SnapshotStore Store => new(ObjectStores.Open(folder["snap"]));

    async Task<List<(string Key, string Value)>> RowsAsync()
    {
        var rows = new List<(string, string)>();
        var export = await Store.OpenExportAsync(new ExportOptions(), Token);
        await foreach (var row in export.ReadAsync(Token))
            rows.Add((row.Key is byte[] bytes ? Convert.ToHexString(bytes) : $"{row.Key}", Convert.ToHexString(row.Value)));
        return rows;
    }

    static string Hex(string text) => Convert.ToHexString(Encoding.UTF8.GetBytes(text));

    /// <summary>A database with a flushed table and rows, a deletion and a range deletion that stand only in the log.</summary>
    string Make(DbOptions? options = null)
    {
        var path = folder["db"];
        using var database = Database.Open((options ?? new DbOptions()).SetCreateIfMissing(), path);
        for (var i = 0; i < 100; i++) database.Put($"k{i:D3}", $"v{i}");
        database.Flush(new FlushOptions().SetWaitForFlush(true));
        database.Put("k001", "again");
        database.Remove("k002");
        return path;
    }

    [Theory]
    [MemberData(nameof(Families))]
    public async Task Build_SharedDatabase_GivesItsRowsAndLeavesItAsItWas(string database, string family)
    {
        var shared = SharedDatabase.All.Single(candidate => (candidate.Folder, candidate.Family) == (database, family));
        var path = shared.CopyTo(folder["db"]);
        var before = DatabaseFolder.Describe(path);
        var expected = shared.ReadRows();
        var hasEmptyKey = expected.Any(row => row.Key.Length == 0);
        var options = Options() with { OnRowError = hasEmptyKey ? RowErrorPolicy.Skip : RowErrorPolicy.Stop };

        try
        {
            var result = await Store.BuildAsync(options, [Input(path, family)], null, Token);
            Assert.Equal((expected.Count, hasEmptyKey ? 1 : 0), (result.RowsRead, result.RejectedRows));
            Assert.Equal(expected.Where(row => row.Key.Length > 0).Select(row => (Convert.ToHexString(row.Key),
                Convert.ToHexString(row.Value))), await RowsAsync());
        }
        catch (ShardyFusionException e) when (shared.Expect == "rows-or-refused")
        {
            Assert.All(shared.Must, pattern => Assert.Matches(new Regex(pattern, RegexOptions.CultureInvariant), e.Message));
            // Its merge operator's delimiter is recorded nowhere.
            Assert.Equal("small-5.18.4", database);
        }
        Assert.Equal(before, DatabaseFolder.Describe(path));
    }

    [Fact]
    public async Task Build_EmptyKey_StopsAndNamesIt()
    {
        var path = SharedDatabase.All[0].CopyTo(folder["db"]);
        var error = await Assert.ThrowsAsync<RowException>(() => Store.BuildAsync(Options(), [Input(path)], null, Token));
        Assert.Contains("empty", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, error.RowNumber);
    }

    [Fact]
    public async Task Build_IntegerKeys_TakesTheirBigEndianBytes()
    {
        var path = SharedDatabase.All.First(family => family.Family == "events").CopyTo(folder["db"]);
        var rows = SharedDatabase.All.First(family => family.Family == "events").ReadRows();
        await Store.BuildAsync(Options() with { KeyEncoding = KeyEncoding.U64BE }, [Input(path, "events")], null, Token);
        Assert.Equal(rows.Select(row => $"{System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(row.Key)}"),
            (await RowsAsync()).Select(row => row.Key));

        var error = await Assert.ThrowsAsync<RowException>(() =>
            Store.BuildAsync(Options() with { KeyEncoding = KeyEncoding.U32BE }, [Input(path, "events")], null, Token));
        Assert.Equal(ErrorKind.ShardAssignment, error.Kind);
    }

    [Fact]
    public async Task Build_RangesOfKeys_LooksAtTheKeysFirst()
    {
        var path = Make();
        var options = Options() with { ShardCount = null, Sharding = ShardingOptions.ByRanges(4), KeyEncoding = KeyEncoding.Utf8 };
        var plan = await Store.PlanBuildAsync(options, [Input(path)], Token);
        Assert.Contains(plan.Steps, step => step.Contains("% of the rows", StringComparison.Ordinal));
        var result = await Store.BuildAsync(options, [Input(path)], null, Token);
        Assert.Equal((4, 99L), (result.ShardCount, result.RowsWritten));
    }

    [Fact]
    public async Task Build_WriterAtWork_TakesWhatItHasWritten()
    {
        var path = folder["db"];
        using var writer = Database.Open(new DbOptions().SetCreateIfMissing(), path);
        writer.Put("a", "1");
        writer.Flush(new FlushOptions().SetWaitForFlush(true));
        writer.Put("b", "2");
        await Store.BuildAsync(Options(), [Input(path)], null, Token);
        Assert.Equal([(Hex("a"), Hex("1")), (Hex("b"), Hex("2"))], await RowsAsync());
        writer.Put("c", "3");
        Assert.Equal("3", writer.Get("c"));
    }

    [Fact]
    public async Task Build_TimeToLive_CutsTheTimeOffAndSaysSo()
    {
        var path = folder["db"];
        using (var writer = Database.OpenWithTtl(new DbOptions().SetCreateIfMissing(), path, 3600))
        {
            writer.Put("a", "one");
            writer.Put("b", "");
        }
        var result = await Store.BuildAsync(Options(), [Input(path)], null, Token);
        Assert.Contains(result.Warnings, warning => warning.Contains("time to live", StringComparison.Ordinal));
        Assert.Equal([(Hex("a"), Hex("one")), (Hex("b"), "")], await RowsAsync());
    }

    [Fact]
    public async Task Build_MergeOperatorOfItsOwn_IsRefusedByName()
    {
        var path = folder["db"];
        var sum = MergeOperators.Create("shop.LastWins", (_, operands, out success) => Last(operands, out success),
            (_, _, _, operands, out success) => Last(operands, out success));
        using (var writer = Database.Open(new DbOptions().SetCreateIfMissing().SetMergeOperator(sum), path))
        {
            writer.Put("a", "1");
            writer.Merge("b"u8, "1"u8);
            writer.Put("c", "1");
        }
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => Store.BuildAsync(Options(), [Input(path)], null, Token));
        Assert.Equal(ErrorKind.InputInvalid, error.Kind);
        Assert.Contains("merge operator shop.LastWins", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_NoDatabaseOrFamily_NamesWhatIsThere()
    {
        Directory.CreateDirectory(folder["none"]);
        Assert.Contains("no file CURRENT", await RefusalAsync(Input(folder["none"])), StringComparison.Ordinal);
        Assert.Contains("does not exist", await RefusalAsync(Input(folder["nowhere"])), StringComparison.Ordinal);
        var path = Make();
        Assert.Contains("no column family 'users'; it has: default", await RefusalAsync(Input(path, "users")), StringComparison.Ordinal);
        Assert.Contains("is a file", await RefusalAsync(Input(Path.Combine(path, "CURRENT"))), StringComparison.Ordinal);
        Assert.Contains("do not apply", await RefusalAsync(Input(path) with { ValueFields = ["v"] }), StringComparison.Ordinal);
        Assert.Contains("Only RocksDB", await RefusalAsync(Input(path, "x") with { Format = InputFormat.Csv }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_LogIsElsewhere_IsReadThereOrMissed()
    {
        var log = folder["log"];
        var path = Make(new DbOptions().SetWalDir(log));
        await Store.BuildAsync(Options(), [Input(path)], null, Token);
        Assert.Equal(99, (await RowsAsync()).Count);
        Directory.Move(log, folder["moved"]);
        Assert.Contains("rows that stand only in it would be missing", await RefusalAsync(Input(path)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_CopyThatNamesTheOriginalsLog_IsReadWithItsOwn()
    {
        var original = Make();
        var copy = Directory.CreateDirectory(folder["copy"]).FullName;
        foreach (var file in Directory.EnumerateFiles(original)) File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        using (var database = Database.Open(new DbOptions(), original)) database.Put("later", "1");
        var options = Directory.EnumerateFiles(copy, "OPTIONS-*").Max(StringComparer.Ordinal)!;
        var text = await File.ReadAllTextAsync(options, Token);
        await File.WriteAllTextAsync(options, text.Replace("[DBOptions]", $"[DBOptions]\n  wal_dir={original}", StringComparison.Ordinal),
            Token);
        await Store.BuildAsync(Options(), [Input(copy)], null, Token);
        Assert.Equal(99, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task Build_DamagedTable_StopsAndPublishesNothing()
    {
        var path = Make();
        var table = Directory.EnumerateFiles(path, "*.sst").First();
        var bytes = await File.ReadAllBytesAsync(table, Token);
        bytes[10] ^= 0xff;
        await File.WriteAllBytesAsync(table, bytes, Token);
        Assert.Contains("cannot be read: Corruption", await RefusalAsync(Input(path)), StringComparison.Ordinal);
        await Assert.ThrowsAsync<ShardyFusionException>(RowsAsync);
    }

    [Fact]
    public async Task Build_DamagedLog_StopsButATornEndDoesNot()
    {
        var path = Make();
        var log = Directory.EnumerateFiles(path, "*.log").MaxBy(file => new FileInfo(file).Length)!;
        var bytes = await File.ReadAllBytesAsync(log, Token);
        await File.WriteAllBytesAsync(log, bytes[..^3], Token);
        await Store.BuildAsync(Options(), [Input(path)], null, Token);
        Assert.Equal(100, (await RowsAsync()).Count);

        bytes[12] ^= 0xff;
        await File.WriteAllBytesAsync(log, bytes, Token);
        Assert.Contains("Corruption", await RefusalAsync(Input(path)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_MergeOperandsOfAnotherFamily_LeaveItsRowsWhole()
    {
        var path = folder["db"];
        var last = MergeOperators.Create("shop.LastWins", (_, operands, out success) => Last(operands, out success),
            (_, _, _, operands, out success) => Last(operands, out success));
        var families = new ColumnFamilies(new ColumnFamilyOptions().SetMergeOperator(last)) { { "users", new ColumnFamilyOptions() } };
        using (var writer = Database.Open(new DbOptions().SetCreateIfMissing().SetCreateMissingColumnFamilies(), path, families))
        {
            var users = writer.GetColumnFamily("users");
            writer.Merge("b"u8, "1"u8);
            writer.Put("u", "1", users);
        }
        await Store.BuildAsync(Options(), [Input(path, "users")], null, Token);
        Assert.Equal([(Hex("u"), Hex("1"))], await RowsAsync());
    }

    static byte[] Last(MergeOperators.OperandsEnumerator operands, out bool success)
    {
        success = true;
        return operands.Get(operands.Count - 1).ToArray();
    }

    [Fact]
    public async Task Build_ValuesAreNotWhatTheEncodingAsksFor_AreRejected()
    {
        var path = folder["db"];
        using (var writer = Database.Open(new DbOptions().SetCreateIfMissing(), path))
        {
            writer.Put("a", """{"n":1}""");
            writer.Put("b", "{");
        }
        var options = Options() with { ValueEncoding = ValueEncoding.Json, OnRowError = RowErrorPolicy.Skip };
        var result = await Store.BuildAsync(options, [Input(path)], null, Token);
        Assert.Equal((1L, 1L), (result.RowsWritten, result.RejectedRows));
    }

    async Task<string> RefusalAsync(InputFile input) =>
        (await Assert.ThrowsAsync<ShardyFusionException>(() => Store.BuildAsync(Options(), [input], null, Token))).Message;
}
