using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using ShardyFusion.Reading;
using ShardyFusion.Shards.SlateDb.Reading;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>A database or snapshot and what it holds.</summary>
sealed class GoldenDatabase
{
    readonly Dictionary<int, string> shards = [];
    readonly ulong? manifestId;

    public GoldenDatabase(string path)
    {
        Name = Path.GetFileName(path);
        StoreFolder = Path.Combine(path, "store");
        using var about = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "about.json")));
        if (about.RootElement.TryGetProperty("db", out var db))
            shards[0] = db.GetString()!;
        else
            foreach (var shard in about.RootElement.GetProperty("shards").EnumerateObject())
                shards[int.Parse(shard.Name, CultureInfo.InvariantCulture)] = shard.Value.GetString()!;
        manifestId = about.RootElement.TryGetProperty("manifest", out var manifest) ? manifest.GetUInt64() : null;
        Prefix = about.RootElement.TryGetProperty("prefix", out var prefix) ? prefix.GetString() : null;
        Rows = [.. File.ReadLines(Path.Combine(path, "expected.jsonl")).Select(GoldenRow.Parse)];
    }

    public string Name { get; }

    /// <summary>Path of a snapshot in the store; null for a database.</summary>
    public string? Prefix { get; }

    /// <summary>The root of its object store.</summary>
    public string StoreFolder { get; }

    /// <summary>Every key with what it holds, and near misses.</summary>
    public IReadOnlyList<GoldenRow> Rows { get; }

    /// <summary>Its databases: one, or one a shard.</summary>
    public IReadOnlyCollection<int> ShardIds => shards.Keys;

    /// <summary>Path of a database in the store.</summary>
    public string FolderOf(int dbId) => shards[dbId];

    /// <summary>Rows of a shard.</summary>
    public GoldenRow[] RowsOf(int dbId) => [.. Rows.Where(row => row.DbId == dbId)];

    public Task<SlateShard> OpenAsync(int dbId, BlockCache? cache = null) => OpenAsync(new FileObjectStore(StoreFolder), dbId, cache);

    /// <summary>Opens it in a store that holds the same objects.</summary>
    public Task<SlateShard> OpenAsync(IObjectStore store, int dbId = 0, BlockCache? cache = null) => SlateShard.OpenAsync(
        new SlateFiles(new StoreShardFiles(store), shards[dbId]), cache ?? new BlockCache(8 << 20),
        new SlateReadOptions { ManifestId = manifestId },
        TestContext.Current.CancellationToken);

    /// <summary>Rows with a value, as a scan meets them.</summary>
    public static GoldenRow[] InOrder(IEnumerable<GoldenRow> rows) => [.. rows.Where(row => row.IsPresent || row.IsMerge)
        .OrderBy(row => row.Key, Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right)))];
}

/// <summary>What a key holds.</summary>
sealed record GoldenRow(int DbId, byte[] Key, byte[]? Value, int Length, string? Sha256, bool IsMerge)
{
    public bool IsPresent => Value is not null || Sha256 is not null;

    public static GoldenRow Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var row = document.RootElement;
        return new GoldenRow(
            row.TryGetProperty("db_id", out var dbId) && dbId.ValueKind == JsonValueKind.Number ? dbId.GetInt32() : 0,
            row.GetProperty("key_b64").GetBytesFromBase64(),
            row.TryGetProperty("value_b64", out var value) && value.ValueKind == JsonValueKind.String ? value.GetBytesFromBase64() : null,
            row.TryGetProperty("value_len", out var length) ? length.GetInt32() : 0,
            row.TryGetProperty("value_sha256", out var hash) ? hash.GetString() : null,
            row.TryGetProperty("merge", out var merge) && merge.GetBoolean());
    }

    /// <summary>True when an answer is the right one.</summary>
    public bool Is(ReadOnlyMemory<byte>? found)
    {
        if (found is not { } value)
            return !IsPresent;
        return Value is not null ? value.Span.SequenceEqual(Value)
            : Sha256 is not null && value.Length == Length && Convert.ToHexStringLower(SHA256.HashData(value.Span)) == Sha256;
    }
}
