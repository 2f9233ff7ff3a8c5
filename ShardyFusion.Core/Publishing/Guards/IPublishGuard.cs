using ShardyFusion.Formats;

namespace ShardyFusion.Publishing.Guards;

/// <summary>A check of a snapshot that runs before the pointer moves.</summary>
public interface IPublishGuard
{
    /// <summary>Short name, kept with the result.</summary>
    string Name { get; }

    /// <summary>Checks a staged snapshot. An exception other than a cancellation counts as a failed check.</summary>
    /// <param name="context">The snapshot, a reader of it, and the one that is current.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken);
}
