using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Stores;

namespace ShardyFusion.Catalog;

/// <summary>Checks that the shards a manifest names are still there: the <see cref="VerifyLevel.Exists"/> level, which a rollback requires
/// too.</summary>
static class ShardPresence
{
    /// <summary>Requests under way at once.</summary>
    public const int Parallelism = 16;

    /// <summary>Shards named in the message.</summary>
    const int NamedShards = 5;

    /// <summary>Asks for each shard object; sizes are compared where the manifest states them.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/> naming the first missing ones and how many there
    /// are.</exception>
    public static async Task RequireAllAsync(IObjectStore store, LoadedManifest loaded, CancellationToken cancellationToken)
    {
        var shards = loaded.Manifest.Shards;
        var findings = new VerifyFinding?[shards.Count];
        await Parallel.ForAsync(0, shards.Count, new ParallelOptions
        {
            MaxDegreeOfParallelism = Parallelism,
            CancellationToken = cancellationToken
        },
            async (index, token) => findings[index] = (await FindAsync(store, loaded.Manifest, shards[index], token)
            .ConfigureAwait(false)).Finding).ConfigureAwait(false);
        var found = findings.OfType<VerifyFinding>().ToArray();
        if (found.Length == 0)
            return;
        var named = string.Join("; ", found.Take(NamedShards)
            .Select(finding => $"shard {finding.ShardId} {finding.Detail} ('{finding.Target}')"));
        var more = found.Length > NamedShards ? string.Create(CultureInfo.InvariantCulture, $"; and {found.Length - NamedShards} more")
            : "";
        throw new ShardyFusionException(ErrorKind.SnapshotIncomplete, string.Create(CultureInfo.InvariantCulture,
            $"Snapshot '{loaded.Manifest.Required.RunId}' is incomplete, {found.Length} of its {shards.Count} shards are "
                + $"unusable: {named}{more}."))
        { Target = loaded.Ref };
    }

    /// <summary>Looks by one listing whether a run's shards are there, whole.</summary>
    /// <param name="store">The prefix.</param>
    /// <param name="runId">The run.</param>
    /// <param name="expected">Sizes by key.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.SnapshotIncomplete"/> naming the first ones that are not, and how many
    /// there are.</exception>
    public static async Task RequireListedAsync(IObjectStore store, string runId, IReadOnlyDictionary<string, long> expected,
        CancellationToken cancellationToken)
    {
        var listed = new Dictionary<string, long>(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync(SnapshotPaths.RunShardsPrefix(runId), null, cancellationToken).ConfigureAwait(false))
            listed[entry.Key] = entry.SizeBytes;
        var faults = new List<string>();
        foreach (var (key, bytes) in expected.OrderBy(static shard => shard.Key, StringComparer.Ordinal))
        {
            // Some stores take a moment to list what is new, or list another size; the object itself is what counts.
            if (listed.TryGetValue(key, out var size) && size == bytes) continue;
            var info = await store.HeadAsync(key, cancellationToken).ConfigureAwait(false);
            if (info?.SizeBytes != bytes)
                faults.Add(info is null ? $"'{key}' is missing"
                    : string.Create(CultureInfo.InvariantCulture, $"'{key}' has {info.SizeBytes:N0} bytes instead of {bytes:N0}"));
        }
        if (faults.Count == 0) return;
        var more = faults.Count > NamedShards ? string.Create(CultureInfo.InvariantCulture, $"; and {faults.Count - NamedShards} more")
            : "";
        throw new ShardyFusionException(ErrorKind.SnapshotIncomplete, string.Create(CultureInfo.InvariantCulture,
            $"Of the {expected.Count} shards that run '{runId}' has written, {faults.Count} no longer exist: "
                + $"{string.Join("; ", faults.Take(NamedShards))}{more}."))
        { Target = runId };
    }

    /// <summary>Asks for one shard.</summary>
    /// <returns>Its size as the store tells, null for a shard of another format or none; and what is wrong with it, null when nothing
    /// is.</returns>
    public static Task<(long? Bytes, VerifyFinding? Finding)> FindAsync(IObjectStore store, Manifest manifest, ShardEntry shard,
        CancellationToken cancellationToken) =>
        manifest.HasTableShards() ? FindOwnAsync(store, shard, cancellationToken) : FindForeignAsync(store, shard, cancellationToken);

    static async Task<(long?, VerifyFinding?)> FindOwnAsync(IObjectStore store, ShardEntry shard, CancellationToken cancellationToken)
    {
        var info = await store.HeadAsync(shard.ObjectKey, cancellationToken).ConfigureAwait(false);
        var reference = SnapshotPaths.ToRef(store.Root, shard.ObjectKey);
        if (info is null)
            return (null, new VerifyFinding(VerifyFault.Missing, shard.DbId, reference, "is missing"));
        return (info.SizeBytes, shard.DbBytes is { } expected && info.SizeBytes != expected
            ? new VerifyFinding(VerifyFault.WrongSize, shard.DbId, reference,
            string.Create(CultureInfo.InvariantCulture, $"has {info.SizeBytes:N0} bytes instead of {expected:N0}")) : null);
    }

    /// <summary>A shard of another format is a folder of files with names of its own; one of them is enough of an answer.</summary>
    static async Task<(long?, VerifyFinding?)> FindForeignAsync(IObjectStore store, ShardEntry shard, CancellationToken cancellationToken)
    {
        await foreach (var _ in store.ListAsync(shard.AttemptKey + "/", null, cancellationToken).ConfigureAwait(false))
            return default;
        return (null, new VerifyFinding(VerifyFault.Missing, shard.DbId, SnapshotPaths.ToRef(store.Root, shard.AttemptKey), "is missing"));
    }
}
