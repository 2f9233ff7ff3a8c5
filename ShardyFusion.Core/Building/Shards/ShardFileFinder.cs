using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Building.Shards;

/// <summary>Finds shard files for builds on a prefix.</summary>
sealed class ShardFileFinder(IObjectStore store)
{
    const string ShardFileEnding = ".sst";

    /// <summary>Finds shard files that something else wrote. Reads only their names; a build that gets them checks what they
    /// hold.</summary>
    /// <param name="location">A folder or a path on a bucket, with files <c>*.sst</c> below it; or <c>&lt;prefix&gt;/shards/run_id=&lt;run
    /// id&gt;</c>, where files in their places (docs/format/layout.md) are taken as they lie, the first attempt of each shard.</param>
    /// <param name="connection">How to reach a bucket; null for the defaults.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: no such file is there;
    /// <see cref="ErrorKind.ConfigValidation"/>: the location is none; or a failure of the store.</exception>
    public async Task<ShardFiles> FindAsync(string location, StoreConnection? connection, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(location);
        var source = ObjectStores.Open(location, connection);
        try
        {
            if (RunPlacedAt(source.Root) is { } runId)
            {
                var placed = RequireSome(source.Root, await PlacedFilesAsync(runId, cancellationToken).ConfigureAwait(false));
                await source.DisposeAsync().ConfigureAwait(false);
                return new ShardFiles(store, ownsStore: false, runId, placed);
            }
            var files = new List<ShardFile>();
            await foreach (var entry in source.ListAsync("", null, cancellationToken).ConfigureAwait(false))
            {
                if (entry.Key.EndsWith(ShardFileEnding, StringComparison.OrdinalIgnoreCase))
                    files.Add(new ShardFile(entry.Key, entry.SizeBytes));
            }
            return new ShardFiles(source, ownsStore: true, null, RequireSome(source.Root, files));
        }
        catch
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The run whose shards lie at a place; null for a place elsewhere.</summary>
    string? RunPlacedAt(string root)
    {
        var start = SnapshotPaths.ToRef(store.Root, $"{SnapshotPaths.DefaultShardPrefix}/run_id=");
        return root.StartsWith(start, StringComparison.Ordinal) && SnapshotPaths.IsValidRunId(root[start.Length..]) ? root[start.Length..]
            : null;
    }

    async Task<IReadOnlyList<ShardFile>> PlacedFilesAsync(string runId, CancellationToken cancellationToken)
    {
        // The smallest attempt wins, as it does in a build.
        var first = new SortedDictionary<int, LeftoverShard>();
        await foreach (var shard in LeftoverShards.EnumerateAsync(store, runId, cancellationToken).ConfigureAwait(false))
        {
            // Only tables can be taken as they are.
            if (!shard.ObjectKey.EndsWith(ShardFileEnding, StringComparison.Ordinal)) continue;
            if (!first.TryGetValue(shard.DbId, out var known) || shard.Attempt < known.Attempt) first[shard.DbId] = shard;
        }
        return [.. first.Values.Select(shard => new ShardFile(shard.ObjectKey, shard.Bytes) { ShardId = shard.DbId,
            Attempt = shard.Attempt })];
    }

    static IReadOnlyList<ShardFile> RequireSome(string location, IReadOnlyList<ShardFile> files) => files.Count > 0
        ? [.. files.OrderBy(file => file.Key, StringComparer.Ordinal)]
        : throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{location}' has no shard file (*{ShardFileEnding}).")
        {
            Target = location,
            RecommendedAction = "Check the path for a typo.",
        };
}
