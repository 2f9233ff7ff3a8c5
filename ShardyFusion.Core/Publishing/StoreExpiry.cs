using ShardyFusion.Catalog;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Stores;

namespace ShardyFusion.Publishing;

/// <summary>Ends of what holds for a while.</summary>
static class StoreExpiry
{
    /// <summary>When something that begins now ends: by the store's clock, which everybody goes by who looks at it later.</summary>
    /// <param name="context">The prefix.</param>
    /// <param name="expiresIn">How long it holds; null for ever.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <returns>The time, UTC; null for never.</returns>
    /// <exception cref="Errors.ShardyFusionException">A failure of the store.</exception>
    public static async Task<DateTimeOffset?> AfterAsync(StoreContext context, TimeSpan? expiresIn, CancellationToken cancellationToken)
    {
        if (expiresIn is not { } duration)
            return null;
        (context.Store as IStoreMaintenance)?.ReadClock();
        // Any answer of a remote store tells its time.
        if (!context.Store.Capabilities.IsLocal)
            await context.Store.HeadAsync(AnnotationPaths.FreezeKey, cancellationToken).ConfigureAwait(false);
        return context.Clock.GetUtcNow() + duration;
    }
}
