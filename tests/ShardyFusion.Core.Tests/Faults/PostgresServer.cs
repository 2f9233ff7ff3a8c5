using Npgsql;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Postgres;
using ShardyFusion.Stores;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A real PostgreSQL for the whole test run, Debian's, started when the first test asks for it.</summary>
/// <remarks>Where it cannot be had the test is skipped, in CI it fails.</remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The superuser's password, which nothing may show.</summary>
    public const string Password = "test password";

    readonly SemaphoreSlim starting = new(1, 1);
    int port;
    string? failure;
    bool isStarted;

    /// <summary>Its port, once <see cref="NewDatabaseAsync"/> returned.</summary>
    public int Port => port;

    /// <summary>Makes a database that nobody used before.</summary>
    /// <returns>Its connection string, as a user writes it.</returns>
    public async Task<string> NewDatabaseAsync()
    {
        await RequireAsync();
        var name = $"t{Guid.NewGuid():N}";
        await ExecuteAsync(Dsn("postgres"), $"CREATE DATABASE {name}");
        return Dsn(name);
    }

    /// <summary>The connection string of a database, over another port than the server's where a proxy stands before it.</summary>
    public string Dsn(string database, int? proxyPort = null) =>
        $"postgresql://tester:{Uri.EscapeDataString(Password)}@127.0.0.1:{proxyPort ?? port}/{database}?sslmode=disable";

    /// <summary>A connection whose manifests are in that database.</summary>
    public static StoreConnection Connection(string dsn, string? rowsPrefix = null, string table = PostgresManifestStore.DefaultTable) =>
        new()
        {
            ManifestStore = new PostgresManifestStore(dsn) { RowsPrefix = rowsPrefix, Table = table },
            RetryDelay = TimeSpan.FromMilliseconds(5),
        };

    /// <summary>Runs statements, to look behind the store or to do what another program does.</summary>
    public static async Task ExecuteAsync(string dsn, string statements)
    {
        await using var source = NpgsqlDataSource.Create(ServerAddress.Parse(dsn).ToBuilder().ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(statements);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The first column of what a query gives.</summary>
    public static async Task<IReadOnlyList<string>> QueryAsync(string dsn, string query)
    {
        await using var source = NpgsqlDataSource.Create(ServerAddress.Parse(dsn).ToBuilder().ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(query);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var found = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken)) found.Add(reader.GetValue(0).ToString()!);
        return found;
    }

    /// <summary>Crashes the server and starts it again.</summary>
    public Task RestartAsync() => RunScriptAsync("restart");

    async Task RequireAsync()
    {
        await starting.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (!isStarted && failure is null) failure = await StartAsync();
        }
        finally
        {
            starting.Release();
        }
        if (failure is not null) ServerScript.GiveUp($"No PostgreSQL: {failure} Run on Debian with its package postgresql.");
    }

    async Task<string?> StartAsync()
    {
        if (!OperatingSystem.IsLinux()) return "tests/tools/postgres.sh needs Linux.";
        port = ServerScript.FreePorts(1);
        var (exitCode, output) = await RunScriptAsync("start");
        isStarted = exitCode == 0;
        return isStarted ? null : "tests/tools/postgres.sh failed: " + output;
    }

    Task<(int ExitCode, string Output)> RunScriptAsync(string command) =>
        ServerScript.RunAsync("postgres.sh", command, new Dictionary<string, string>
        {
            ["POSTGRES_PORT"] = ServerScript.Text(port),
            ["POSTGRES_DIR"] = Path.Combine(Path.GetTempPath(), $"shardyfusion-postgres-{port}"),
            ["POSTGRES_OWNER_PID"] = ServerScript.Text(Environment.ProcessId),
        });

    public async ValueTask DisposeAsync()
    {
        if (port != 0) await RunScriptAsync("clean");
        starting.Dispose();
    }
}
