using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Reading;

/// <summary>Finds the snapshot that a reader starts on.</summary>
static class SnapshotOpening
{
    /// <summary>Loads the selected snapshot. For the current one and that of a pointer: pointer and manifest, and older manifests when that
    /// one cannot be read.</summary>
    /// <param name="catalog">Pointer, history, manifests.</param>
    /// <param name="selector">Which one.</param>
    /// <param name="maxFallbacks">How many older ones may be tried.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <returns>The snapshot; why it is not the current one, null when it is what was asked for; and the pointer that named it, null when
    /// none did.</returns>
    public static async Task<(LoadedManifest Loaded, string? FallbackReason, SeenPointer? Pointer)> LoadAsync(
        SnapshotCatalog catalog, SnapshotSelector selector, int maxFallbacks, CancellationToken cancellationToken)
    {
        if (selector.FollowedPointer is not { } pointerKey)
        {
            var key = await catalog.ResolveAsync(selector, null, cancellationToken).ConfigureAwait(false);
            return (await catalog.LoadManifestAsync(key, cancellationToken).ConfigureAwait(false), null, null);
        }
        var pointer = await catalog.RequirePointerAsync(pointerKey, cancellationToken).ConfigureAwait(false);
        try
        {
            return (await catalog.LoadManifestAsync(pointer, cancellationToken).ConfigureAwait(false), null, pointer);
        }
        catch (ShardyFusionException unreadable) when (maxFallbacks > 0 && IsUnreadable(unreadable))
        {
            var (older, reason) = await LoadOlderAsync(catalog, pointer, unreadable, maxFallbacks, cancellationToken).ConfigureAwait(false);
            return (older, reason, pointer);
        }
    }

    /// <summary>True when the manifest itself is at fault, so that asking again would not help.</summary>
    public static bool IsUnreadable(ShardyFusionException error) => error.Kind is ErrorKind.ManifestParse or ErrorKind.SnapshotNotFound;

    /// <summary>Walks back from the current one's place, so that a snapshot that was rolled back from is not taken up again.</summary>
    static async Task<(LoadedManifest, string?)> LoadOlderAsync(
        SnapshotCatalog catalog, SeenPointer pointer, ShardyFusionException unreadable, int maxFallbacks,
        CancellationToken cancellationToken)
    {
        var history = await catalog.ListAsync(cancellationToken).ConfigureAwait(false);
        var passedOver = await PassedOver.ListAsync(catalog.Store, cancellationToken).ConfigureAwait(false);
        var older = SnapshotCatalog.FirstOlder(history, pointer.Folder);
        var end = older < 0 ? 0 : Math.Min(history.Count, older + maxFallbacks);
        var skipped = new List<string>();
        for (var index = Math.Max(older, 0); index < end; index++)
        {
            if (passedOver.WhyOf(history[index]) is { } why)
            {
                skipped.Add($"run '{history[index].RunId}' (it {why})");
                end = Math.Min(history.Count, end + 1);
                continue;
            }
            try
            {
                var loaded = await catalog.LoadManifestAsync(history[index].ManifestKey, cancellationToken).ConfigureAwait(false);
                return (loaded,
                    $"The manifest of the current run '{pointer.Pointer!.RunId}' cannot be used, so the older run "
                        + $"'{loaded.Manifest.Required.RunId}' is read. {unreadable.Message}{Skipped(skipped)}");
            }
            catch (ShardyFusionException next) when (IsUnreadable(next))
            {
                skipped.Add($"run '{history[index].RunId}' ({next.Message})");
            }
        }
        throw new ShardyFusionException(unreadable.Kind, $"{unreadable.Message} No older snapshot can be read instead.{Skipped(skipped)}",
            unreadable)
        {
            Target = unreadable.Target,
            RecommendedAction = "Roll back to a readable snapshot, or publish a new one.",
        };
    }

    static string Skipped(List<string> skipped) => skipped.Count == 0 ? "" : $" Skipped on the way back: {string.Join("; ", skipped)}.";
}
