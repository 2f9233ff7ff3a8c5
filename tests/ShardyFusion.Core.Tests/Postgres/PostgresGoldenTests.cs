using System.Text.Json;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.ManifestStores;
using ShardyFusion.Postgres;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Postgres;

/// <summary>Rows that both versions of shardyfusion wrote, in each form that they come in.</summary>
public sealed class PostgresGoldenTests(PostgresServer server) : IDisposable
{
    /// <summary>One that names the shards of another run, which no writer does and no cleanup could keep apart.</summary>
    const string ShardsOfAnotherRun = "run-head-hash-again";

    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("text", "text")]
    [InlineData("jsonb-string", "jsonb")]
    [InlineData("jsonb-object", "jsonb")]
    [InlineData("jsonb-object", "json")]
    [InlineData("head", "head")]
    public async Task Read_RowsOfTheOriginal_GivesItsHistoryPointerAndManifests(string form, string column)
    {
        var dsn = await server.NewDatabaseAsync();
        await OriginalTables.CreateAsync(dsn, column);
        await PostgresServer.ExecuteAsync(dsn, ReadText(form, "rows.sql"));
        using var expected = JsonDocument.Parse(ReadText(form, "expected.json"));
        var history = expected.RootElement.GetProperty("list_manifests").EnumerateArray().Select(Listed).ToList();
        var moves = expected.RootElement.GetProperty("pointer_rows_newest_first").EnumerateArray()
            .Select(move => (RunId: move[0].GetString()!, At: move[1].GetDateTimeOffset())).ToList();
        var database = new PostgresManifestStore(dsn);
        var none = new TableManifests(database.Open(new StoreConnection()), PrefixStores.Open(folder.Path, null), database);
        var prefixes = await none.OtherPrefixesAsync(Token);
        Assert.True(prefixes.Count >= 2);

        var seen = 0;
        foreach (var prefix in prefixes)
        {
            await using var store = PrefixStores.Open(folder.Path, PostgresServer.Connection(dsn, prefix));
            var catalog = new SnapshotCatalog(store);
            var listed = await catalog.ListAsync(Token);
            Assert.Equal(history.Where(entry => listed.Any(own => own.RunId == entry.RunId)),
                listed.Select(own => (own.RunId, own.PublishedAt)));
            var pointer = await catalog.RequirePointerAsync(Token);
            Assert.Equal(moves.First(move => listed.Any(own => own.RunId == move.RunId)),
                (pointer.Pointer!.RunId, pointer.Pointer.UpdatedAt));
            Assert.Equal(pointer.Pointer.RunId, (await catalog.LoadManifestAsync(pointer, Token)).Manifest.Required.RunId);
            foreach (var own in listed)
            {
                seen++;
                if (own.RunId == ShardsOfAnotherRun)
                    Assert.Contains("does not agree with", (await Assert.ThrowsAsync<ShardyFusionException>(() =>
                        catalog.LoadManifestAsync(own.ManifestKey, Token))).Message, StringComparison.Ordinal);
                else
                    RequireSame(expected.RootElement.GetProperty("manifests").GetProperty(own.RunId),
                        (await catalog.LoadManifestAsync(own.ManifestKey, Token)).Manifest, prefix);
            }
            Assert.Equal(["_CURRENT"], await catalog.ListPointersAsync(Token));
        }
        Assert.Equal(history.Count, seen);
    }

    [Fact]
    public async Task Read_TablesAsTheOriginalMakesThem_AreEmptyAndCanBePublishedTo()
    {
        var dsn = await server.NewDatabaseAsync();
        await OriginalTables.CreateAsync(dsn, "jsonb");
        await using var store = PrefixStores.Open(folder.Path, PostgresServer.Connection(dsn));
        var catalog = new SnapshotCatalog(store);
        Assert.Empty(await catalog.ListAsync(Token));
        var none = await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.RequirePointerAsync(Token));
        Assert.Equal(ErrorKind.NoSnapshot, none.Kind);

        // Its own publish fails in this column with 22P02.
        await Building.BuiltSnapshots.PublishAsync(store, [1, 2, 3]);

        Assert.Equal(["string"], await PostgresServer.QueryAsync(dsn, "SELECT jsonb_typeof(payload) FROM shardyfusion_manifests"));
        var loaded = await catalog.LoadManifestAsync(await catalog.RequirePointerAsync(Token), Token);
        Assert.Equal(3, loaded.Manifest.RowCount);
    }

    [Fact]
    public async Task Read_PointerToARunThatDoesNotExist_SaysSoAndCanBeRepaired()
    {
        var dsn = await server.NewDatabaseAsync();
        await OriginalTables.CreateAsync(dsn, "text");
        await PostgresServer.ExecuteAsync(dsn, ReadText("text", "rows.sql")
            + "INSERT INTO shardyfusion_pointer VALUES (now(), 'no-such-run');");
        await using var store = PrefixStores.Open(folder.Path, PostgresServer.Connection(dsn, "s3://golden/hash-utf8"));
        var catalog = new SnapshotCatalog(store);

        var pointer = await catalog.RequirePointerAsync(Token);

        Assert.Equal("no-such-run", pointer.Pointer!.RunId);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.LoadManifestAsync(pointer, Token));
        Assert.Equal(ErrorKind.SnapshotNotFound, error.Kind);
    }

    [Fact]
    public async Task Read_PrefixWithoutRows_NamesThoseThatHaveSome()
    {
        var dsn = await server.NewDatabaseAsync();
        await OriginalTables.CreateAsync(dsn, "text");
        await PostgresServer.ExecuteAsync(dsn, ReadText("text", "rows.sql"));
        await using var store = PrefixStores.Open(folder.Path, PostgresServer.Connection(dsn));

        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => new SnapshotCatalog(store).RequirePointerAsync(Token));

        Assert.Equal(ErrorKind.NoSnapshot, error.Kind);
        Assert.Contains("s3://golden/hash-utf8", error.Message, StringComparison.Ordinal);
    }

    static (string RunId, DateTimeOffset PublishedAt) Listed(JsonElement entry) =>
        (entry.GetProperty("run_id").GetString()!, entry.GetProperty("published_at").GetDateTimeOffset());

    static void RequireSame(JsonElement expected, Manifest manifest, string prefix)
    {
        Assert.Equal(prefix, manifest.Required.S3Prefix);
        Assert.NotEmpty(manifest.Shards);
        // Where its own reader fails there is nothing that it would have read.
        if (!expected.TryGetProperty("loaded", out var loaded)) return;
        Assert.Equal(loaded.GetProperty("num_dbs").GetInt32(), manifest.Required.NumDbs);
        Assert.Equal(loaded.GetProperty("created_at").GetString(), SnapshotTime.FormatField(manifest.Required.CreatedAt));
        Assert.Equal(loaded.GetProperty("strategy").GetString(), manifest.Required.Sharding.Strategy.ToString().ToLowerInvariant());
        Assert.Equal(loaded.GetProperty("shards").EnumerateArray().Select(shard => (shard[0].GetInt32(), shard[1].GetString()!,
            shard[2].GetInt64(), shard[3].ToString(), shard[4].ToString(), shard[5].GetString())),
            manifest.Shards.Select(shard => (shard.DbId, $"{prefix}/{shard.AttemptKey}", shard.RowCount,
                FormattableString.Invariant($"{shard.MinKey}"), FormattableString.Invariant($"{shard.MaxKey}"), shard.CheckpointId)));
    }

    static string ReadText(string form, string name) =>
        System.Text.Encoding.UTF8.GetString(GoldenFiles.Read("postgres", form, name));
}
