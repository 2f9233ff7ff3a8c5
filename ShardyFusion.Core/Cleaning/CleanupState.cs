using ShardyFusion.Formats;
using ShardyFusion.Runs;

namespace ShardyFusion.Cleaning;

/// <summary>Everything on a prefix that bears on what may be deleted, as it was listed, and nothing else.</summary>
sealed record CleanupState
{
    /// <summary>By the store's clock, as far as it is known.</summary>
    public required DateTimeOffset Now { get; init; }
    public IReadOnlyList<ListedManifest> Manifests { get; init; } = [];
    public IReadOnlyList<ListedPointer> Pointers { get; init; } = [];
    /// <summary>Tags and pins.</summary>
    public IReadOnlyList<ListedHold> Holds { get; init; } = [];
    public IReadOnlyList<ListedRemoval> Removals { get; init; } = [];
    /// <summary>Names in the history that are blocked.</summary>
    public IReadOnlySet<string> Blocked { get; init; } = new HashSet<string>();
    /// <summary>Names in the history that were rolled back from.</summary>
    public IReadOnlySet<string> RolledBack { get; init; } = new HashSet<string>();
    /// <summary>Changes of pointers that were carried out.</summary>
    public IReadOnlyList<ListedMove> Moves { get; init; } = [];
    /// <summary>All events, whatever they tell.</summary>
    public IReadOnlyList<ListedEvent> Events { get; init; } = [];
    public IReadOnlyList<ListedRun> Runs { get; init; } = [];
    /// <summary>The run that holds the build lock, until when, and the lock's version; null when nobody does.</summary>
    public (string RunId, DateTimeOffset LeaseExpiresAt, string Version)? Lock { get; init; }
    /// <summary>All objects below <c>shards/</c> and <c>runs/</c>.</summary>
    public IReadOnlyList<ListedObject> Objects { get; init; } = [];
    public IReadOnlyList<ListedUpload> Uploads { get; init; } = [];
    /// <summary>Pointers, tags, pins, events and locks that cannot be read: nobody knows what they protect.</summary>
    public IReadOnlyList<string> Unreadable { get; init; } = [];
    /// <summary>What of <see cref="Versions"/> changed since an earlier look.</summary>
    public IReadOnlySet<string> Changed { get; init; } = new HashSet<string>();

    /// <summary>A version of everything that someone changes who is at work.</summary>
    public Dictionary<string, string> Versions()
    {
        var versions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var run in Runs) versions[run.RecordKey] = run.Version;
        foreach (var hold in Holds) versions[hold.Key] = hold.ExpiresAt is { } end ? SnapshotTime.FormatName(end) : "";
        if (Lock is { } holder) versions[BuildLock.Key] = holder.Version;
        foreach (var found in Objects)
        {
            if (CleanupPlanner.RunOf(found.Key) is not { } runId) continue;
            var written = found.WrittenAt is { } at ? SnapshotTime.FormatName(at) : "";
            var newest = versions.GetValueOrDefault(CleanupPlanner.ShardsOf(runId), "");
            versions[CleanupPlanner.ShardsOf(runId)] = string.CompareOrdinal(written, newest) > 0 ? written : newest;
        }
        return versions;
    }

    /// <summary>This state, with what is new or other than at an earlier look.</summary>
    /// <param name="seen">The versions of then; null when there was no such look.</param>
    public CleanupState Since(IReadOnlyDictionary<string, string>? seen) => seen is null ? this : this with
    {
        // A run's newest shard may be gone by now; only one that is newer shows life.
        Changed = Versions().Where(now => !seen.TryGetValue(now.Key, out var then)
            || (CleanupPlanner.RunOf(now.Key + "/") is null ? now.Value != then : string.CompareOrdinal(now.Value, then) > 0)).Select(now =>
            now.Key).ToHashSet(StringComparer.Ordinal),
    };
}

/// <summary>A manifest of the history.</summary>
/// <param name="Folder">Its name.</param>
/// <param name="Bytes">Size of the manifest object.</param>
/// <param name="AttemptKeys">Folders of the shards that it names; null when it cannot be read.</param>
sealed record ListedManifest(ManifestFolder Folder, long Bytes, IReadOnlyList<string>? AttemptKeys)
{
    public string Key => Folder.ManifestKey;
}

/// <summary>A pointer.</summary>
/// <param name="Key"><c>_CURRENT</c> or <c>_&lt;NAME&gt;</c>.</param>
/// <param name="ManifestKey">What it names.</param>
/// <param name="UpdatedAt">When it was moved there, by the mover's clock.</param>
sealed record ListedPointer(string Key, string ManifestKey, DateTimeOffset UpdatedAt);

/// <summary>A tag or a pin.</summary>
/// <param name="Key">Its own key.</param>
/// <param name="ManifestKey">What it protects.</param>
/// <param name="ExpiresAt">Until when; null forever.</param>
sealed record ListedHold(string Key, string ManifestKey, DateTimeOffset? ExpiresAt);

/// <summary>A cleanup's announcement.</summary>
/// <param name="Key">Its own key.</param>
/// <param name="TargetKey">What is being deleted: a manifest, or a run's folder of shards.</param>
/// <param name="ExpiresAt">Until when its writer is believed to be alive.</param>
/// <param name="IsOwn">True when this very cleanup wrote it.</param>
sealed record ListedRemoval(string Key, string TargetKey, DateTimeOffset ExpiresAt, bool IsOwn);

/// <summary>A change of a pointer that was carried out.</summary>
/// <param name="PointerKey">The pointer.</param>
/// <param name="From">Manifest key that it named before; null when there was none.</param>
/// <param name="To">Manifest key that it named after.</param>
/// <param name="At">When, by the mover's clock; the pointer's own time.</param>
sealed record ListedMove(string PointerKey, string? From, string To, DateTimeOffset At);

/// <summary>An event.</summary>
/// <param name="Key">Its key.</param>
/// <param name="At">When it happened, by the clock of who changed the pointer.</param>
sealed record ListedEvent(string Key, DateTimeOffset At);

/// <summary>A run record.</summary>
/// <param name="RecordKey">Its key.</param>
/// <param name="RunId">The run.</param>
/// <param name="IsRunning">True when it says so, or cannot be read.</param>
/// <param name="LeaseExpiresAt">Until when a running one counts as alive; null when it cannot be read.</param>
/// <param name="UpdatedAt">When it was last written; null when it cannot be read.</param>
/// <param name="Version">Of the record; empty when it cannot be read.</param>
sealed record ListedRun(string RecordKey, string RunId, bool IsRunning, DateTimeOffset? LeaseExpiresAt, DateTimeOffset? UpdatedAt,
    string Version = "");

/// <summary>An object.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Bytes">Size.</param>
/// <param name="WrittenAt">By the store's clock; null when unknown.</param>
sealed record ListedObject(string Key, long Bytes, DateTimeOffset? WrittenAt);

/// <summary>An upload in parts that was neither completed nor aborted.</summary>
/// <param name="Key">Of the object that it would become.</param>
/// <param name="StartedAt">By the store's clock; null when unknown.</param>
sealed record ListedUpload(string Key, DateTimeOffset? StartedAt);
