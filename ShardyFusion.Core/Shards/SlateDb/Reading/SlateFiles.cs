using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Sst;
using ShardyFusion.Stores;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>The objects of one SlateDB database below a snapshot prefix. Safe for concurrent callers.</summary>
/// <param name="store">Where it lies.</param>
/// <param name="folder">Its path in the store, without a slash at the end; empty for the store's root.</param>
/// <param name="wrap">Stands between the reader and an object, to pace or to hash what is read; null for nothing.</param>
sealed class SlateFiles(IObjectStore store, string folder, Func<IShardSource, IShardSource>? wrap = null)
{
    const string ManifestFolder = "manifest/", ManifestSuffix = ".manifest";
    const string WalFolder = "wal/", TableFolder = "compacted/", TableSuffix = ".sst";
    const int NumberDigits = 20;

    /// <summary>A manifest of a hundred thousand tables has a fifth of that.</summary>
    const long MaxManifestBytes = 128L << 20;

    /// <summary>The database's absolute ref.</summary>
    public string Root { get; } = folder.Length == 0 ? store.Root : RefOf(store, folder);

    string Prefix { get; } = folder.Length == 0 ? "" : folder + "/";

    static string RefOf(IObjectStore store, string key) => $"{store.Root}/{key}";

    /// <summary>True when a key below a database is a manifest's: what a SlateDB database is recognised by.</summary>
    /// <param name="relativeKey">The key below the database's folder.</param>
    public static bool IsManifest(ReadOnlySpan<char> relativeKey) => TryNumber(relativeKey, ManifestFolder, ManifestSuffix, out _);

    /// <summary>Lists the database: one request for each thousand objects.</summary>
    public async Task<SlateListing> ListAsync(CancellationToken cancellationToken)
    {
        var listing = new SlateListing();
        await foreach (var entry in store.ListAsync(Prefix, null, cancellationToken).ConfigureAwait(false))
        {
            var name = entry.Key.AsSpan(Prefix.Length);
            if (TryNumber(name, ManifestFolder, ManifestSuffix, out var number))
                listing.Manifests[number] = entry.SizeBytes;
            else if (TryNumber(name, WalFolder, TableSuffix, out number))
                listing.Wal[number] = entry.SizeBytes;
            else if (name.Length == TableFolder.Length + Ulid.Length + TableSuffix.Length && name.StartsWith(TableFolder)
                && name.EndsWith(TableSuffix))
                listing.Tables[name.Slice(TableFolder.Length, Ulid.Length).ToString()] = entry.SizeBytes;
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
        var found = await store.HeadAsync(key, cancellationToken).ConfigureAwait(false);
        return found is null ? throw Missing(RefOf(store, key), null) : Wrapped(key, found.SizeBytes);
    }

    IShardSource SourceOf(string name, long sizeBytes) => Wrapped(Prefix + name, sizeBytes);

    IShardSource Wrapped(string key, long sizeBytes)
    {
        var name = RefOf(store, key);
        var source = new StoreShardSource(store, key, name, sizeBytes, cause => Missing(name, cause));
        return wrap is null ? source : wrap(source);
    }

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

    /// <summary>Tables, used ones and others.</summary>
    public Dictionary<string, long> Tables { get; } = new(StringComparer.Ordinal);
}
