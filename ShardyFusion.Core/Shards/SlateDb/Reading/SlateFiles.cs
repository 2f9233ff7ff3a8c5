using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>The objects of one SlateDB database below a snapshot prefix. Safe for concurrent callers.</summary>
/// <param name="store">Where it lies.</param>
/// <param name="folder">Its path in the store, without a slash at the end; empty for the store's root.</param>
sealed class SlateFiles(IShardFiles store, string folder)
{
    const string ManifestFolder = "manifest/", ManifestSuffix = ".manifest";
    const string WalFolder = "wal/", TableFolder = "compacted/", TableSuffix = ".sst";
    const int NumberDigits = 20;

    /// <summary>A manifest of a hundred thousand tables has a fifth of that.</summary>
    const long MaxManifestBytes = 128L << 20;

    /// <summary>The database's absolute ref.</summary>
    public string Root { get; } = folder.Length == 0 ? store.Root : RefOf(store, folder);

    string Prefix { get; } = folder.Length == 0 ? "" : folder + "/";

    static string RefOf(IShardFiles store, string key) => $"{store.Root}/{key}";

    /// <summary>Lists the database: one request for each thousand objects.</summary>
    public async Task<SlateListing> ListAsync(CancellationToken cancellationToken)
    {
        var listing = new SlateListing();
        await foreach (var (key, bytes) in store.ListAsync(Prefix, cancellationToken).ConfigureAwait(false))
        {
            var name = key.AsSpan(Prefix.Length);
            if (TryNumber(name, ManifestFolder, ManifestSuffix, out var number))
                listing.Manifests[number] = bytes;
            else if (TryNumber(name, WalFolder, TableSuffix, out number))
                listing.Wal[number] = bytes;
            else if (name.Length == TableFolder.Length + Ulid.Length + TableSuffix.Length && name.StartsWith(TableFolder)
                && name.EndsWith(TableSuffix))
                listing.Tables[name.Slice(TableFolder.Length, Ulid.Length).ToString()] = bytes;
            else
                listing.Others[name.ToString()] = bytes;
            listing.ObjectCount++;
        }
        return listing;
    }

    static bool TryNumber(ReadOnlySpan<char> name, string inFolder, string suffix, out ulong number)
    {
        number = 0;
        return name.Length == inFolder.Length + NumberDigits + suffix.Length && name.StartsWith(inFolder) && name.EndsWith(suffix)
            && ulong.TryParse(name.Slice(inFolder.Length, NumberDigits), NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>Reads and checks a manifest: one request.</summary>
    public async Task<SlateManifest> ReadManifestAsync(ulong id, long sizeBytes, CancellationToken cancellationToken)
    {
        var source = SourceOf(ManifestFolder + Number(id) + ManifestSuffix, sizeBytes);
        if (sizeBytes > MaxManifestBytes)
            throw new ShardCorruptException(source.Name, 0,
                $"a manifest of {sizeBytes} bytes is larger than this reader supports ({MaxManifestBytes})");
        var bytes = new byte[sizeBytes];
        await source.ReadExactlyAsync(0, bytes, cancellationToken).ConfigureAwait(false);
        return SlateManifestReader.Read(source.Name, id, bytes);
    }

    /// <summary>A log file.</summary>
    public IShardSource WalSource(ulong id, long sizeBytes) => SourceOf(WalFolder + Number(id) + TableSuffix, sizeBytes);

    /// <summary>A table. That of another database costs a request, as its size is not in this one's listing.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/>: it is not there.</exception>
    public async ValueTask<IShardSource> TableSourceAsync(SlateSst table, SlateListing listing, CancellationToken cancellationToken)
    {
        var name = TableFolder + table.Name + TableSuffix;
        if (table.Folder is null)
            return listing.Tables.TryGetValue(table.Name, out var bytes) ? SourceOf(name, bytes)
                : throw Missing(RefOf(store, Prefix + name), null);
        // The path of another database starts at the root of the store that both lie in.
        var key = table.Folder.Trim('/') is { Length: > 0 } other ? $"{other}/{name}" : name;
        var found = await store.FindAsync(key, cancellationToken).ConfigureAwait(false);
        return store.Open(key, found ?? throw Missing(RefOf(store, key), null), Missing);
    }

    IShardSource SourceOf(string name, long sizeBytes) => store.Open(Prefix + name, sizeBytes, Missing);

    static string Number(ulong id) => id.ToString("D20", CultureInfo.InvariantCulture);

    /// <summary>The error for a database that lacks a file.</summary>
    public static ShardyFusionException Missing(string name, Exception? cause) =>
        new(ErrorKind.SnapshotIncomplete, $"The SlateDB database is incomplete: '{name}' is missing.", cause) { Target = name };

    /// <summary>The error for a folder that holds no database.</summary>
    public ShardyFusionException NoDatabase() =>
        new(ErrorKind.SnapshotIncomplete, $"There is no SlateDB manifest below '{Root}/{ManifestFolder}'.") { Target = Root };

    /// <summary>The error for a manifest that is not there.</summary>
    public ShardyFusionException NoManifest(ulong id) => Missing($"{Root}/{ManifestFolder}{Number(id)}{ManifestSuffix}", null);

    /// <summary>The error for a log file that lacks between others.</summary>
    public ShardyFusionException MissingWal(ulong id) => Missing($"{Root}/{WalFolder}{Number(id)}{TableSuffix}", null);
}

/// <summary>Sizes of a database's objects by their numbers and names.</summary>
sealed class SlateListing
{
    /// <summary>Manifests; the greatest number is the latest.</summary>
    public SortedDictionary<ulong, long> Manifests { get; } = [];

    /// <summary>Log files.</summary>
    public SortedDictionary<ulong, long> Wal { get; } = [];

    /// <summary>Objects that are none of these.</summary>
    public Dictionary<string, long> Others { get; } = new(StringComparer.Ordinal);

    /// <summary>All objects.</summary>
    public int ObjectCount { get; set; }

    /// <summary>True when a SlateDB database is there, or what is left of one: it is told by the names of its files alone.</summary>
    public bool IsDatabase => Manifests.Count + Wal.Count + Tables.Count > 0;

    /// <summary>Tables, used ones and others.</summary>
    public Dictionary<string, long> Tables { get; } = new(StringComparer.Ordinal);
}
