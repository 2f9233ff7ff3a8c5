using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using ShardyFusion.Formats;
using ShardyFusion.Shards;
using ShardyFusion.Stores;

namespace ShardyFusion.Building.Shards;

/// <summary>A shard object in the place of a run.</summary>
/// <param name="DbId">The shard.</param>
/// <param name="Attempt">From 0.</param>
/// <param name="ObjectKey">Its key, relative to the prefix.</param>
/// <param name="Bytes">Size.</param>
sealed record LeftoverShard(int DbId, int Attempt, string ObjectKey, long Bytes);

/// <summary>What a dead run left of its shards, for the run that goes on where it ended. Immutable.</summary>
sealed partial class LeftoverShards
{
    readonly ILookup<int, LeftoverShard> byShard;

    LeftoverShards(IEnumerable<LeftoverShard> shards, Func<LeftoverShard, CancellationToken, Task<string>> hash)
    {
        byShard = shards.ToLookup(shard => shard.DbId);
        Hash = hash;
    }

    /// <summary>Reads an object and gives its SHA-256 in lower-case hex.</summary>
    public Func<LeftoverShard, CancellationToken, Task<string>> Hash { get; }

    /// <summary>Keys of all objects.</summary>
    public IEnumerable<string> ObjectKeys => byShard.SelectMany(shards => shards).Select(shard => shard.ObjectKey);

    /// <summary>Lists them. Objects of other names are no attempts and stay out of it.</summary>
    /// <param name="store">The prefix.</param>
    /// <param name="runId">The dead run.</param>
    /// <param name="hash">Reads an object and gives its SHA-256 in lower-case hex.</param>
    /// <param name="cancellationToken">Cancels the listing.</param>
    public static async Task<LeftoverShards> ListAsync(
        IObjectStore store, string runId, Func<LeftoverShard, CancellationToken, Task<string>> hash, CancellationToken cancellationToken)
    {
        var shards = new List<LeftoverShard>();
        await foreach (var shard in EnumerateAsync(store, runId, cancellationToken).ConfigureAwait(false)) shards.Add(shard);
        return new LeftoverShards(shards, hash);
    }

    /// <summary>Every shard object in a run's place, in the order of their keys.</summary>
    public static IAsyncEnumerable<LeftoverShard> EnumerateAsync(IObjectStore store, string runId,
        CancellationToken cancellationToken) => EnumerateAsync(store, runId, SnapshotPaths.RunShardsPrefix(runId), cancellationToken);

    /// <summary>The first attempt number of one shard that is free. One listing.</summary>
    public static async Task<int> NextAttemptAsync(IObjectStore store, string runId, int dbId, CancellationToken cancellationToken)
    {
        var first = SnapshotPaths.AttemptKey(runId, dbId, 0);
        var next = 0;
        await foreach (var shard in EnumerateAsync(store, runId, first[..(first.LastIndexOf('/') + 1)], cancellationToken)
            .ConfigureAwait(false)) next = Math.Max(next, shard.Attempt + 1);
        return next;
    }

    static async IAsyncEnumerable<LeftoverShard> EnumerateAsync(IObjectStore store, string runId, string below,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in store.ListAsync(below, null, cancellationToken).ConfigureAwait(false))
        {
            var match = AttemptName().Match(entry.Key);
            if (match.Success && int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var dbId)
                && int.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var attempt)
                && IsShard(entry.Key, SnapshotPaths.AttemptKey(runId, dbId, attempt)))
                yield return new LeftoverShard(dbId, attempt, entry.Key, entry.SizeBytes);
        }
    }

    static bool IsShard(string key, string attemptKey) =>
        key == SnapshotPaths.ShardKey(attemptKey) || key == SnapshotPaths.ShardKey(attemptKey, ShardFormat.Sqlite);

    /// <summary>The objects of a shard; none when the dead run did not finish it.</summary>
    public IReadOnlyList<LeftoverShard> Of(int dbId) => [.. byShard[dbId]];

    /// <summary>The first attempt number of a shard that is free.</summary>
    public int NextAttempt(int dbId) => byShard[dbId].Select(shard => shard.Attempt + 1).DefaultIfEmpty(0).Max();

    [GeneratedRegex("/db=([0-9]{5,})/attempt=([0-9]{2,})/", RegexOptions.CultureInvariant)]
    private static partial Regex AttemptName();
}
