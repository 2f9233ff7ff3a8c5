using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Publishing;
using ShardyFusion.Stores;

namespace ShardyFusion.Cleaning;

/// <summary>Deletes what a plan names, as far as a second look still allows it.</summary>
/// <remarks>
/// First a removal annotation for each snapshot and each run that left shards, then everything is listed and planned once more, then
/// manifests go, then shards, then the annotations. A cleanup that dies in between leaves shards without a manifest, which the next one
/// finds, and annotations, which end by themselves.
/// </remarks>
sealed class CleanupExecutor(IObjectStore store, TimeProvider clock)
{
    const int Parallelism = 16;

    readonly List<CleanupFailure> failures = [];
    readonly HashSet<string> ownMarks = new(StringComparer.Ordinal);

    /// <param name="plan">What to delete.</param>
    /// <param name="isSaved">True refuses a plan that does not fit any more; false leaves out what is protected by now.</param>
    /// <param name="cancellationToken">Cancels the cleanup; what is deleted stays deleted.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.PublishingFrozen"/>, <see cref="ErrorKind.PlanStale"/>, or a failure of
    /// the store.</exception>
    public async Task<CleanupResult> RunAsync(CleanupPlan plan, bool isSaved, CancellationToken cancellationToken)
    {
        await MoveRules.RequireNoFreezeAsync(store, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        try
        {
            await Parallel.ForEachAsync(plan.Items.Where(item => item.Kind is CleanupKind.Snapshot or CleanupKind.OrphanShards),
                new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellationToken },
                async (item, token) => await AnnounceAsync(item, plan.Policy.ClockSkew, token).ConfigureAwait(false)).ConfigureAwait(false);
            var state = (await new CleanupListing(store, clock).ReadAsync(ownMarks, plan.Policy, cancellationToken).ConfigureAwait(false))
                .Since(plan.Seen);
            var allowed = CleanupPlanner.Plan(store.Root, state,
                plan.Policy).Items.SelectMany(item => item.Objects.Select(found => (item.Kind, found.Key))).ToHashSet();
            var there = state.Objects.Select(found => found.Key).Concat(state.Uploads.Select(upload => upload.Key))
                .Concat(state.Holds.Select(hold => hold.Key)).ToHashSet(StringComparer.Ordinal);
            // Another attempt at the same plan finds some of it gone already.
            var wanted = plan.Items.Select(item => item with
            {
                Objects = [.. item.Objects.Where(found => there.Contains(found.Key)
                || allowed.Contains((item.Kind, found.Key)))]
            }).Where(item => item.Objects.Count > 0).ToList();
            var skipped = wanted.Where(item => item.Objects.Any(found => !IsAllowed(allowed, item, found.Key))).ToList();
            if (isSaved && skipped.Count > 0)
            {
                var (item, key) = (skipped[0], skipped[0].Objects.First(found => !IsAllowed(allowed, skipped[0], found.Key)).Key);
                throw new ShardyFusionException(ErrorKind.PlanStale,
                    $"The plan of {plan.CreatedAt:u} no longer fits '{store.Root}': '{key}' ({item.Name}) is protected now. "
                        + "Nothing was deleted.")
                {
                    Target = key,
                };
            }
            var chosen = wanted.Except(skipped).ToList();
            // A freeze that came meanwhile counts, too.
            await MoveRules.RequireNoFreezeAsync(store, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
            return await DeleteAsync(chosen, skipped, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            using var limit = new ShutdownTimeout(TimeSpan.FromSeconds(30), store, cancellationToken);
            await TryRemoveMarksAsync(limit.Token).ConfigureAwait(false);
        }
    }

    // What is left of a snapshot whose manifest went in an earlier attempt is planned as orphans by now.
    static bool IsAllowed(HashSet<(CleanupKind, string)> allowed, CleanupItem item, string key) =>
        allowed.Contains((item.Kind, key)) || allowed.Contains((CleanupKind.OrphanShards, key))
            || (item.Kind == CleanupKind.OrphanShards && allowed.Contains((CleanupKind.Snapshot, key)));

    async Task AnnounceAsync(CleanupItem item, TimeSpan clockSkew, CancellationToken cancellationToken)
    {
        var (key, target) = item.Kind == CleanupKind.Snapshot ? (AnnotationPaths.RemovalKey(item.Objects[0].Key), item.Objects[0].Key)
            : (AnnotationPaths.RunRemovalKey(item.Name), CleanupPlanner.ShardsOf(item.Name));
        var now = SnapshotTime.ToMicroseconds(clock.GetUtcNow());
        var annotation = new RemovalMark(SnapshotPaths.ToRef(store.Root, target), now, now + MoveRules.MarkLife, Environment.MachineName,
            Environment.ProcessId);
        var condition = PutCondition.CreateOnly;
        if (await AnnotationCodec.LoadAsync<RemovalMark>(store, key, cancellationToken).ConfigureAwait(false) is { } seen)
        {
            if (seen.Annotation.ExpiresAt + clockSkew > now) return; // Another cleanup is at it: the second look leaves it out.
            condition = PutCondition.IfMatch(seen.ETag);
        }
        if (!await AnnotationCodec.PutAsync(store, key, annotation, condition, cancellationToken).ConfigureAwait(false)) return;
        lock (ownMarks) ownMarks.Add(key);
    }

    async Task<CleanupResult> DeleteAsync(List<CleanupItem> chosen, List<CleanupItem> skipped, CancellationToken cancellationToken)
    {
        var snapshots = chosen.Where(item => item.Kind == CleanupKind.Snapshot).ToList();
        // All manifests first: from then on nobody can select a snapshot whose shards are going.
        var lost = await DeleteKeysAsync(snapshots.SelectMany(item => item.Objects.Take(1)).Where(IsManifest), cancellationToken)
            .ConfigureAwait(false);
        var usable = chosen.Where(item => !lost.Contains(item.Objects[0].Key)).ToList();
        await DeleteKeysAsync(usable.Where(item => item.Kind is CleanupKind.Snapshot or CleanupKind.OrphanShards)
            .SelectMany(item => item.Objects).Where(found => !IsManifest(found)), cancellationToken).ConfigureAwait(false);
        await DeleteKeysAsync(usable.Where(item => item.Kind is CleanupKind.RunRecord or CleanupKind.Mark).SelectMany(item => item.Objects),
            cancellationToken).ConfigureAwait(false);
        await AbortUploadsAsync(usable.Where(item => item.Kind == CleanupKind.Upload).SelectMany(item => item.Objects)
            .Select(found => found.Key).ToHashSet(StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
        if (store is IStoreMaintenance maintenance && store.Capabilities.IsLocal)
            await maintenance.CleanTempAsync(TimeSpan.FromHours(1), cancellationToken).ConfigureAwait(false);
        using (var spill = new SpillFolder(null, "cleanup")) spill.DeleteAbandoned();
        var failed = failures.Select(failure => failure.Key).ToHashSet(StringComparer.Ordinal);
        return new CleanupResult(store.Root, [.. usable.Where(item => !item.Objects.Any(found => failed.Contains(found.Key)))], skipped,
            [.. failures]);
    }

    async Task<HashSet<string>> DeleteKeysAsync(IEnumerable<CleanupObject> objects, CancellationToken cancellationToken)
    {
        var failed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var batch in objects.Select(found => found.Key).Distinct(StringComparer.Ordinal).Chunk(1000))
        {
            foreach (var result in await store.DeleteAsync(batch, cancellationToken).ConfigureAwait(false))
                if (result.Error is { } error && failed.Add(result.Key))
                    failures.Add(new CleanupFailure(result.Key, SecretRedactor.ForRecord(error)));
        }
        return failed;
    }

    async Task AbortUploadsAsync(HashSet<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0 || store is not IStoreMaintenance maintenance) return;
        await maintenance.AbortUploadsAsync((key, _) => Task.FromResult(keys.Contains(key)), cancellationToken).ConfigureAwait(false);
    }

    async Task TryRemoveMarksAsync(CancellationToken limit)
    {
        try
        {
            if (ownMarks.Count > 0) await store.DeleteAsync([.. ownMarks], limit).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            // They end by themselves, and the next cleanup deletes them.
        }
    }

    static bool IsManifest(CleanupObject found) => found.Key.StartsWith(SnapshotPaths.ManifestsPrefix, StringComparison.Ordinal);
}
