using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ShardyFusion.Core.Tests.Shards.Sqlite;

/// <summary>Makes SQLite files with SQLite itself.</summary>
static class SqliteMaker
{
    /// <summary>The table of a shard, as shardyfusion makes it.</summary>
    public const string Table = "CREATE TABLE kv (k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID";

    /// <summary>Makes a file.</summary>
    /// <param name="path">Where.</param>
    /// <param name="statements">What to do, one after the other.</param>
    public static void Make(string path, params string[] statements)
    {
        using var connection = Open(path);
        foreach (var statement in statements)
            Run(connection, statement);
    }

    /// <summary>Makes a file of rows in a shard's table.</summary>
    /// <param name="path">Where.</param>
    /// <param name="pageBytes">Size of its pages.</param>
    /// <param name="rows">Keys and values in the order in which they are put in.</param>
    public static void MakeShard(string path, int pageBytes, IEnumerable<(byte[] Key, byte[] Value)> rows)
    {
        using var connection = Open(path);
        Run(connection, $"PRAGMA page_size={pageBytes}");
        Run(connection, Table);
        using var transaction = connection.BeginTransaction();
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO kv VALUES ($k, $v)";
        var (k, v) = (insert.Parameters.Add("$k", SqliteType.Blob), insert.Parameters.Add("$v", SqliteType.Blob));
        foreach (var (key, value) in rows)
        {
            (k.Value, v.Value) = (key, value);
            insert.ExecuteNonQuery();
        }
        transaction.Commit();
    }

    /// <summary>The first value of an answer, as text.</summary>
    public static string? Ask(string path, string question)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = question;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }

    /// <summary>Every row of a shard's table in key order.</summary>
    public static List<(byte[] Key, byte[] Value)> Rows(string path)
    {
        using var connection = Open(path);
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT k, v FROM kv ORDER BY k";
        using var reader = command.ExecuteReader();
        var rows = new List<(byte[] Key, byte[] Value)>();
        while (reader.Read())
            rows.Add(((byte[])reader[0], (byte[])reader[1]));
        return rows;
    }

    static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    static void Run(SqliteConnection connection, string statement)
    {
        using var command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }
}
