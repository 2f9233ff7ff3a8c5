using ShardyFusion.Cleaning;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Cleaning;

/// <summary>A prefix made by chance: as the truth has it, and as it was listed by clocks that differ by up to ten minutes.</summary>
/// <remarks>What is protected follows from the truth alone, by other code than the planner's.</remarks>
sealed class RandomPrefix
{
    readonly Random random;
    readonly DateTimeOffset truth;
    readonly List<ListedManifest> manifests = [];
    readonly List<ListedPointer> pointers = [];
    readonly List<ListedHold> holds = [];
    readonly List<ListedRemoval> removals = [];
    readonly List<ListedMove> moves = [];
    readonly List<ListedEvent> events = [];
    readonly List<ListedRun> runs = [];
    readonly List<ListedObject> objects = [];
    readonly List<ListedUpload> uploads = [];
    readonly HashSet<string> blocked = [];
    readonly List<string> unreadable = [];

    public RandomPrefix(Random random, DateTimeOffset now)
    {
        this.random = random;
        truth = now;
        Policy = new CleanupPolicy
        {
            KeepLast = random.Next(1, 4),
            OlderThan = Chance(0.3) ? TimeSpan.FromHours(random.Next(0, 60)) : null,
            Grace = TimeSpan.FromMinutes(random.Next(0, 300)),
            StagedGrace = TimeSpan.FromHours(random.Next(0, 40)),
            RunRecordAge = TimeSpan.FromHours(random.Next(0, 40)),
            EventAge = TimeSpan.FromHours(random.Next(0, 60)),
        };
        for (var run = random.Next(0, 12); run > 0; run--) AddRun($"r{run}");
        if (manifests.Count > 0) AddMarks();
        State = new CleanupState
        {
            Now = truth + Skew(half: true),
            Manifests = manifests,
            Pointers = pointers,
            Holds = holds,
            Removals = removals,
            Blocked = blocked,
            Moves = moves,
            Events = events,
            Runs = runs,
            Objects = objects,
            Uploads = uploads,
            Unreadable = unreadable,
        };
        // Whatever a name in the history is protected by, its shards are.
        foreach (var manifest in manifests.Where(manifest => Protected.Contains(manifest.Key)))
        {
            foreach (var shard in objects.Where(found => manifest.AttemptKeys is null
                ? found.Key.StartsWith($"shards/run_id={manifest.Folder.RunId}/", StringComparison.Ordinal)
                : manifest.AttemptKeys.Any(attempt => found.Key.StartsWith(attempt + "/", StringComparison.Ordinal))))
                Protected.Add(shard.Key);
        }
    }

    public CleanupPolicy Policy { get; }
    public CleanupState State { get; }

    /// <summary>Keys that no plan may name.</summary>
    public HashSet<string> Protected { get; } = new(StringComparer.Ordinal);

    public static ListedManifest Manifest(string runId, DateTimeOffset publishedAt)
    {
        Assert.True(SnapshotPaths.TryParseManifestFolder($"{SnapshotTime.FormatName(publishedAt)}_run_id={runId}", out var folder));
        return new ListedManifest(folder, 100, [$"shards/run_id={runId}/db=00000/attempt=00",
            $"shards/run_id={runId}/db=00001/attempt=01"]);
    }

    public CleanupState Without(HashSet<string> gone) => State with
    {
        Manifests = [.. manifests.Where(m => !gone.Contains(m.Key))],
        Objects = [.. objects.Where(o => !gone.Contains(o.Key))],
        Uploads = [.. uploads.Where(u => !gone.Contains(u.Key))],
        Holds = [.. holds.Where(h => !gone.Contains(h.Key))],
        Removals = [.. removals.Where(r => !gone.Contains(r.Key))],
        Runs = [.. runs.Where(r => !gone.Contains(r.RecordKey))],
        Events = [.. events.Where(e => !gone.Contains(e.Key))],
        Blocked = blocked.Where(b => !gone.Contains($"blocks/{b}.json")).ToHashSet(),
    };

    bool Chance(double share) => random.NextDouble() < share;

    // Two clocks that are each five minutes off differ by ten.
    TimeSpan Skew(bool half = true) => TimeSpan.FromMinutes((random.NextDouble() * 2 - 1) * (half ? 5 : 10));

    DateTimeOffset Ago(double maxHours) => SnapshotTime.ToMicroseconds(truth - TimeSpan.FromHours(random.NextDouble() * maxHours));

    void AddRun(string runId)
    {
        var ended = Ago(80);
        var isLive = Chance(0.15);
        var isUnreadable = Chance(0.05);
        var hasRecord = isLive || Chance(0.8);
        var record = $"runs/{SnapshotTime.FormatName(ended.AddHours(-1))}_run_id={runId}_{Guid.NewGuid():N}/run.yaml";
        var isPublished = !isLive && Chance(0.7);
        if (hasRecord)
        {
            runs.Add(isUnreadable ? new ListedRun(record, runId, true, null, null)
                : isLive ? new ListedRun(record, runId, true, truth.AddMinutes(random.NextDouble() * 10) + Skew(), truth + Skew())
                : new ListedRun(record, runId, Chance(0.2) && !isPublished, ended + Skew(), ended + Skew()));
            objects.Add(new ListedObject(record, 300, ended + Skew()));
            if (isLive || isUnreadable || truth - ended < Policy.Grace) Protected.Add(record);
        }
        // Shards: two winners, a losing attempt, sometimes one that is missing or of unknown age.
        foreach (var attempt in new[] { "db=00000/attempt=00", "db=00001/attempt=01", "db=00001/attempt=00" })
        {
            if (Chance(0.1)) continue;
            var written = ended.AddMinutes(-random.Next(0, 60));
            var shard = new ListedObject($"shards/run_id={runId}/{attempt}/shard.sst", random.Next(1, 1000), Chance(0.03) ? null : written
                + Skew());
            objects.Add(shard);
            if ((hasRecord && (isLive || isUnreadable)) || shard.WrittenAt is null || truth - written < Policy.Grace)
                Protected.Add(shard.Key);
        }
        if (Chance(0.2))
        {
            var upload = new ListedUpload($"shards/run_id={runId}/db=00002/attempt=00/shard.sst", Chance(0.1) ? null : ended + Skew());
            uploads.Add(upload);
            if ((hasRecord && (isLive || isUnreadable)) || upload.StartedAt is null || truth - ended < Policy.Grace)
                Protected.Add(upload.Key);
        }
        if (!isPublished) return;
        var published = SnapshotTime.ToMicroseconds(ended + Skew());
        var manifest = Manifest(runId, published);
        if (Chance(0.05)) manifest = manifest with { AttemptKeys = null };
        manifests.Add(manifest);
        if (truth - ended < Policy.Grace || manifest.AttemptKeys is null) Protected.Add(manifest.Key);
        if (hasRecord) Protected.UnionWith(isUnreadable ? [manifest.Key] : []);
    }

    void AddMarks()
    {
        foreach (var key in new[] { "_CURRENT", "_CANARY" }.Where(_ => Chance(0.8)))
        {
            var target = Any();
            var movedAt = Ago(30);
            pointers.Add(new ListedPointer(key, target.Key, SnapshotTime.ToMicroseconds(movedAt + Skew())));
            Protected.Add(target.Key);
            if (Chance(0.1))
            {
                // A writer that leaves no events.
                if (truth - movedAt < Policy.Grace) Protected.UnionWith(manifests.Select(m => m.Key));
                continue;
            }
            var from = Chance(0.9) ? Any() : null;
            moves.Add(new ListedMove(key, from?.Key, target.Key, pointers[^1].UpdatedAt));
            AddEvent(pointers[^1].UpdatedAt, isProtected: true);
            if (from is not null && truth - movedAt < Policy.Grace) Protected.Add(from.Key);
        }
        for (var change = random.Next(0, 6); change > 0; change--)
        {
            var at = Ago(80);
            AddEvent(SnapshotTime.ToMicroseconds(at + Skew()), isProtected: truth - at < Policy.EventAge || truth - at < Policy.Grace);
        }
        for (var hold = random.Next(0, 4); hold > 0; hold--)
        {
            var target = Any();
            var end = Chance(0.3) ? (DateTimeOffset?)null : truth.AddHours(random.NextDouble() * 6 - 3);
            holds.Add(new ListedHold($"tags/t{hold}.json", target.Key, end + Skew()));
            if (end is null || end > truth) Protected.UnionWith([target.Key, holds[^1].Key]);
        }
        if (Chance(0.2))
        {
            var target = Any();
            var end = truth.AddHours(random.NextDouble() * 2 - 1);
            removals.Add(new ListedRemoval($"removals/{target.Folder.Name}.json", target.Key, end + Skew(), false));
            if (end > truth) Protected.UnionWith([target.Key, removals[^1].Key]);
        }
        for (var block = random.Next(0, 3); block > 0; block--) blocked.Add(Any().Folder.Name);
        if (Chance(0.03))
        {
            unreadable.Add("_OTHER");
            Protected.UnionWith(objects.Select(found => found.Key));
            Protected.UnionWith(manifests.Select(manifest => manifest.Key));
        }
        var newest = manifests.Where(m => m.AttemptKeys is not null && !blocked.Contains(m.Folder.Name)
            && m.AttemptKeys.All(a => objects.Any(o => o.Key.StartsWith(a + "/", StringComparison.Ordinal))))
            .OrderByDescending(m => m.Folder.PublishedAt).ThenByDescending(m => m.Folder.Name, StringComparer.Ordinal)
                .Take(Policy.KeepLast);
        Protected.UnionWith(newest.Select(m => m.Key));
    }

    void AddEvent(DateTimeOffset at, bool isProtected)
    {
        events.Add(new ListedEvent($"events/{SnapshotTime.FormatName(at)}_{Guid.NewGuid():N}.json", at));
        if (isProtected) Protected.Add(events[^1].Key);
    }

    ListedManifest Any() => manifests[random.Next(manifests.Count)];
}
