using Npgsql;
using ShardyFusion.Errors;

namespace ShardyFusion.Postgres;

/// <summary>What PostgreSQL and the way to it report, in the engine's kinds.</summary>
static class PostgresFaults
{
    /// <summary>True when the same request may succeed a moment later.</summary>
    public static bool IsTransient(Exception e) => e switch
    {
        PostgresException answer => answer.IsTransient || KindOf(answer) == ErrorKind.StorageTransient,
        NpgsqlException lost => lost.IsTransient || lost.InnerException is System.IO.IOException or TimeoutException
            or System.Net.Sockets.SocketException,
        _ => true,
    };

    /// <summary>The error for a failed request.</summary>
    /// <param name="e">What failed.</param>
    /// <param name="what">What was to be done.</param>
    /// <param name="server">The server.</param>
    public static ShardyFusionException Of(Exception e, string what, ServerAddress server)
    {
        var answer = e as PostgresException;
        var kind = answer is not null ? KindOf(answer) : IsTransient(e) ? ErrorKind.StorageTransient : ErrorKind.StorageDenied;
        var said = answer is null ? SaidBy(e) : $"{answer.MessageText} (SQLSTATE {answer.SqlState})";
        return new ShardyFusionException(kind, $"{what} failed at {server}: {said}.", e)
        {
            Target = server.ToString(),
            RecommendedAction = AdviceFor(answer?.SqlState)!,
        };
    }

    static string SaidBy(Exception e) => e.Message.TrimEnd('.')
        + (e.InnerException is { } inner and not AggregateException ? $" ({inner.Message.TrimEnd('.')})" : "");

    static ErrorKind KindOf(PostgresException answer) => answer.SqlState switch
    {
        "42501" or "25006" => ErrorKind.StorageDenied,
        "3D000" or "3F000" or "42P01" => ErrorKind.StorageNotFound,
        "53100" => ErrorKind.StorageFull,
        "55P03" or "57014" => ErrorKind.StorageTransient,
        ['2', '8', ..] => ErrorKind.StorageDenied,
        ['0', '8', ..] or ['4', '0', ..] or ['5', '3', ..] or ['5', '7', 'P', ..] => ErrorKind.StorageTransient,
        _ => ErrorKind.ManifestStore,
    };

    static string? AdviceFor(string? state) => state switch
    {
        "28P01" or "28000" => "Check user and password of the connection string, and that the server lets this machine in.",
        "42501" => "Let the role use the manifest store's tables: GRANT SELECT to read, INSERT, UPDATE and DELETE, too, to publish and "
            + "clean up, and CREATE on the schema if the tables are to be made.",
        "25006" => "This server only reads: name the primary, or add target_session_attrs=read-write to the connection string.",
        "3D000" => "Create the database first, or correct its name in the connection string.",
        "42P01" or "3F000" => "Publish a snapshot first, which makes the tables, or check the table's name and the search path.",
        _ => null,
    };
}
