using System.Data;
using System.Globalization;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>Builds whose rows an expression spreads.</summary>
public sealed class ExpressionBuildTests : IDisposable
{
    static readonly string[] regions = ["africa", "asia", "europe"];

    readonly TempFolder folder = new();
    readonly IObjectStore store;

    public ExpressionBuildTests() => store = ObjectStores.Open(folder["snap"]);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    static BuildOptions By(string expression, string columns = "key=int", params object[] boundaries) => new()
    {
        Sharding = ShardingOptions.ByExpression(expression, columns.Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(column => column.Split('=')).ToDictionary(parts => parts[0], parts => parts[1]), boundaries),
    };

    static RoutingContext Columns(params (string Name, object? Value)[] columns) =>
        RoutingContext.Of(columns.Select(column => KeyValuePair.Create(column.Name, column.Value)));

    async Task<VerifyReport> VerifyAsync() =>
        await new SnapshotStore(store).VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token);

    [Fact]
    public async Task Build_ExpressionOnTheKey_FindsTheNumberOfShardsAndReadsBack()
    {
        var result = await PublishAsync(store, Enumerable.Range(0, 500).Select(k => (long)k), options: By("key % 7"));

        Assert.Equal((7, 7, KeyEncoding.U64BE, 500L), (result.ShardCount, result.Shards.Count, result.KeyEncoding, result.RowsWritten));
        Assert.Empty(result.Warnings);
        Assert.Equal(Expected(Enumerable.Range(0, 500).Select(k => (long)k)), await ReadCurrentAsync(store));
        var report = await VerifyAsync();
        Assert.True(report.Passed);
        Assert.Empty(report.Notes);
        await using var reader = await new SnapshotStore(store).OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal("v363", Encoding.UTF8.GetString((await reader.GetAsync(363, Token)).Value!));
        Assert.Equal(363 % 7, reader.ResolveShard(363));
    }

    [Fact]
    public async Task Build_NumbersLeaveAGap_NamesThemAndPublishesNothing()
    {
        var gap = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            PublishAsync(store, [0, 1, 5, 9], options: By("key == 9 ? 8 : key")));
        Assert.Equal(ErrorKind.ShardAssignment, gap.Kind);
        Assert.Contains("up to 8, but none of 5 numbers below it: 2, 3, 4, 6, 7", gap.Message, StringComparison.Ordinal);
        Assert.Null(await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Build_Boundaries_LeavesEmptyShardsOut()
    {
        var result = await PublishAsync(store, [1, 2, 30, 31], options: By("key", "key=int", 10, "20", 25L, 100));
        Assert.Equal((5, "0,3"), (result.ShardCount, string.Join(',', result.Shards.Select(shard => shard.ShardId))));
        Assert.Equal(Expected([1, 2, 30, 31]), await ReadCurrentAsync(store));
        Assert.True((await VerifyAsync()).Passed);
        var none = await PublishAsync(ObjectStores.Open(folder["none"]), [], options: By("key", "key=int", 10) with { AllowEmpty = true });
        Assert.Equal((2, 0), (none.ShardCount, none.Shards.Count));
        Assert.Equal(1, (await PublishAsync(ObjectStores.Open(folder["zero"]), [],
            options: By("key") with { AllowEmpty = true })).ShardCount);
    }

    static IEnumerable<(string Key, string Region, int Tenant, string Value)> RegionRows(int count = 300) =>
        Enumerable.Range(0, count).Select(i => ($"k{i:D4}", regions[i % 3], i % 5, $"value {i}"));

    async Task<BuildResult> BuildFromAsync(string input, IObjectStore target)
    {
        // Small chunks of many workers, and the columns in whatever order the input has them.
        await using var build = await StartAsync(target, By("shard_hash(region + \":\" + string(tenant)) % 4u",
            "key=string,region=string,tenant=int") with
        { RunId = "r", Parallelism = 3 });
        Assert.Equal(["region", "tenant"], build.RoutingColumns);
        var file = new InputFile { KeyField = "id", ValueFields = ["value"] };
        switch (input)
        {
            case "objects":
                foreach (var row in RegionRows())
                    build.Add(row.Key, row.Value, Columns(("tenant", row.Tenant), ("region", row.Region), ("unused", 1)));
                break;
            case "texts":
                foreach (var row in RegionRows())
                    build.Add(row.Key, row.Value, RoutingContext.Parse([$"tenant={row.Tenant}", $"region={row.Region}"]));
                break;
            case "csv":
                var csv = "tenant,id,region,value\n" + string.Concat(RegionRows().Select(row =>
                    string.Create(CultureInfo.InvariantCulture, $"{row.Tenant},{row.Key},\"{row.Region}\",{row.Value}\n")));
                await build.AddFileAsync(file with { Stream = Bytes(csv), Format = InputFormat.Csv }, Token);
                break;
            case "jsonl":
                var json = string.Concat(RegionRows().Select(row => string.Create(CultureInfo.InvariantCulture,
                    $"{{\"region\":\"{row.Region.Replace("a", "\\u0061", StringComparison.Ordinal)}\",\"id\":\"{row.Key}\","
                        + $"\"tenant\":{row.Tenant},\"value\":\"{row.Value}\"}}\n")));
                await build.AddFileAsync(file with { Stream = Bytes(json), Format = InputFormat.JsonLines }, Token);
                break;
            default:
                using (var table = new DataTable { Locale = CultureInfo.InvariantCulture })
                {
                    table.Columns.Add("Region", typeof(string));
                    table.Columns.Add("tenant", typeof(decimal));
                    table.Columns.Add("id", typeof(string));
                    table.Columns.Add("value", typeof(string));
                    foreach (var row in RegionRows()) table.Rows.Add(row.Region, row.Tenant, row.Key, row.Value);
                    using var reader = table.CreateDataReader();
                    await build.AddReaderAsync(reader, "id", ["value"], Token);
                }
                break;
        }
        return await build.CompleteAsync(Token);
    }

    static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    [Fact]
    public async Task Build_ColumnsBesideTheKey_EveryInputGivesTheSameShards()
    {
        var expected = ShardsOf(await BuildFromAsync("objects", store));
        foreach (var input in (string[])["texts", "csv", "jsonl", "reader"])
        {
            var other = ObjectStores.Open(folder[input]);
            Assert.Equal(expected, ShardsOf(await BuildFromAsync(input, other)));
        }
        var report = await VerifyAsync();
        Assert.True(report.Passed);
        Assert.Contains("columns", Assert.Single(report.Notes), StringComparison.Ordinal);
        await using var found = await new SnapshotStore(store).OpenReaderAsync(new ReaderOptions(), Token);
        foreach (var row in RegionRows())
        {
            var context = Columns(("region", row.Region), ("tenant", row.Tenant));
            Assert.Equal(row.Value, Encoding.UTF8.GetString((await found.GetAsync(row.Key, context, Token)).Value!));
        }
    }

    /// <summary>What the shards are, as hashes of their bytes.</summary>
    static string ShardsOf(BuildResult result)
    {
        Assert.Equal((4, 300L), (result.ShardCount, result.RowsWritten));
        return string.Join('\n', result.Shards.Select(shard => $"{shard.ShardId} {shard.RowCount} {shard.Sha256}"));
    }

    [Theory]
    [InlineData("""{"id":1,"n":"x"}""", "the column 'n' is int, and the row has 'x'")]
    [InlineData("""{"id":1,"n":1.5}""", "the column 'n' is int, and the row has '1.5'")]
    [InlineData("""{"id":1}""", "the column 'n' has no value")]
    [InlineData("""{"id":1,"n":null}""", "the column 'n' has no value")]
    [InlineData("""{"id":1,"n":{"a":1}}""", "the column 'n' is int, and the row has a JSON object")]
    [InlineData("""{"id":1,"n":[1]}""", "the column 'n' is int, and the row has a JSON array")]
    [InlineData("""{"id":1,"n":0}""", "it divides by zero (the expression reads 'key', 'n')")]
    [InlineData("""{"id":1,"n":-1}""", "the expression gives -1, and shards are numbered from 0 to 65535")]
    [InlineData("""{"id":9223372036854775807,"n":1}""", "the arithmetic leaves the 64-bit range")]
    public async Task Build_RowThatHasNoShard_IsARowErrorThatNamesRowKeyAndColumn(string row, string reason)
    {
        async Task<BuildResult> BuildAsync(BuildOptions options)
        {
            await using var build = await StartAsync(store, options);
            await build.AddFileAsync(new InputFile
            {
                Stream = Bytes("{\"id\":2,\"n\":3}\n" + row + "\n"),
                Format = InputFormat.JsonLines,
                KeyField = "id",
            }, Token);
            return await build.CompleteAsync(Token);
        }
        var options = By("(key + 1) / n - 1", "key=int,n=int");
        if (row.Contains("-1", StringComparison.Ordinal)) options = By("(key - 2) * n < 0 ? -1 : (key - 2) * n", "key=int,n=int");
        if (reason.Contains("gives", StringComparison.Ordinal)) options = By("n < 0 ? n : 0", "key=int,n=int");

        var error = await Assert.ThrowsAsync<RowException>(() => BuildAsync(options));
        Assert.Equal((ErrorKind.ShardAssignment, 2L), (error.Kind, error.RowNumber));
        Assert.Contains($"Key {(row.Contains("922", StringComparison.Ordinal) ? "9223372036854775807" : "1")} has no shard: ",
            error.Message,
            StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);

        var skipped = await BuildAsync(options with { OnRowError = RowErrorPolicy.Skip });
        Assert.Equal((1L, 1L, 2L), (skipped.RejectedRows, skipped.RowsWritten, skipped.RowsRead));
        Assert.Contains(reason, skipped.RejectionSamples[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_ColumnThatTheInputHasNot_IsSaidAtOnce()
    {
        await using var build = await StartAsync(store, By("n % 2", "n=int"));
        var missing = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            build.AddFileAsync(new InputFile { Stream = Bytes("id,N2\n1,2\n"), Format = InputFormat.Csv, KeyField = "id" }, Token));
        Assert.Contains("has no column 'n'", missing.Message, StringComparison.Ordinal);
        using var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        table.Columns.Add("id", typeof(int));
        using var reader = table.CreateDataReader();
        var noColumn = await Assert.ThrowsAsync<ShardyFusionException>(() => build.AddReaderAsync(reader, "id", null, Token));
        Assert.Contains("has no column 'n'", noColumn.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_NullMarkerInAColumn_IsMissingAndOnlyFailsRowsThatNeedIt()
    {
        await using var build = await StartAsync(store,
            By("flag == 1 ? n : 0", "n=int,flag=int") with { OnRowError = RowErrorPolicy.Skip });
        await build.AddFileAsync(new InputFile
        {
            Stream = Bytes("id,flag,n\na,0,\\N\nb,1,\\N\nc,1,1\nd,1,\"\\N\"\n"),
            Format = InputFormat.Csv,
            KeyField = "id",
            Layout = new TextLayout { NullMarkers = ["\\N"] },
        }, Token);
        var result = await build.CompleteAsync(Token);
        Assert.Equal((2L, 2L), (result.RowsWritten, result.RejectedRows));
        Assert.Contains("the column 'n' has no value", result.RejectionSamples[0], StringComparison.Ordinal);
        Assert.Contains("the row has '\\N'", result.RejectionSamples[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key %", "key=int", "line 1, column")]
    [InlineData("key % 4u", "key=int", "write a uint number as 4u")]
    [InlineData("region", "key=int", "there is no column 'region'")]
    [InlineData("key", "key=integer", "the type 'integer', which is none of")]
    [InlineData("1.5", "key=int", "convert with int()")]
    [InlineData("timestamp(key)", "key=string", "not supported")]
    public async Task Start_ExpressionThatCannotBeUsed_SaysWhyAndWhereBeforeAnythingIsWritten(string expression, string columns,
        string reason)
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => StartAsync(store, By(expression, columns)));
        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder["snap"]));
    }

    [Fact]
    public void Validate_OptionsThatContradictASharding_NamesEach()
    {
        var faults = (By("key") with { ShardCount = 3, MaxKeysPerShard = 5 }).Validate();
        Assert.Equal(3, faults.Count); // ShardCount and MaxKeysPerShard exclude each other too.
        Assert.Contains(By("key", "key=int", 5, 4).Validate(), fault => fault.Contains("4 follows 5", StringComparison.Ordinal));
        Assert.Contains(By("key", "key=int", "a").Validate(), fault => fault.Contains("'a' is no number", StringComparison.Ordinal));
        Assert.Contains(By("key", "key=string", 5).Validate(), fault => fault.Contains("gives string", StringComparison.Ordinal));
        Assert.Contains(By("key", "key=bytes", "a").Validate(), fault => fault.Contains("string(key)", StringComparison.Ordinal));
        Assert.Contains((By("key") with { KeyEncoding = KeyEncoding.Utf8 }).Validate(),
            fault => fault.Contains("declare it string", StringComparison.Ordinal));
        Assert.Empty((By("key") with { KeyEncoding = KeyEncoding.U32BE }).Validate());
        Assert.Empty(By("key", "key=int", "9223372036854775808", "1" + new string('0', 30)).Validate());
    }

    [Fact]
    public async Task Build_ExpressionNamesTheKeysOwnColumn_WarnsThatLookupsNeedIt()
    {
        async Task<BuildResult> BuildAsync(string expression, string columns)
        {
            await using var build = await StartAsync(store, By(expression, columns));
            await build.AddFileAsync(new InputFile { Stream = Bytes("id,v\n0,a\n1,b\n"), Format = InputFormat.Csv, KeyField = "id" },
                Token);
            return await build.CompleteAsync(Token);
        }
        Assert.Contains("'id', the column of the key", Assert.Single((await BuildAsync("id % 2", "id=int")).Warnings),
            StringComparison.Ordinal);
        Assert.Empty((await BuildAsync("key % 2", "key=int")).Warnings);
        Assert.Empty((await BuildAsync("key % 2", "key=int,id=int")).Warnings);
        Assert.Contains("gives bool", Assert.Single((await BuildAsync("key == 1", "key=int")).Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_TextWithNulInAColumn_WarnsThatItEndsElsewhere()
    {
        async Task<BuildResult> BuildAsync(string region)
        {
            await using var build = await StartAsync(store, By("region < \"b\" ? 0 : 1", "region=string"));
            build.Add("k1", "v", Columns(("region", region)));
            build.Add("k2", "v", Columns(("region", "b")));
            return await build.CompleteAsync(Token);
        }
        Assert.Empty((await BuildAsync("a")).Warnings);
        Assert.Contains("NUL", Assert.Single((await BuildAsync("a\0b")).Warnings), StringComparison.Ordinal);
    }

    /// <summary>Rows that do not fit into memory, and shards that first show after some have been spilled.</summary>
    [Fact]
    public async Task Build_MoreRowsThanMemory_SpillsAndFindsTheSameShards()
    {
        var options = By("key / 5000", "key=int") with { MemoryBudgetBytes = 16 << 20, SpillDirectory = folder["spill"], RunId = "r" };
        Directory.CreateDirectory(folder["spill"]);
        long[] keys = [.. Enumerable.Range(0, 40_000).Select(k => (long)k)];
        var value = new string('v', 1000);
        var spilled = await PublishAsync(store, keys, value, options);
        var inMemory = await PublishAsync(ObjectStores.Open(folder["memory"]), keys, value,
            By("key / 5000", "key=int") with { RunId = "r" });
        Assert.Equal((8, 8), (spilled.ShardCount, inMemory.ShardCount));
        Assert.True(spilled.SpilledBytes > 16 << 20);
        Assert.Equal(inMemory.Shards.Select(shard => shard.Sha256), spilled.Shards.Select(shard => shard.Sha256));
        Assert.Equal(40_000, (await ReadCurrentAsync(store))!.Count);
    }

    [Fact]
    public async Task Resume_RunThatDied_KeepsTheShardsThatItFinished()
    {
        var clock = new ManualClock();
        var options = By("key % 4") with { Parallelism = 1, MaxShardAttempts = 1 };
        var faulty = new FaultyStore(store).Fail(StoreOperation.OpenUpload, "db=00002");
        // Never disposed, as when the process was killed: record and shards stay.
        var dead = await StartAsync(faulty, options with { RunId = "r" }, clock);
        for (var key = 0L; key < 1000; key++) dead.Add(key, "v" + key);
        await Assert.ThrowsAsync<ShardyFusionException>(() => dead.CompleteAsync(Token));
        clock.Now += TimeSpan.FromMinutes(11);

        await using var build = await StartAsync(store, options with { ResumeRunId = "r" }, clock);
        for (var key = 0L; key < 1000; key++) build.Add(key, "v" + key);
        var result = await build.CompleteAsync(Token);
        Assert.Equal((4, 2, 1000L), (result.ShardCount, result.KeptShards, result.RowsWritten));
        Assert.Equal(Expected(Enumerable.Range(0, 1000).Select(k => (long)k)), await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task Build_GuardOfSkew_LooksAtTheShardsOfTheExpression()
    {
        var rules = new PublishRules { Limits = new GuardLimits { MaxSkew = 1.5 } };
        await PublishAsync(store, Enumerable.Range(0, 100).Select(k => (long)k), options: By("key % 4") with { Rules = rules });
        var uneven = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            PublishAsync(store, Enumerable.Range(0, 100).Select(k => (long)k),
                options: By("key < 97 ? 0 : key - 96") with { Rules = rules }));
        Assert.Equal(ErrorKind.GuardFailed, uneven.Kind);
    }

    [Fact]
    public async Task Build_SameKeyInSeveralRows_IsOneRowOfEachShardThatColumnsGive()
    {
        await using var build = await StartAsync(store, By("n", "n=int"));
        foreach (var (n, value) in new[] { (0, "a"), (1, "b"), (0, "c") }) build.Add("k", value, Columns(("n", n)));
        var result = await build.CompleteAsync(Token);
        Assert.Equal((2, 2L, 1L), (result.ShardCount, result.RowsWritten, result.DuplicateRows));
        await using var reader = await new SnapshotStore(store).OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal("c", Encoding.UTF8.GetString((await reader.GetAsync("k", Columns(("n", 0)), Token)).Value!));
        Assert.Equal("b", Encoding.UTF8.GetString((await reader.GetAsync("k", Columns(("n", 1)), Token)).Value!));
    }

    [Fact]
    public async Task Build_TableWhenColumnsAreNeeded_SaysWhatToDo()
    {
        await using var build = await StartAsync(store, By("n", "n=int"));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => build.AddTableAsync(new NoRows(), ValueEncoding.Raw, Token));
        Assert.Contains("'n'", error.Message, StringComparison.Ordinal);
    }

    readonly struct NoRows : IRowTable
    {
        public long Count => 0;
        public bool HasIntegerKeys => true;
        public long IntegerKey(long row) => row;
        public ReadOnlySpan<byte> TextKey(long row) => [];
        public ReadOnlySpan<byte> Value(long row) => [];
    }
}
