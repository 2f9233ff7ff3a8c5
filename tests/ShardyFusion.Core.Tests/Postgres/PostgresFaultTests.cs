using System.Net;
using System.Net.Sockets;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.ManifestStores;
using ShardyFusion.Publishing;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Postgres;

/// <summary>A database that goes away, and answers that get lost.</summary>
public sealed class PostgresFaultTests(PostgresServer server) : IDisposable
{
    const string Moves = "SELECT manifest_ref FROM shardyfusion_pointer ORDER BY updated_at";

    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Read_AfterEveryConnectionWasEnded_TriesAgain()
    {
        var dsn = await server.NewDatabaseAsync();
        await using var store = await StoreAsync(dsn, 2);
        for (var round = 0; round < 3; round++)
        {
            await PostgresServer.QueryAsync(dsn,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            Assert.Equal("run-1", (await new SnapshotCatalog(store).RequirePointerAsync(Token)).Pointer!.RunId);
        }
    }

    [Fact]
    public async Task Publish_AfterEveryConnectionWasEnded_TriesAgain()
    {
        var dsn = await server.NewDatabaseAsync();
        await using var store = await StoreAsync(dsn, 1);
        await PostgresServer.QueryAsync(dsn,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        await PublishAsync(store, [1, 2], options: new BuildOptions { RunId = "next", ShardCount = 1 });

        Assert.Equal(["run-0", "next"], await PostgresServer.QueryAsync(dsn, Moves));
    }

    [Theory]
    [InlineData("at once")]
    [InlineData("late")]
    [InlineData("never")]
    public async Task Swap_WhoseCommitGetsNoAnswer_IsSettledByLooking(string reachesTheServer)
    {
        var dsn = await server.NewDatabaseAsync();
        await (await StoreAsync(dsn, 2)).DisposeAsync();
        await using var cut = new CommitCut(server.Port, reachesTheServer switch
        {
            "at once" => () => Task.FromResult(true),
            // While somebody looks what became of it.
            "late" => LaterAsync,
            _ => () => Task.FromResult(false),
        });

        async Task<bool> LaterAsync()
        {
            while ((await PostgresServer.QueryAsync(dsn, "SELECT 1 FROM pg_locks WHERE NOT granted")).Count == 0) await Task.Yield();
            return true;
        }

        await using var store = PrefixStores.Open(folder.Path,
            PostgresServer.Connection(server.Dsn(new Uri(dsn).AbsolutePath[1..], cut.Port)));
        var catalog = new SnapshotCatalog(store);
        var seen = await catalog.RequirePointerAsync(Token);
        var loaded = await catalog.LoadManifestAsync((await catalog.ListAsync(Token))[1].ManifestKey, Token);
        var publisher = new PointerPublisher(store, move: new PointerMove(PointerChange.Rollback, seen.Pointer!.ManifestRef, null));
        cut.Arm();

        var swap = publisher.SwapAsync(seen.ETag, loaded.ToPointer(TimeProvider.System, seen), false, Token);

        var isMade = reachesTheServer != "never";
        if (isMade) Assert.Null((await swap).SupersededBy);
        else Assert.Equal(ErrorKind.PublishCurrent, (await Assert.ThrowsAsync<ShardyFusionException>(() => swap)).Kind);
        Assert.True(cut.HasCut);
        // Once, and never twice.
        Assert.Equal(isMade ? ["run-0", "run-1", "run-0"] : ["run-0", "run-1"],
            await PostgresServer.QueryAsync(dsn, Moves));
    }

    [Fact]
    public async Task Read_WithoutAServer_SaysSoAfterItsTries()
    {
        await server.NewDatabaseAsync();
        var port = ServerScript.FreePorts(1);
        var connection = PostgresServer.Connection(server.Dsn("postgres", port)) with { MaxRetries = 2 };
        await using var store = PrefixStores.Open(folder.Path, connection);

        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => new SnapshotCatalog(store).ReadPointerAsync(Token));

        Assert.Equal(ErrorKind.StorageTransient, error.Kind);
        Assert.True(error.Retryable);
        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_ByARoleThatOnlyReads_IsDeniedAndSaysWhatToGrant()
    {
        var dsn = await server.NewDatabaseAsync();
        await (await StoreAsync(dsn, 2)).DisposeAsync();
        var role = "r" + Guid.NewGuid().ToString("N");
        await PostgresServer.ExecuteAsync(dsn, $"CREATE ROLE {role} LOGIN PASSWORD '{PostgresServer.Password}';"
            + $"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}");
        await using var store = SnapshotStore.Open(folder.Path,
            PostgresServer.Connection(dsn.Replace("//tester:", $"//{role}:", StringComparison.Ordinal)));

        Assert.Equal("run-1", (await store.GetInfoAsync(new SnapshotSelector(), Token)).RunId);
        var plan = await store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 }, Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.RollbackAsync(plan, false, Token));

        Assert.Equal(ErrorKind.StorageDenied, error.Kind);
        Assert.Contains("GRANT", error.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_WhereTablesAreNotToBeMade_SaysWhich()
    {
        var dsn = await server.NewDatabaseAsync();
        var database = new ShardyFusion.Postgres.PostgresManifestStore(dsn) { MakesTables = false };
        await using var store = PrefixStores.Open(folder.Path, new StoreConnection { ManifestStore = database });

        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, [1]));

        Assert.Contains("CREATE TABLE", error.RecommendedAction, StringComparison.Ordinal);
        Assert.False(File.Exists(folder[ManifestStoreMark.Key]));
    }

    async Task<IObjectStore> StoreAsync(string dsn, int runs)
    {
        var store = PrefixStores.Open(folder.Path, PostgresServer.Connection(dsn));
        for (var run = 0; run < runs; run++)
            await PublishAsync(store, [1, 2, 3 + run], options: new BuildOptions { RunId = $"run-{run}", ShardCount = 1 });
        return store;
    }

    /// <summary>Stands before the server and ends a connection at its commit, once armed, whether that reaches the server or
    /// not.</summary>
    sealed class CommitCut : IAsyncDisposable
    {
        readonly TcpListener listener = new(IPAddress.Loopback, 0);
        readonly CancellationTokenSource end = new();
        readonly int serverPort;
        readonly Func<Task<bool>> passesOn;
        volatile bool isArmed;

        /// <param name="serverPort">The server's port.</param>
        /// <param name="passesOn">Ends when the commit shall go on to the server, true, or when it never will.</param>
        public CommitCut(int serverPort, Func<Task<bool>> passesOn)
        {
            (this.serverPort, this.passesOn) = (serverPort, passesOn);
            listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public bool HasCut { get; private set; }

        public void Arm() => isArmed = true;

        async Task AcceptAsync()
        {
            while (!end.IsCancellationRequested)
            {
                TcpClient client;
                try
                {
                    client = await listener.AcceptTcpClientAsync(end.Token);
                }
                catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
                {
                    return;
                }
                _ = ServeAsync(client);
            }
        }

        async Task ServeAsync(TcpClient client)
        {
            using var near = client;
            using var far = new TcpClient();
            await far.ConnectAsync(IPAddress.Loopback, serverPort);
            var (here, there) = (near.GetStream(), far.GetStream());
            var back = there.CopyToAsync(here, end.Token);
            var buffer = new byte[1 << 16];
            try
            {
                while (await here.ReadAsync(buffer, end.Token) is > 0 and var count)
                {
                    if (isArmed && buffer.AsSpan(0, count).IndexOf("COMMIT\0"u8) >= 0)
                    {
                        isArmed = false;
                        HasCut = true;
                        near.Client.Close(0);
                        if (!await passesOn()) return;
                        await there.WriteAsync(buffer.AsMemory(0, count), end.Token);
                        // Until the server has carried it out and said so.
                        while (!back.IsCompleted) await Task.Yield();
                        return;
                    }
                    await there.WriteAsync(buffer.AsMemory(0, count), end.Token);
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
            }
        }

        public ValueTask DisposeAsync()
        {
            end.Cancel();
            listener.Stop();
            return ValueTask.CompletedTask;
        }
    }
}
