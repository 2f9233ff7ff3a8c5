using System.Collections.Concurrent;
using System.Security.Cryptography;
using Npgsql;
using ShardyFusion.Stores;

namespace ShardyFusion.Postgres;

/// <summary>Sends statements over pooled connections, and once more what failed on the way.</summary>
/// <param name="server">The server.</param>
/// <param name="connection">How long to wait and how often to try.</param>
sealed class PostgresRequests(ServerAddress server, StoreConnection connection)
{
    // One pool a server and process, as long as the process: commands open their stores anew each time. Idle connections are closed.
    static readonly ConcurrentDictionary<(ServerAddress, TimeSpan, int), Lazy<NpgsqlDataSource>> Pools = new();

    static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>The server, for messages.</summary>
    public ServerAddress Server => server;

    /// <summary>Reads; tries again what may pass.</summary>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="work">Reads; may be called several times.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<T> ReadAsync<T>(string what, Func<NpgsqlConnection, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await OnceAsync(work, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or System.IO.IOException)
            {
                if (attempt >= connection.MaxRetries || !PostgresFaults.IsTransient(e)) throw PostgresFaults.Of(e, what, server);
                await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Changes, in one transaction. Tries again only what the server did not begin or has surely undone; where nobody can tell,
    /// the error says so and the caller looks.</summary>
    /// <param name="what">What it is, for messages.</param>
    /// <param name="work">Changes; may be called several times.</param>
    /// <param name="cancellationToken">Cancels it; what was sent may be done all the same.</param>
    public async Task<T> ChangeAsync<T>(string what, Func<NpgsqlConnection, CancellationToken, Task<T>> work,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var isSent = false;
            try
            {
                return await OnceAsync(async (link, token) =>
                {
                    var transaction = await link.BeginTransactionAsync(token).ConfigureAwait(false);
                    await using var end = transaction.ConfigureAwait(false);
                    var result = await work(link, token).ConfigureAwait(false);
                    isSent = true;
                    await transaction.CommitAsync(token).ConfigureAwait(false);
                    return result;
                }, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or System.IO.IOException)
            {
                // Without its commit the server undoes a transaction.
                if (isSent || attempt >= connection.MaxRetries || !PostgresFaults.IsTransient(e)) throw PostgresFaults.Of(e, what, server);
                await PauseAsync(attempt, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    async Task<T> OnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var link = await Pool().OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var end = link.ConfigureAwait(false);
        return await work(link, cancellationToken).ConfigureAwait(false);
    }

    // Half to all of a time that doubles, so that many who failed together do not come back together.
    Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var most = Math.Min(connection.RetryDelay.TotalMilliseconds * Math.Pow(2, Math.Min(attempt, 16)), LongestPause.TotalMilliseconds);
        var part = 500 + RandomNumberGenerator.GetInt32(500);
        return Task.Delay(TimeSpan.FromMilliseconds(most * part / 1000), cancellationToken);
    }

    NpgsqlDataSource Pool() => Pools.GetOrAdd((server, connection.ConnectTimeout, connection.MaxConcurrentRequests),
        static key => new Lazy<NpgsqlDataSource>(() => Open(key.Item1, key.Item2, key.Item3))).Value;

    static NpgsqlDataSource Open(ServerAddress server, TimeSpan connectTimeout, int most)
    {
        var said = server.ToBuilder();
        if (!said.ContainsKey("Timeout")) said.Timeout = (int)Math.Clamp(Math.Ceiling(connectTimeout.TotalSeconds), 1, 1024);
        said.MaxPoolSize = Math.Clamp(most, 1, 16);
        var builder = new NpgsqlSlimDataSourceBuilder(said.ConnectionString);
        builder.EnableTransportSecurity();
        builder.EnableArrays();
        return server.HasSeveralHosts ? builder.BuildMultiHost() : builder.Build();
    }
}
