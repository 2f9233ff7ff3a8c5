using System.Text.Json;
using ShardyFusion.Routing;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.Sqlite;

/// <summary>A golden snapshot and what it holds.</summary>
sealed class SqliteSnapshot(string path)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    public string Name => Path.GetFileName(path);

    /// <summary>Its objects.</summary>
    public string Tree => Path.Combine(path, "tree");

    /// <summary>Keys with what they hold, absent ones too.</summary>
    public IReadOnlyList<Row> Rows => RowsOf("expected.jsonl");

    /// <summary>As <see cref="Rows"/>, of another file.</summary>
    public IReadOnlyList<Row> RowsOf(string file) => [.. File.ReadLines(Path.Combine(path, file)).Select(Row.Parse)];

    /// <summary>Files of its shards, relative to a store.</summary>
    public string[] ShardFiles => [.. Directory.GetFiles(Tree, "shard.db", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Tree, file)).Order(StringComparer.Ordinal)];

    /// <summary>Copies it to a folder of this machine.</summary>
    public void CopyTo(string folder)
    {
        foreach (var file in Directory.GetFiles(Tree, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(folder, Path.GetRelativePath(Tree, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>Copies it to a store.</summary>
    public async Task CopyToAsync(IObjectStore store)
    {
        var source = new FileObjectStore(Tree);
        await foreach (var entry in source.ListAsync("", null, Token))
            await store.PutAsync(entry.Key, (await source.GetAsync(entry.Key, 64 << 20, Token))!.Content,
                new PutOptions(PutCondition.Always), Token);
    }

    /// <param name="Key">As a lookup names it.</param>
    /// <param name="Context">Columns beside the key; null for none.</param>
    /// <param name="Value">Null when the key is absent.</param>
    /// <param name="DbId">Where it routes to.</param>
    public sealed record Row(object Key, RoutingContext? Context, byte[]? Value, int? DbId)
    {
        public bool IsPresent => Value is not null;

        /// <summary>Tells keys apart that are equal but for their columns.</summary>
        public string Id => $"{(Key is byte[] bytes ? Convert.ToHexString(bytes) : Key)} {DbId}";

        public static Row Parse(string line)
        {
            using var json = JsonDocument.Parse(line);
            var row = json.RootElement;
            object key = row.GetProperty("key_type").GetString() switch
            {
                "int" => row.GetProperty("key").GetInt64(),
                "bytes" => row.GetProperty("key").GetBytesFromBase64(),
                _ => row.GetProperty("key").GetString()!,
            };
            return new Row(key, row.TryGetProperty("context", out var context) ? ContextOf(context) : null,
                row.GetProperty("value_b64") is { ValueKind: JsonValueKind.String } value ? value.GetBytesFromBase64() : null,
                row.TryGetProperty("db_id", out var dbId) && dbId.ValueKind == JsonValueKind.Number ? dbId.GetInt32() : null);
        }

        static RoutingContext ContextOf(JsonElement columns) => RoutingContext.Of(columns.EnumerateObject()
            .Where(column => column.Name != "key").ToDictionary(column => column.Name, column => (object?)column.Value.GetString()));
    }
}
