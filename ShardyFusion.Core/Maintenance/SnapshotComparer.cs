using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Maintenance;

/// <summary>One comparison of two snapshots.</summary>
sealed class SnapshotComparer(PlacedSnapshot earlier, PlacedSnapshot later, CompareOptions options, CompareOutput output,
    TimeProvider clock)
{
    /// <summary>Differences handed over at once.</summary>
    const int BatchRows = 256;

    readonly Func<IReadOnlyList<RowDifference>, CancellationToken, ValueTask>? sink = options.Level == CompareLevel.Rows
        ? output.Differences : null;
    readonly LoadedManifest from = earlier.Loaded, to = later.Loaded;
    readonly KeyCodec codec = KeyCodec.For(later.Loaded.Manifest.Required.KeyEncoding);
    readonly SnapshotRows fromRows = new(earlier.Store, earlier.Loaded.Manifest), toRows = new(later.Store, later.Loaded.Manifest);
    readonly ValueEncoding? oldEncoding = earlier.Loaded.Manifest.Required.ValueEncoding;
    readonly ValueEncoding? newEncoding = later.Loaded.Manifest.Required.ValueEncoding;
    int groupsDone;
    long rowsRead, added, removed, changed;

    /// <summary>Compares two snapshots. Writes nothing.</summary>
    /// <param name="context">The prefix of the later one.</param>
    /// <param name="earlier">Where the earlier one lies; null for the same prefix.</param>
    /// <param name="options">Which ones, and how closely.</param>
    /// <param name="output">Who is told.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <remarks>Memory does not grow with rows or differences. Of shards with equal hashes nothing is read.</remarks>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> (an option, or keys that are stored in different
    /// ways, of which only the manifests can be compared), <see cref="ErrorKind.NoSnapshot"/>, <see cref="ErrorKind.SnapshotNotFound"/>,
    /// <see cref="ErrorKind.ManifestParse"/>, <see cref="ErrorKind.ShardCorrupt"/>, <see cref="ErrorKind.SnapshotIncomplete"/>, or a
    /// failure of a store.</exception>
    public static async Task<SnapshotComparison> CompareSnapshotsAsync(StoreContext context, StoreContext? earlier, CompareOptions options,
        CompareOutput output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        var to = await context.Catalog.LoadAsync(options.To, cancellationToken).ConfigureAwait(false);
        earlier ??= context;
        var from = options.From is null && ReferenceEquals(earlier, context)
            ? await LoadBeforeAsync(context.Catalog, to, cancellationToken).ConfigureAwait(false)
            : await earlier.Catalog.LoadAsync(options.From ?? SnapshotSelector.Current, cancellationToken).ConfigureAwait(false);
        return await new SnapshotComparer(new(earlier.Store, from), new(context.Store, to), options, output, context.Clock)
            .RunAsync(cancellationToken).ConfigureAwait(false);
    }

    static async Task<LoadedManifest> LoadBeforeAsync(SnapshotCatalog catalog, LoadedManifest snapshot, CancellationToken cancellationToken)
    {
        var passedOver = await PassedOver.ListAsync(catalog.Store, cancellationToken).ConfigureAwait(false);
        var history = (await catalog.ListAsync(cancellationToken).ConfigureAwait(false)).Where(folder => passedOver.WhyOf(folder) is null)
            .ToArray();
        var older = SnapshotCatalog.FirstOlder(history, SnapshotCatalog.FolderOf(snapshot.Key));
        if (older >= 0 && older < history.Length)
            return await catalog.LoadManifestAsync(history[older].ManifestKey, cancellationToken).ConfigureAwait(false);
        throw new ShardyFusionException(ErrorKind.SnapshotNotFound,
            $"'{catalog.Store.Root}' has no snapshot before run '{snapshot.Manifest.Required.RunId}' to compare it with.")
        {
            Target = snapshot.Ref,
            RecommendedAction = "Name the other snapshot by its ref or run id.",
        };
    }

    async Task<SnapshotComparison> RunAsync(CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var groups = ShardGroup.Pair(from.Manifest, to.Manifest);
        var different = groups.Where(group => !group.IsEqual).ToArray();
        var compared = options.Level == CompareLevel.Manifest || different.Length == 0 ? [] : Sample(different, groups.Count);
        if (compared.Length > 0) RequireComparableKeys();
        await CompareAsync(compared, cancellationToken).ConfigureAwait(false);
        var isCounted = options.Level != CompareLevel.Manifest || different.Length == 0;
        return new SnapshotComparison
        {
            From = from.Manifest.ToInfo(from.Ref, earlier.Store.Root),
            To = to.Manifest.ToInfo(to.Ref, later.Store.Root),
            Level = options.Level,
            Fields = ManifestFields.Compare(from.Manifest, to.Manifest),
            Groups = groups.Count,
            GroupsEqual = groups.Count - different.Length,
            GroupsCompared = compared.Length,
            RowsRead = rowsRead,
            Added = isCounted ? added : null,
            Removed = isCounted ? removed : null,
            Changed = isCounted ? changed : null,
            Duration = clock.GetElapsedTime(started),
        };
    }

    /// <summary>Keys are spread over shards by their hash, so that any choice of shards is as good as a random one of keys.</summary>
    ShardGroup[] Sample(ShardGroup[] different, int groupCount)
    {
        var count = (int)Math.Ceiling(groupCount * options.SamplePercent / 100);
        return different.Length <= count ? different
            : [.. Enumerable.Range(0, count).Select(index => different[(int)((long)index * different.Length / count)])];
    }

    void RequireComparableKeys()
    {
        var (before, after) = (from.Manifest.Required.KeyEncoding, to.Manifest.Required.KeyEncoding);
        if (before != after)
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"The keys of run '{from.Manifest.Required.RunId}' are stored as {before.StorageName()}, those of run "
                    + $"'{to.Manifest.Required.RunId}' as {after.StorageName()}: rows cannot be compared.")
            {
                RecommendedAction = "Compare the manifests alone.",
            };
    }

    async Task CompareAsync(ShardGroup[] groups, CancellationToken cancellationToken)
    {
        var parallelism = Math.Min(options.Parallelism ?? Environment.ProcessorCount, Math.Max(1, groups.Length));
        var memoryBytes = SnapshotRows.MemoryBytes / (2 * parallelism);
        await Parallel.ForEachAsync(groups, new ParallelOptions
        {
            MaxDegreeOfParallelism = parallelism,
            CancellationToken = cancellationToken
        }, async (group, token) =>
        {
            await CompareAsync(group, memoryBytes, token).ConfigureAwait(false);
            output.Progress?.Report(new ShardProgress(Interlocked.Increment(ref groupsDone), groups.Length, Interlocked.Read(ref rowsRead),
                0));
        }).ConfigureAwait(false);
    }

    async Task CompareAsync(ShardGroup group, long memoryBytes, CancellationToken cancellationToken)
    {
        var before = fromRows.ReadAsync(group.From, KeyRange.All, memoryBytes, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var endBefore = before.ConfigureAwait(false);
        var after = toRows.ReadAsync(group.To, KeyRange.All, memoryBytes, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var endAfter = after.ConfigureAwait(false);
        var found = new Batch(this);
        long rows = 0;
        var hasBefore = await before.MoveNextAsync().ConfigureAwait(false);
        var hasAfter = await after.MoveNextAsync().ConfigureAwait(false);
        while (hasBefore || hasAfter)
        {
            var order = !hasBefore ? 1 : !hasAfter ? -1 : before.Current.Key.Span.SequenceCompareTo(after.Current.Key.Span);
            if (order < 0) found.Add(RowChange.Removed, before.Current.Key, before.Current.Value, null);
            else if (order > 0) found.Add(RowChange.Added, after.Current.Key, null, after.Current.Value);
            else if (!before.Current.Value.Span.SequenceEqual(after.Current.Value.Span))
                found.Add(RowChange.Changed, after.Current.Key, before.Current.Value, after.Current.Value);
            if (found.IsFull) await found.SendAsync(cancellationToken).ConfigureAwait(false);
            rows += order == 0 ? 2 : 1;
            if (order <= 0) hasBefore = await before.MoveNextAsync().ConfigureAwait(false);
            if (order >= 0) hasAfter = await after.MoveNextAsync().ConfigureAwait(false);
        }
        await found.SendAsync(cancellationToken).ConfigureAwait(false);
        found.Count();
        Interlocked.Add(ref rowsRead, rows);
    }

    /// <summary>The differences of one group: counted, and kept for the next hand-over if someone wants them.</summary>
    sealed class Batch(SnapshotComparer owner)
    {
        List<RowDifference> rows = [];
        long added, removed, changed;

        public bool IsFull => rows.Count >= BatchRows;

        public void Add(RowChange change, ReadOnlyMemory<byte> key, ReadOnlyMemory<byte>? before, ReadOnlyMemory<byte>? after)
        {
            if (change == RowChange.Added) added++;
            else if (change == RowChange.Removed) removed++;
            else changed++;
            if (owner.sink is null) return;
            rows.Add(new RowDifference(change, owner.codec.Decode(key.Span), before?.ToArray(), after?.ToArray())
            {
                OldEncoding = owner.oldEncoding,
                NewEncoding = owner.newEncoding,
            });
        }

        public async ValueTask SendAsync(CancellationToken cancellationToken)
        {
            if (rows.Count == 0) return;
            var full = rows;
            rows = [];
            await owner.sink!(full, cancellationToken).ConfigureAwait(false);
        }

        public void Count()
        {
            Interlocked.Add(ref owner.added, added);
            Interlocked.Add(ref owner.removed, removed);
            Interlocked.Add(ref owner.changed, changed);
        }
    }
}
