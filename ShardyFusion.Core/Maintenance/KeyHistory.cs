using System.Runtime.CompilerServices;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Routing;

namespace ShardyFusion.Maintenance;

/// <summary>Follows keys through the published snapshots of a prefix.</summary>
sealed class KeyHistory(StoreContext context, ReaderOpener readers)
{
    /// <summary>Follows one key through the published snapshots, newest first.</summary>
    /// <param name="key">Any key; converted to each snapshot's key type.</param>
    /// <param name="columns">The columns that the snapshots' expressions read beside the key; null for none.</param>
    /// <param name="first">How many snapshots at most, at least 1; null for all.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>One entry for each snapshot. A snapshot that cannot be read, or cannot hold the key, has
    /// <see cref="KeyVersion.Problem"/>.</returns>
    /// <remarks>One shard of each snapshot is opened, and none whose hash is that of the shard seen before it.</remarks>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, or a failure of the store.</exception>
    public async IAsyncEnumerable<KeyVersion> FollowAsync(object key, RoutingContext? columns, int? first,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        // What became of the key in the last snapshot shown is told by the one published before it.
        var limit = first is null or int.MaxValue ? first : first + 1;
        (HistoryEntry Entry, KeyState State)? newer = null;
        var shown = 0;
        var entries = new SnapshotHistory(context).ListAsync(first < 1 ? first : limit, cancellationToken);
        await foreach (var entry in entries.ConfigureAwait(false))
        {
            var state = await LookAtAsync(entry, key, columns, newer?.State, cancellationToken).ConfigureAwait(false);
            if (newer is { } shownNow)
            {
                yield return Describe(shownNow.Entry, shownNow.State, state);
                shown++;
            }
            newer = (entry, state);
        }
        if (newer is { } oldest && shown != first) yield return Describe(oldest.Entry, oldest.State, null);
    }

    async Task<KeyState> LookAtAsync(HistoryEntry entry, object key, RoutingContext? columns, KeyState? newer,
        CancellationToken cancellationToken)
    {
        if (entry.Problem is not null) return new KeyState(null, null, entry.Problem);
        try
        {
            var reader = await readers.OpenAsync(new ReaderOptions { Selector = new SnapshotSelector { Ref = entry.ManifestRef } },
                cancellationToken).ConfigureAwait(false);
            await using var closeReader = reader.ConfigureAwait(false);
            var shardId = reader.ResolveShard(key, columns);
            var hash = reader.Info.Shards.FirstOrDefault(shard => shard.ShardId == shardId)?.Sha256;
            var result = hash is not null && hash == newer?.Sha256 ? newer.Result
                : await reader.GetAsync(key, columns, cancellationToken).ConfigureAwait(false);
            return new KeyState(result, hash, null);
        }
        catch (ShardyFusionException unreadable) when (unreadable.Kind is ErrorKind.ManifestParse or ErrorKind.SnapshotNotFound
            or ErrorKind.SnapshotIncomplete
            or ErrorKind.ShardCorrupt or ErrorKind.ShardUnsupported or ErrorKind.ShardAssignment)
        {
            return new KeyState(null, null, unreadable.Message);
        }
    }

    static KeyVersion Describe(HistoryEntry entry, KeyState state, KeyState? before) => new()
    {
        Offset = entry.Offset,
        IsCurrent = entry.IsCurrent,
        RunId = entry.RunId,
        ManifestRef = entry.ManifestRef,
        PublishedAt = entry.PublishedAt,
        Found = state.Result?.Found,
        Value = state.Result?.Value,
        ValueEncoding = state.Result?.ValueEncoding,
        Change = ChangeOf(state.Result, before?.Result),
        Problem = state.Problem,
    };

    static RowChange? ChangeOf(LookupResult? now, LookupResult? before) => (now, before) switch
    {
        (null, _) or (_, null) => null,
        ({ Found: true }, { Found: false }) => RowChange.Added,
        ({ Found: false }, { Found: true }) => RowChange.Removed,
        ({ Found: true }, { Found: true }) => now.Value.AsSpan().SequenceEqual(before.Value) ? null : RowChange.Changed,
        _ => null,
    };

    /// <summary>What one snapshot says about the key.</summary>
    sealed record KeyState(LookupResult? Result, string? Sha256, string? Problem);
}
