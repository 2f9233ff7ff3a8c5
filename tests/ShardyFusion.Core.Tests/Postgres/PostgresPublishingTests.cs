using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.ManifestStores;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Postgres;

/// <summary>Publishing to PostgreSQL, and everything that moves or uses its pointer.</summary>
public sealed class PostgresPublishingTests(PostgresServer server) : IDisposable
{
    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Publish_IntoAnEmptyDatabase_MakesTablesRowsAndAMarkAndReadsBack()
    {
        var dsn = await server.NewDatabaseAsync();
        await using var store = PrefixStores.Open(folder.Path, PostgresServer.Connection(dsn));

        var result = await PublishAsync(store, [1, 2, 3], options: new BuildOptions { RunId = "first", ShardCount = 2 });

        Assert.Equal(Expected([1, 2, 3]), await ReadCurrentAsync(store));
        Assert.Empty(result.Warnings);
        Assert.Equal(["first"], await PostgresServer.QueryAsync(dsn, "SELECT manifest_ref FROM shardyfusion_pointer"));
        // As its publish leaves them, so that its readers need nothing else.
        Assert.Equal(["first manifest application/x-yaml text"], await PostgresServer.QueryAsync(dsn,
            "SELECT concat_ws(' ', run_id, name, content_type, pg_typeof(payload)) FROM shardyfusion_manifests"));
        var text = (await PostgresServer.QueryAsync(dsn, "SELECT payload FROM shardyfusion_manifests"))[0];
        Assert.Equal("first", ManifestCodec.Read(Encoding.UTF8.GetBytes(text), "row").Required.RunId);
        Assert.False(File.Exists(folder["_CURRENT"]));
        Assert.True(File.Exists(folder[ManifestStoreMark.Key]));
    }

    [Fact]
    public async Task Move_RollbackUndoTagsAndEvents_WorkAsOnObjects()
    {
        var store = await StoreAsync(3);

        var back = await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token), false, Token);
        Assert.Equal("run-1", (await store.GetInfoAsync(new SnapshotSelector(), Token)).RunId);
        await store.RollbackAsync(await store.PlanUndoAsync(null, Token), false, Token);
        Assert.Equal("run-2", (await store.GetInfoAsync(new SnapshotSelector(), Token)).RunId);
        await store.AddTagAsync("gold", new SnapshotSelector { RunId = "run-0" }, null, null, Token);
        Assert.Equal("run-0", (await store.GetInfoAsync(new SnapshotSelector { Tag = "gold" }, Token)).RunId);

        var history = await store.GetHistoryAsync(null, Token).ToListAsync(Token);
        Assert.Equal([("run-2", 0), ("run-1", 1), ("run-0", 2)], history.Select(entry => (entry.RunId, entry.Offset ?? -9)));
        Assert.All(history, entry => Assert.Null(entry.Problem));
        Assert.Equal(["gold"], history[2].Tags);
        Assert.Equal(["CURRENT"], history[0].Pointers);
        Assert.Equal(5, (await store.GetEventsAsync(null, null, Token).ToListAsync(Token)).Count);
        Assert.Null(back.Warning);
        var health = await store.CheckHealthAsync(new HealthOptions(), Token);
        Assert.Equal(HealthStatus.Healthy, health.Status);
        var report = await store.VerifyAsync(new ShardyFusion.Maintenance.VerifyOptions(), null, Token);
        Assert.Empty(report.Findings);
    }

    [Fact]
    public async Task Publish_Staged_LeavesNoRowUntilItIsPublished()
    {
        var dsn = await server.NewDatabaseAsync();
        await using var objects = PrefixStores.Open(folder.Path, PostgresServer.Connection(dsn));
        await PublishAsync(objects, [1], options: new BuildOptions { RunId = "staged", ShardCount = 1, Publish = false });
        // The original's readers take the newest row while nothing was ever published.
        Assert.Equal(["0"], await PostgresServer.QueryAsync(dsn, "SELECT count(*) FROM shardyfusion_manifests"));
        await using var store = new SnapshotStore(objects);
        Assert.True((await store.GetHistoryAsync(null, Token).ToListAsync(Token))[0].IsStaged);

        var rules = new PublishRules();
        var plan = await store.PlanPublishAsync(new SnapshotSelector { RunId = "staged" }, rules, Token);
        await store.PublishAsync(plan, rules, false, Token);

        Assert.Equal(["staged"], await PostgresServer.QueryAsync(dsn, "SELECT run_id FROM shardyfusion_manifests"));
        Assert.Equal(Expected([1]), await ReadCurrentAsync(objects));
    }

    [Fact]
    public async Task Change_WithoutTheDatabase_IsRefusedByTheMark()
    {
        await StoreAsync(1);
        await using var without = SnapshotStore.Open(folder.Path);

        foreach (var change in new Func<Task>[]
        {
            () => without.PlanCleanupAsync(new CleanupPolicy { KeepLast = 1 }, Token),
            () => without.StartBuildAsync(new BuildOptions(), null, Token),
            async () => await without.RollbackAsync(await without.PlanRollbackAsync(new SnapshotSelector { RunId = "run-0" }, Token), false,
                Token),
            () => without.GetInfoAsync(new SnapshotSelector(), Token),
        })
        {
            var error = await Assert.ThrowsAsync<ShardyFusionException>(change);
            Assert.True(error.Kind is ErrorKind.StoreUnsafe or ErrorKind.NoSnapshot, error.ToString());
            Assert.Contains("PostgreSQL database, table 'shardyfusion_manifests'", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Publish_WhereObjectsHaveAPointer_IsRefused()
    {
        await using (var objects = PrefixStores.Open(folder.Path, null)) await PublishAsync(objects, [1]);
        await using var store = PrefixStores.Open(folder.Path, PostgresServer.Connection(await server.NewDatabaseAsync()));

        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, [2]));

        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
        Assert.Contains("_CURRENT", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WhereTheLaterVersionPublishes_IsRefused()
    {
        var dsn = await server.NewDatabaseAsync();
        await OriginalTables.CreateAsync(dsn, "head");
        await PostgresServer.ExecuteAsync(dsn, Encoding.UTF8.GetString(Golden.GoldenFiles.Read("postgres", "head", "rows.sql")));
        await using var store = PrefixStores.Open(folder.Path, PostgresServer.Connection(dsn));

        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, [2]));

        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
        Assert.Contains("shardyfusion_manifests_builds", error.Message, StringComparison.Ordinal);
        Assert.Equal(["4"], await PostgresServer.QueryAsync(dsn, "SELECT count(*) FROM shardyfusion_pointer"));
    }

    [Fact]
    public async Task Publish_TwoPrefixesInOneTable_StayApart()
    {
        var dsn = await server.NewDatabaseAsync();
        await using var first = PrefixStores.Open(folder["a"], PostgresServer.Connection(dsn));
        await using var second = PrefixStores.Open(folder["b"], PostgresServer.Connection(dsn));
        await PublishAsync(first, [1], options: new BuildOptions { RunId = "a-0", ShardCount = 1 });
        for (var run = 0; run < 10; run++)
            await PublishAsync(second, [run], options: new BuildOptions { RunId = $"b-{run}", ShardCount = 1 });

        Assert.Equal(Expected([1]), await ReadCurrentAsync(first));
        Assert.Equal(Expected([9]), await ReadCurrentAsync(second));
        Assert.Single(await new SnapshotCatalog(first).ListAsync(Token));
        Assert.Equal(10, (await new SnapshotCatalog(second).ListAsync(Token)).Count);
        // One run id has one row.
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            PublishAsync(second, [1], options: new BuildOptions { RunId = "a-0", ShardCount = 1 }));
        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
        Assert.Contains("a-0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cleanup_PrunesRowsMovesAndShards()
    {
        var store = await StoreAsync(4);
        var policy = new CleanupPolicy { KeepLast = 1, Grace = TimeSpan.Zero, ClockSkew = TimeSpan.Zero };
        var plan = await store.PlanCleanupAsync(policy, Token);

        var result = await store.CleanUpAsync(plan, false, Token);

        Assert.Empty(result.Failures);
        var kept = (await store.GetHistoryAsync(null, Token).ToListAsync(Token)).Select(entry => entry.RunId).Order().ToList();
        Assert.Contains("run-3", kept);
        Assert.DoesNotContain("run-0", kept);
        Assert.Equal(kept, await PostgresServer.QueryAsync(lastDsn, "SELECT run_id FROM shardyfusion_manifests ORDER BY 1"));
        Assert.Equal(kept, await PostgresServer.QueryAsync(lastDsn, "SELECT DISTINCT manifest_ref FROM shardyfusion_pointer ORDER BY 1"));
        Assert.Equal(kept, Directory.GetDirectories(folder["shards"]).Select(path => Path.GetFileName(path)!["run_id=".Length..]).Order());
    }

    [Fact]
    public async Task Swap_TwoPublishersAtOnce_OneWinsEachRace()
    {
        const int races = 20;
        await StoreAsync(3);
        await using var left = PrefixStores.Open(folder.Path, PostgresServer.Connection(lastDsn));
        await using var right = PrefixStores.Open(folder.Path, PostgresServer.Connection(lastDsn));
        var catalog = new SnapshotCatalog(left);
        var history = await catalog.ListAsync(Token);
        for (var race = 0; race < races; race++)
        {
            var seen = await catalog.RequirePointerAsync(Token);
            var outcomes = await Task.WhenAll(Try(left, seen, history[0]), Try(right, seen, history[1]));
            Assert.Single(outcomes, isWinner => isWinner);
            var now = await catalog.RequirePointerAsync(Token);
            Assert.Equal(outcomes[0] ? history[0].RunId : history[1].RunId, now.Pointer!.RunId);
        }
        Assert.Equal([$"{races + 3}"], await PostgresServer.QueryAsync(lastDsn, "SELECT count(*) FROM shardyfusion_pointer"));
        Assert.Equal([$"{races + 3}"], await PostgresServer.QueryAsync(lastDsn,
            "SELECT count(DISTINCT updated_at) FROM shardyfusion_pointer"));

        static async Task<bool> Try(IObjectStore store, SeenPointer seen, ManifestFolder target)
        {
            var loaded = await new SnapshotCatalog(store).LoadManifestAsync(target.ManifestKey, Token);
            try
            {
                await new PointerPublisher(store, move: new PointerMove(PointerChange.Rollback, seen.Pointer!.ManifestRef, null))
                    .SwapAsync(seen.ETag, loaded.ToPointer(TimeProvider.System, seen), false, Token);
                return true;
            }
            catch (PointerConflictException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Swap_AfterTheOriginalMovedThePointer_IsAConflict()
    {
        var store = await StoreAsync(2);
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token);
        await PostgresServer.ExecuteAsync(lastDsn, "INSERT INTO shardyfusion_pointer (manifest_ref) VALUES ('run-0')");

        await Assert.ThrowsAsync<PointerConflictException>(() => store.RollbackAsync(plan, false, Token));

        Assert.Equal("run-0", (await store.GetInfoAsync(new SnapshotSelector(), Token)).RunId);
    }

    [Fact]
    public async Task Swap_WhileTheOriginalPublishes_WaitsForItsEnd()
    {
        var store = await StoreAsync(2);
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token);
        await using var source = Npgsql.NpgsqlDataSource.Create(ShardyFusion.Postgres.ServerAddress.Parse(lastDsn).ToBuilder());
        await using var link = await source.OpenConnectionAsync(Token);
        await using var transaction = await link.BeginTransactionAsync(Token);
        await using (var insert = new Npgsql.NpgsqlCommand("INSERT INTO shardyfusion_pointer (manifest_ref) VALUES ('run-0')", link))
            await insert.ExecuteNonQueryAsync(Token);

        var rollback = store.RollbackAsync(plan, false, Token);
        // Its row is not visible yet, and must not be overtaken.
        await WaitForBlockedAsync();
        await transaction.CommitAsync(Token);

        await Assert.ThrowsAsync<PointerConflictException>(() => rollback);
    }

    [Fact]
    public async Task Open_CopiedTree_ReadsByItsRowsAndChangesNothing()
    {
        await StoreAsync(2);
        var rows = new Uri(folder.Path).AbsoluteUri;
        using var copy = new TempFolder();
        foreach (var file in Directory.EnumerateFiles(folder["shards"], "*", SearchOption.AllDirectories))
        {
            var target = copy[Path.GetRelativePath(folder.Path, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        await using var store = SnapshotStore.Open(copy.Path, PostgresServer.Connection(lastDsn, rows));

        await using (var reader = await store.OpenReaderAsync(new ReaderOptions(), Token))
            Assert.NotNull(await reader.GetAsync(1L, Token));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.StartBuildAsync(new BuildOptions(), null, Token));
        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
    }

    string lastDsn = "";

    async Task<SnapshotStore> StoreAsync(int runs)
    {
        lastDsn = await server.NewDatabaseAsync();
        await using (var store = PrefixStores.Open(folder.Path, PostgresServer.Connection(lastDsn)))
        {
            for (var run = 0; run < runs; run++)
                await PublishAsync(store, [1, 2, 3 + run], options: new BuildOptions { RunId = $"run-{run}", ShardCount = 1 });
        }
        return SnapshotStore.Open(folder.Path, PostgresServer.Connection(lastDsn));
    }

    async Task WaitForBlockedAsync()
    {
        while ((await PostgresServer.QueryAsync(lastDsn, "SELECT 1 FROM pg_locks WHERE NOT granted")).Count == 0)
            await Task.Yield();
    }
}
