using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.ManifestStores;

/// <summary>The manifests and the current pointer of one prefix, out of tables that it may share with others, as the objects that they
/// would be in an object store.</summary>
/// <remarks>
/// A manifest becomes a row in the transaction that first moves the pointer to it; until then it is an object, as it is without a database.
/// Safe for concurrent callers.
/// </remarks>
sealed class TableManifests
{
    const int FirstMoves = 8, MoreMoves = 256;

    readonly IManifestTables tables;
    readonly IObjectStore objects;
    readonly string root, prefix;
    // What a row says of its prefix where the whole manifest had to be loaded for it.
    readonly ConcurrentDictionary<(string RunId, DateTimeOffset PublishedAt), string> loadedPrefixes = new();

    /// <param name="tables">The tables.</param>
    /// <param name="objects">The prefix, with the manifests that were never published.</param>
    /// <param name="database">What it was opened as.</param>
    public TableManifests(IManifestTables tables, IObjectStore objects, ManifestStore database)
    {
        this.tables = tables;
        this.objects = objects;
        root = objects.Root;
        prefix = (database.RowsPrefix ?? root).TrimEnd('/');
        Description = database.Description;
    }

    /// <summary>Where the rows are, for people.</summary>
    public string Description { get; }

    /// <summary>Name of the tables.</summary>
    public string Name => tables.Name;

    /// <summary>True for a copied tree, of which the database knows nothing.</summary>
    public bool IsOfAnotherPrefix => prefix != root.TrimEnd('/');

    /// <inheritdoc cref="IManifestTables.PrepareAsync"/>
    public Task PrepareAsync(bool forManifests, CancellationToken cancellationToken)
    {
        RequireOwnPrefix();
        return tables.PrepareAsync(forManifests, cancellationToken);
    }

    /// <summary>The key of a manifest; null for a run id that no key can have.</summary>
    public static string? KeyOf(string runId, DateTimeOffset publishedAt)
    {
        var folder = $"{SnapshotTime.FormatName(publishedAt)}_run_id={runId}";
        return SnapshotPaths.TryParseManifestFolder(folder, out var parsed) && SnapshotPaths.IsSafeKey(parsed.ManifestKey)
            ? parsed.ManifestKey : null;
    }

    /// <summary>The run and the time in the key of a manifest; null for another key.</summary>
    public static ManifestFolder? FolderOf(string key) =>
        SnapshotPaths.TryGetManifestKey(key, out var found) && found == key && SnapshotPaths.TryParseManifestFolder(
            key.AsSpan()[SnapshotPaths.ManifestsPrefix.Length..^(SnapshotPaths.ManifestName.Length + 1)], out var folder) ? folder : null;

    /// <summary>The manifests of the prefix as entries of a listing, in the order of their keys.</summary>
    public async Task<IReadOnlyList<ListEntry>> ListAsync(CancellationToken cancellationToken)
    {
        var entries = new List<ListEntry>();
        foreach (var row in await tables.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            // One of which nobody knows whose it is shows in all histories, with what is wrong with it.
            if (KeyOf(row.RunId, row.PublishedAt) is { } key && await IsOwnAsync(row, cancellationToken).ConfigureAwait(false) != false)
                entries.Add(new ListEntry(key, false, row.SizeBytes, row.PublishedAt));
        }
        entries.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
        return entries;
    }

    /// <summary>A manifest; null when no row of this prefix has that run and time.</summary>
    public async Task<StoredObject?> LoadAsync(ManifestFolder folder, long maxBytes, CancellationToken cancellationToken)
    {
        var found = await tables.LoadAsync(folder.RunId, maxBytes, cancellationToken).ConfigureAwait(false);
        if (found is null || found.PublishedAt != folder.PublishedAt || IsOwn(found.Text) == false) return null;
        var content = Encoding.UTF8.GetBytes(found.Text);
        return new StoredObject(content, $"\"{Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 16))}\"", found.PublishedAt);
    }

    /// <summary>The current pointer; null when it was never moved.</summary>
    public async Task<TablePointer?> ReadPointerAsync(CancellationToken cancellationToken)
    {
        for (int skip = 0, count = FirstMoves; ; skip += count, count = MoreMoves)
        {
            var moves = await tables.ListMovesAsync(skip, count, cancellationToken).ConfigureAwait(false);
            for (var index = 0; index < moves.Count; index++)
            {
                if (await IsOwnAsync(moves[index], skip + index == 0, cancellationToken).ConfigureAwait(false))
                    return TablePointer.Of(root, moves[index], moves[index].Manifest is null ? null
                        : await tables.CheckOfAsync(moves[index].RunId, cancellationToken).ConfigureAwait(false));
            }
            if (moves.Count < count) return null;
        }
    }

    /// <summary>Moves the pointer.</summary>
    /// <param name="content">What the pointer says, as an object.</param>
    /// <param name="condition">When it is moved.</param>
    /// <param name="cancellationToken">Cancels the move; once it is sent its outcome is unknown.</param>
    public async Task<PutResult> MoveAsync(ReadOnlyMemory<byte> content, PutCondition condition, CancellationToken cancellationToken)
    {
        RequireOwnPrefix();
        var next = PointerCodec.Read(content.Span);
        if (FolderOf(next.ManifestKey) is not { } folder || folder.RunId != next.RunId)
            throw new ShardyFusionException(ErrorKind.ManifestBuild, $"'{next.ManifestRef}' is no manifest that a row can be made of.");
        var manifest = await FindManifestAsync(folder, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            var seen = await ReadPointerAsync(cancellationToken).ConfigureAwait(false);
            if (condition.Kind == PutConditionKind.CreateOnly ? seen is not null
                : condition.Kind == PutConditionKind.IfMatch && seen?.ETag != condition.ETag) return PutResult.ConditionFailed;
            var move = new TableMove(seen?.Row, next.UpdatedAt, folder.RunId, manifest);
            if (await tables.MoveAsync(move, (row, token) => IsOwnAsync(row, false, token), cancellationToken).ConfigureAwait(false))
                return new PutResult(true, TablePointer.ETagOf(new PointerRow(next.UpdatedAt, folder.RunId, null)), content.Length);
            if (condition.Kind != PutConditionKind.Always) return PutResult.ConditionFailed;
        }
    }

    /// <summary>Deletes the rows of manifests, as far as there are such rows of this prefix.</summary>
    public async Task DeleteAsync(IReadOnlyList<ManifestFolder> folders, CancellationToken cancellationToken)
    {
        RequireOwnPrefix();
        var rows = (await ListAsync(cancellationToken).ConfigureAwait(false)).Select(static entry => entry.Key)
            .ToHashSet(StringComparer.Ordinal);
        var runIds = folders.Where(folder => rows.Contains(folder.ManifestKey)).Select(static folder => folder.RunId).ToList();
        if (runIds.Count > 0) await tables.DeleteAsync(runIds, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Other prefixes that have rows, for a message; at most three.</summary>
    public async Task<IReadOnlyList<string>> OtherPrefixesAsync(CancellationToken cancellationToken)
    {
        var others = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var row in await tables.ListAsync(cancellationToken).ConfigureAwait(false))
            if (await PrefixOfAsync(row, cancellationToken).ConfigureAwait(false) is { } other && other != prefix) others.Add(other);
        return [.. others.Take(3)];
    }

    /// <returns>The manifest that has to become a row; null when it is one.</returns>
    async Task<ManifestText?> FindManifestAsync(ManifestFolder folder, CancellationToken cancellationToken)
    {
        if (await tables.LoadAsync(folder.RunId, ManifestCodec.MaxBytes, cancellationToken).ConfigureAwait(false) is { } there)
            return there.PublishedAt == folder.PublishedAt && IsOwn(there.Text) == true ? null
                : throw new ShardyFusionException(ErrorKind.StoreUnsafe,
                    $"The table '{tables.Name}' has another manifest of run '{folder.RunId}', and holds one a run. Nothing was written.")
                {
                    Target = folder.RunId,
                    RecommendedAction = "Build again under another run id, or keep the manifests of this prefix in tables of their own.",
                };
        var found = await objects.GetAsync(folder.ManifestKey, ManifestCodec.MaxBytes, cancellationToken).ConfigureAwait(false)
            ?? throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
                $"The manifest '{SnapshotPaths.ToRef(root, folder.ManifestKey)}' does not exist.")
            { Target = folder.RunId };
        if (found.Content.Span.StartsWith("SQLite format 3"u8))
            throw new ShardyFusionException(ErrorKind.StoreUnsafe,
                $"The manifest of run '{folder.RunId}' is a SQLite file, and the table '{tables.Name}' holds text. Nothing was written.")
            {
                Target = folder.RunId,
                RecommendedAction = "Build with YAML manifests, or publish to a pointer that is an object.",
            };
        // Only what can be read becomes what others read.
        ManifestCodec.ReadStored(found.Content.Span, folder.ManifestKey, out _);
        return new ManifestText(Encoding.UTF8.GetString(found.Content.Span), folder.PublishedAt);
    }

    /// <param name="row">A move.</param>
    /// <param name="isLast">True for the last of all moves: to a run without a manifest, it is what everybody sees.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    async ValueTask<bool> IsOwnAsync(PointerRow row, bool isLast, CancellationToken cancellationToken) => row.Manifest is null ? isLast
        : await IsOwnAsync(row.Manifest, cancellationToken).ConfigureAwait(false) ?? isLast;

    /// <returns>Null when nobody can tell.</returns>
    async ValueTask<bool?> IsOwnAsync(ManifestRow row, CancellationToken cancellationToken) =>
        await PrefixOfAsync(row, cancellationToken).ConfigureAwait(false) is { } of ? of == prefix : null;

    bool? IsOwn(string text) => PrefixIn(text) is { } of ? of == prefix : null;

    async ValueTask<string?> PrefixOfAsync(ManifestRow row, CancellationToken cancellationToken)
    {
        if ((row.Prefix ?? (row.Head is null ? null : ManifestHead.PrefixIn(row.Head))) is { } stated) return stated.TrimEnd('/');
        if (loadedPrefixes.TryGetValue((row.RunId, row.PublishedAt), out var known)) return known;
        var found = await tables.LoadAsync(row.RunId, ManifestCodec.MaxBytes, cancellationToken).ConfigureAwait(false);
        if (found is null || PrefixIn(found.Text) is not { } loaded) return null;
        return loadedPrefixes.GetOrAdd((row.RunId, row.PublishedAt), loaded);
    }

    static string? PrefixIn(string text)
    {
        if (ManifestHead.PrefixIn(text) is { } stated) return stated.TrimEnd('/');
        try
        {
            return ManifestCodec.Read(Encoding.UTF8.GetBytes(text), "manifest").Required.S3Prefix.TrimEnd('/');
        }
        catch (ShardyFusionException malformed) when (malformed.Kind == ErrorKind.ManifestParse)
        {
            return null;
        }
    }

    void RequireOwnPrefix()
    {
        if (IsOfAnotherPrefix)
            throw new ShardyFusionException(ErrorKind.StoreUnsafe, string.Create(CultureInfo.InvariantCulture,
                $"'{root}' is a copy that is read with the rows of '{prefix}', so nothing of it is changed."))
            {
                Target = root,
                RecommendedAction = $"Change '{prefix}' itself, or use the copy without its database.",
            };
    }
}
