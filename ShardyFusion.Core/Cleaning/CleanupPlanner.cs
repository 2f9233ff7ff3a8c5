using System.Globalization;
using ShardyFusion.Catalog;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Runs;
using ShardyFusion.Stores;

namespace ShardyFusion.Cleaning;

/// <summary>Decides what may be deleted: a pure function of what was listed and of the rules.</summary>
sealed class CleanupPlanner
{
    readonly CleanupState state;
    readonly CleanupPolicy policy;
    readonly ManifestFolder? current;
    readonly List<ListedObject> own;
    readonly HashSet<string> liveRuns = new(StringComparer.Ordinal), recentRuns = new(StringComparer.Ordinal);
    readonly Dictionary<string, string> holds = new(StringComparer.Ordinal);
    readonly ILookup<string, ListedObject> shardsByRun, shardsByAttempt;
    readonly string? movedUnseen;

    CleanupPlanner(CleanupState state, CleanupPolicy policy)
    {
        (this.state, this.policy) = (state, policy);
        current = SnapshotCatalog.FolderOf(state.Pointers.FirstOrDefault(pointer => pointer.Key == SnapshotPaths.CurrentKey)?.ManifestKey);
        own = [.. state.Objects.Where(found => OwnKeys.IsOwn(found.Key))];
        shardsByRun = own.Where(found => RunOf(found.Key) is not null).ToLookup(found => RunOf(found.Key)!, StringComparer.Ordinal);
        shardsByAttempt = shardsByRun.SelectMany(shards => shards).ToLookup(shard => AttemptOf(shard.Key), StringComparer.Ordinal);
        foreach (var run in state.Runs)
        {
            if ((run.IsRunning && !(run.LeaseExpiresAt is { } lease && IsPast(lease, TimeSpan.Zero)))
                || state.Changed.Contains(run.RecordKey)) liveRuns.Add(run.RunId);
            if (run.UpdatedAt is not { } updated || !IsPast(updated, policy.Grace)) recentRuns.Add(run.RunId);
        }
        if (state.Lock is { } holder && (!IsPast(holder.LeaseExpiresAt, TimeSpan.Zero) || state.Changed.Contains(BuildLock.Key)))
            liveRuns.Add(holder.RunId);
        foreach (var run in shardsByRun)
            if (state.Changed.Contains(ShardsOf(run.Key))) liveRuns.Add(run.Key);
        CollectHolds();
        movedUnseen = MovedUnseen();
    }

    /// <param name="prefix">The prefix, for the plan.</param>
    /// <param name="state">What was listed.</param>
    /// <param name="policy">Valid rules.</param>
    public static CleanupPlan Plan(string prefix, CleanupState state, CleanupPolicy policy)
    {
        var (items, kept) = new CleanupPlanner(state, policy).Decide();
        return new CleanupPlan(1, prefix, state.Now, policy, items, kept) { Seen = state.Versions() };
    }

    (List<CleanupItem>, List<KeptSnapshot>) Decide()
    {
        var items = new List<CleanupItem>();
        var kept = new List<KeptSnapshot>();
        var history = state.Manifests.OrderBy(manifest => manifest.Folder, Comparer<ManifestFolder>.Create(SnapshotCatalog.NewestFirst))
            .ToList();
        var counted = Counted(history);
        var deleted = new List<(ListedManifest Manifest, string Reason)>();
        foreach (var manifest in history)
        {
            if (WhyKept(manifest, counted) is { } reason) kept.Add(new KeptSnapshot(manifest.Folder.RunId, manifest.Key, reason));
            else
                deleted.Add((manifest, HasData(manifest) ? string.Create(CultureInfo.InvariantCulture,
                    $"published {manifest.Folder.PublishedAt:u}, not among those to keep") : "its shards are gone"));
        }
        // Where nobody can tell what is protected, nothing is released.
        if (state.Unreadable.Count > 0) return (items, kept);

        var keptKeys = kept.Select(snapshot => snapshot.ManifestKey).ToHashSet(StringComparer.Ordinal);
        var used = history.Where(manifest => keptKeys.Contains(manifest.Key)).SelectMany(manifest => manifest.AttemptKeys ?? [])
            .ToHashSet(StringComparer.Ordinal);
        var closedRuns = history.Where(manifest => keptKeys.Contains(manifest.Key) && manifest.AttemptKeys is null)
            .Select(manifest => manifest.Folder.RunId).Concat(liveRuns).ToHashSet(StringComparer.Ordinal);
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (manifest, reason) in deleted)
        {
            var shards = manifest.AttemptKeys!.SelectMany(attempt => ShardsIn(attempt)).Where(shard => !used.Contains(AttemptOf(shard.Key))
                && !closedRuns.Contains(RunOf(shard.Key)!) && taken.Add(shard.Key));
            items.Add(new CleanupItem(CleanupKind.Snapshot, manifest.Folder.RunId, reason,
                [new CleanupObject(manifest.Key, manifest.Bytes), .. shards.Select(ToObject)]));
        }
        foreach (var run in shardsByRun.Where(run => !closedRuns.Contains(run.Key) && !recentRuns.Contains(run.Key)
            && !holds.ContainsKey(ShardsOf(run.Key))))
        {
            var orphans = run.Where(shard => !used.Contains(AttemptOf(shard.Key)) && !taken.Contains(shard.Key)
                && shard.WrittenAt is { } written && IsPast(written, policy.Grace)).ToList();
            if (orphans.Count > 0)
                items.Add(new CleanupItem(CleanupKind.OrphanShards, run.Key, "no manifest names them, and no run is writing them",
                    [.. orphans.Select(ToObject)]));
        }
        foreach (var upload in state.Uploads)
            if (RunOf(upload.Key) is { } runId && !liveRuns.Contains(runId) && !recentRuns.Contains(runId)
                && upload.StartedAt is { } started && IsPast(started, policy.Grace))
                items.Add(new CleanupItem(CleanupKind.Upload, upload.Key, "it will never be completed",
                    [new CleanupObject(upload.Key, 0)]));
        AddRunRecords(items, keptKeys);
        AddMarks(items, deleted.Select(found => found.Manifest.Key).ToHashSet(StringComparer.Ordinal));
        return (items, kept);
    }

    string? WhyKept(ListedManifest manifest, HashSet<string> counted)
    {
        var folder = manifest.Folder;
        if (holds.TryGetValue(manifest.Key, out var holder)) return holder;
        if (manifest.AttemptKeys is null) return "its manifest cannot be read";
        if (!IsPast(folder.PublishedAt, policy.Grace)) return "younger than the grace";
        if (liveRuns.Contains(folder.RunId) || recentRuns.Contains(folder.RunId)) return "its run is live or has just ended";
        if ((current is null || SnapshotCatalog.NewestFirst(folder, current.Value) < 0) && !IsPast(folder.PublishedAt, policy.StagedGrace))
            return "newer than the current one, within the grace of staged ones";
        if (movedUnseen is { } pointer) return $"'{pointer}' was moved within the grace period without leaving an event";
        if (manifest.AttemptKeys.SelectMany(ShardsIn).Any(shard => shard.WrittenAt is not { } written || !IsPast(written, policy.Grace)))
            return "a shard is younger than the grace, or of unknown age";
        if (!HasData(manifest)) return null;
        if (counted.Contains(manifest.Key)) return "among the last ones to keep";
        return policy.OlderThan is { } age && !IsPast(folder.PublishedAt, age) ? "not older than the given age" : null;
    }

    /// <summary>The newest ones, and as many from the current one back: after a rollback both are worth keeping.</summary>
    HashSet<string> Counted(List<ListedManifest> history)
    {
        var good = history.Where(manifest => manifest.AttemptKeys is not null && !state.Blocked.Contains(manifest.Folder.Name)
            && HasData(manifest)).ToList();
        var fromCurrent = current is { } pivot ? good.Where(manifest => SnapshotCatalog.NewestFirst(manifest.Folder, pivot) >= 0) : [];
        return good.Take(policy.KeepLast).Concat(fromCurrent.Take(policy.KeepLast)).Select(manifest => manifest.Key)
            .ToHashSet(StringComparer.Ordinal);
    }

    void CollectHolds()
    {
        foreach (var move in state.Moves.Where(move => !IsPast(move.At, policy.Grace)))
        {
            holds[move.To] = $"'{move.PointerKey}' named it within the grace period";
            if (move.From is not null) holds[move.From] = $"'{move.PointerKey}' named it within the grace period";
        }
        foreach (var removal in state.Removals.Where(removal => !removal.IsOwn && !IsPast(removal.ExpiresAt, TimeSpan.Zero)))
            holds[removal.TargetKey] = "another cleanup is at it";
        foreach (var hold in state.Holds.Where(hold => hold.ExpiresAt is not { } end || !IsPast(end, TimeSpan.Zero)
            || state.Changed.Contains(hold.Key))) holds[hold.ManifestKey] = $"'{hold.Key}' protects it";
        foreach (var pointer in state.Pointers) holds[pointer.ManifestKey] = $"'{pointer.Key}' names it";
    }

    // What such a pointer named before may be in use still, and nobody knows what it was.
    string? MovedUnseen() => state.Pointers.FirstOrDefault(pointer => !IsPast(pointer.UpdatedAt, policy.Grace)
        && !state.Moves.Any(move => move.PointerKey == pointer.Key && move.At == pointer.UpdatedAt && move.To == pointer.ManifestKey))?.Key;

    void AddRunRecords(List<CleanupItem> items, HashSet<string> keptKeys)
    {
        var gone = items.SelectMany(item => item.Objects).Select(found => found.Key).ToHashSet(StringComparer.Ordinal);
        var keptRuns = state.Manifests.Where(manifest => keptKeys.Contains(manifest.Key)).Select(manifest => manifest.Folder.RunId)
            .ToHashSet(StringComparer.Ordinal);
        var records = own.Where(found => RecordFolderOf(found.Key) is not null).ToLookup(found => RecordFolderOf(found.Key)!,
            StringComparer.Ordinal);
        foreach (var run in state.Runs)
        {
            if (liveRuns.Contains(run.RunId) || keptRuns.Contains(run.RunId) || run.UpdatedAt is not { } updated
                || !IsPast(updated, policy.RunRecordAge) || !IsPast(updated, policy.Grace)) continue;
            // A record outlives its shards: it tells what they are.
            if (shardsByRun[run.RunId].Any(shard => !gone.Contains(shard.Key))) continue;
            var objects = records[RecordFolderOf(run.RecordKey)!].ToList();
            if (objects.Count > 0 && objects.All(found => found.WrittenAt is { } written && IsPast(written, policy.Grace)))
                items.Add(new CleanupItem(CleanupKind.RunRecord, run.RunId, "ended long ago and has no snapshot",
                    [.. objects.Select(ToObject)]));
        }
    }

    void AddMarks(List<CleanupItem> items, HashSet<string> deletedKeys)
    {
        var there = state.Manifests.Where(manifest => !deletedKeys.Contains(manifest.Key)).Select(manifest => manifest.Folder.Name)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var hold in state.Holds.Where(hold => hold.ExpiresAt is { } end && IsPast(end, policy.Grace)
            && !state.Changed.Contains(hold.Key))) Add(hold.Key, "expired");
        foreach (var removal in state.Removals.Where(removal => !removal.IsOwn && IsPast(removal.ExpiresAt, TimeSpan.Zero)))
            Add(removal.Key, "its writer no longer exists");
        foreach (var (folder, key) in new PassedOver(state.Blocked, state.RolledBack).Annotations())
        {
            // A block may be about a manifest that was not there yet when the history was listed.
            if (!there.Contains(folder) && SnapshotPaths.TryParseManifestFolder(folder, out var parsed)
                && IsPast(parsed.PublishedAt, policy.Grace))
                Add(key, "its snapshot is gone");
        }

        // An undo needs the change that made a pointer what it is.
        var standing = state.Pointers.Select(pointer => AnnotationPaths.EventsAt(pointer.UpdatedAt)).ToList();
        var events = state.Events.Where(change => IsPast(change.At, policy.EventAge) && IsPast(change.At, policy.Grace)
            && !standing.Any(start => change.Key.StartsWith(start, StringComparison.Ordinal))).Select(change =>
            new CleanupObject(change.Key, 0)).ToList();
        if (events.Count > 0)
            items.Add(new CleanupItem(CleanupKind.Mark, AnnotationPaths.EventsPrefix, "older than events are kept", events));

        void Add(string key, string reason) => items.Add(new CleanupItem(CleanupKind.Mark, key, reason, [new CleanupObject(key, 0)]));
    }

    bool HasData(ListedManifest manifest) => manifest.AttemptKeys is null || manifest.AttemptKeys.All(attempt => ShardsIn(attempt).Any());

    IEnumerable<ListedObject> ShardsIn(string attemptKey) => shardsByAttempt[attemptKey];

    bool IsPast(DateTimeOffset time, TimeSpan age) => state.Now - time >= age + policy.ClockSkew;

    /// <summary><c>runs/…/</c>, also for what lies deeper in it; null for any other key.</summary>
    static string? RecordFolderOf(string key)
    {
        const string Start = SnapshotPaths.DefaultRunPrefix + "/";
        var end = key.StartsWith(Start, StringComparison.Ordinal) ? key.IndexOf('/', Start.Length) : -1;
        return end < 0 ? null : key[..(end + 1)];
    }

    static CleanupObject ToObject(ListedObject found) => new(found.Key, found.Bytes);

    /// <summary><c>shards/run_id=…/db=…/attempt=…</c>, also for what lies deeper in it.</summary>
    public static string AttemptOf(string shardKey) => string.Join('/', shardKey.Split('/').Take(4));

    /// <summary><c>shards/run_id=…</c></summary>
    public static string ShardsOf(string runId) => $"{SnapshotPaths.DefaultShardPrefix}/run_id={runId}";

    /// <summary>The run of <c>shards/run_id=…/…</c>; null for any other key, which nobody here has written.</summary>
    public static string? RunOf(string key)
    {
        const string Start = SnapshotPaths.DefaultShardPrefix + "/run_id=";
        var end = key.StartsWith(Start, StringComparison.Ordinal) ? key.IndexOf('/', Start.Length) : -1;
        return end > Start.Length ? key[Start.Length..end] : null;
    }
}
