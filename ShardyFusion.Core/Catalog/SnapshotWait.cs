using ShardyFusion.Errors;
using ShardyFusion.Figures;
using ShardyFusion.Formats;

namespace ShardyFusion.Catalog;

/// <summary>Waits until a pointer names a newer snapshot than one that is known.</summary>
/// <param name="context">The prefix.</param>
sealed class SnapshotWait(StoreContext context)
{
    /// <summary>Looks at the pointer again and again until a snapshot is current that was published after the known one. A move back to an
    /// older one is none.</summary>
    /// <param name="options">Which pointer, and which snapshot is known.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The newer snapshot, and a warning when the known one is not in the history, so that any counts as newer.</returns>
    /// <exception cref="ShardyFusionException">A failure of the store, or <see cref="ErrorKind.ManifestParse"/>: the pointer or the newer
    /// manifest cannot be read. A prefix without a snapshot is waited at.</exception>
    public async Task<(SnapshotInfo Info, string? Warning)> ForNewerAsync(WaitOptions options, CancellationToken cancellationToken)
    {
        var pointerKey = SnapshotPaths.PointerKey(options.Pointer);
        var seen = await ReadAsync(pointerKey, cancellationToken).ConfigureAwait(false);
        var (known, warning) = options.AfterRunId is { } runId ? await FindAsync(runId, cancellationToken).ConfigureAwait(false)
            : (seen.ManifestKey, null);
        while (!IsNewer(seen.ManifestKey, known))
        {
            await Task.Delay(options.Interval, cancellationToken).ConfigureAwait(false);
            seen = await ReadAsync(pointerKey, cancellationToken).ConfigureAwait(false);
        }
        var loaded = await context.Catalog.LoadManifestAsync(seen, cancellationToken).ConfigureAwait(false);
        return (loaded.Manifest.ToInfo(loaded.Ref, context.Store.Root), warning);
    }

    /// <summary>The failure to report when the time for a wait is over.</summary>
    /// <param name="limit">The time that was given.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="runs">How the caller lists builds.</param>
    public static ShardyFusionException NothingNewer(TimeSpan limit, string? prefix, string runs) => new(ErrorKind.TimedOut,
        $"No newer snapshot became current at '{prefix}' within {ReadableText.Duration(limit)}.")
    {
        Target = prefix,
        RecommendedAction = $"Look with {runs} whether a build is on its way or has failed, and wait again.",
    };

    async Task<SeenPointer> ReadAsync(string pointerKey, CancellationToken cancellationToken)
    {
        try
        {
            var seen = await context.Catalog.ReadPointerAsync(pointerKey, cancellationToken).ConfigureAwait(false);
            return seen.Problem is null ? seen : throw seen.Problem;
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StorageNotFound && context.Store.Capabilities.IsLocal)
        {
            // The first publish creates the folder.
            return SeenPointer.None(pointerKey);
        }
    }

    async Task<(string? Key, string? Warning)> FindAsync(string runId, CancellationToken cancellationToken)
    {
        try
        {
            return (await context.Catalog.ResolveAsync(new SnapshotSelector { RunId = runId }, null, cancellationToken)
                .ConfigureAwait(false), null);
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.SnapshotNotFound or ErrorKind.StorageNotFound)
        {
            return (null, $"Run '{runId}' is not in the history; whatever is current counts as newer.");
        }
    }

    static bool IsNewer(string? current, string? known)
    {
        if (current is null || current == known) return false;
        return known is null || SnapshotCatalog.FolderOf(current) is not { } newer || SnapshotCatalog.FolderOf(known) is not { } older
            || SnapshotCatalog.NewestFirst(newer, older) < 0;
    }
}
