using ShardyFusion.Errors;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>Opens a database: a listing, its manifest, the end of each table, each log file that is not in tables.</summary>
/// <param name="files">The database.</param>
/// <param name="cache">Where blocks are kept.</param>
/// <param name="options">How it is read.</param>
sealed class SlateOpening(SlateFiles files, BlockCache cache, SlateReadOptions options)
{
    const int ParallelReads = 8;

    long tableBytes;

    /// <inheritdoc cref="SlateShard.OpenAsync(SlateFiles, SlateListing, BlockCache, SlateReadOptions, CancellationToken)"/>
    public async Task<SlateShard> RunAsync(SlateListing listing, CancellationToken cancellationToken)
    {
        if (listing.Manifests.Count == 0)
            throw files.NoDatabase();
        var latest = listing.Manifests.Keys.Max();
        var wanted = options.ManifestId ?? latest;
        if (!listing.Manifests.TryGetValue(wanted, out var manifestBytes))
            throw files.NoManifest(wanted);
        var manifest = await files.ReadManifestAsync(wanted, manifestBytes, cancellationToken).ConfigureAwait(false);
        RequireReadable(manifest);
        await RequireSameRangesAsync(manifest, listing, cancellationToken).ConfigureAwait(false);
        var replay = new WalReplay(files, listing, manifest, wanted == latest);
        var rows = replay.ReadAsync(cancellationToken);
        var levels = OpenLevelsAsync(manifest, listing, cancellationToken);
        await Task.WhenAll(rows, levels).ConfigureAwait(false);
        var (opened, logged) = (await levels.ConfigureAwait(false), await rows.ConfigureAwait(false));
        return new SlateShard(manifest, opened, logged, cache, options.Clock)
        {
            Root = files.Root,
            WalFileCount = replay.FileCount,
            StoredBytes = manifestBytes + replay.StoredBytes + tableBytes,
        };
    }

    static void RequireReadable(SlateManifest manifest)
    {
        if (!manifest.IsInitialized)
            throw new ShardyFusionException(ErrorKind.SnapshotIncomplete,
                $"The SlateDB database of '{manifest.File}' is a clone that is not finished.")
            { Target = manifest.File };
        if (manifest.WalStore.Length > 0)
            throw new BlockOrigin(manifest.File, 0).Fault(
                $"its log files lie in another store ('{SecretRedactor.Redact(manifest.WalStore)}'), which this reader does not read");
    }

    // A manifest has no checksum, and nothing but another manifest tells which keys a clone sees of a table.
    async Task RequireSameRangesAsync(SlateManifest manifest, SlateListing listing, CancellationToken cancellationToken)
    {
        var before = listing.Manifests.Keys.LastOrDefault(id => id < manifest.Id);
        if (before == 0 || manifest.Views.All(view => view.Visible.IsAll))
            return;
        var older = await files.ReadManifestAsync(before, listing.Manifests[before], cancellationToken).ConfigureAwait(false);
        var known = older.Views.ToLookup(view => view.Id);
        foreach (var view in manifest.Views)
            if (known[view.Id].Any() && !known[view.Id].Any(view.ShowsAs))
                throw new BlockOrigin(manifest.File, 0).Fault(
                    $"it shows other keys of table {view.Table.Name} than manifest {before} does");
    }

    async Task<OpenLevel[]> OpenLevelsAsync(SlateManifest manifest, SlateListing listing, CancellationToken cancellationToken)
    {
        using var slots = new SemaphoreSlim(ParallelReads);
        // A clone may see a table in several parts; it is opened once.
        var opening = manifest.Views.Select(view => view.Table).Distinct()
            .ToDictionary(table => table, table => OpenAsync(table, listing, slots, cancellationToken));
        await Task.WhenAll(opening.Values).ConfigureAwait(false);
        var tables = new Dictionary<SlateSst, SlateTable>(opening.Count);
        foreach (var (named, table) in opening)
            tables[named] = await table.ConfigureAwait(false);
        return [.. manifest.Trees.SelectMany(tree => tree.Levels.Select(level =>
            new OpenLevel(tree.Prefix, [.. level.Select(view => new OpenView(tables[view.Table], view.Visible))])))];
    }

    async Task<SlateTable> OpenAsync(SlateSst named, SlateListing listing, SemaphoreSlim slots, CancellationToken cancellationToken)
    {
        await slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var source = await files.TableSourceAsync(named, listing, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref tableBytes, source.Length);
            return await SlateTable.OpenAsync(named, source, LoaderOf, cancellationToken).ConfigureAwait(false);

            BlockLoader LoaderOf(SlateTable table) => new(source, table, cache, BlockScratch.NewOwner());
        }
        finally
        {
            slots.Release();
        }
    }
}
