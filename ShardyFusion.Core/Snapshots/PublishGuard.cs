namespace ShardyFusion.Snapshots;

/// <summary>A check that runs after the manifest is written and before the pointer moves.</summary>
public interface IPublishGuard
{
    /// <summary>Short name, kept with the result.</summary>
    string Name { get; }

    /// <summary>Checks a staged snapshot.</summary>
    /// <param name="staged">The snapshot that would be published.</param>
    /// <param name="current">The snapshot that is current; null when there is none.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    Task<GuardResult> CheckAsync(SnapshotInfo staged, SnapshotInfo? current, CancellationToken cancellationToken);
}

/// <summary>What a guard found.</summary>
/// <param name="Name">The guard.</param>
/// <param name="Passed">False stops the publish.</param>
/// <param name="Detail">One sentence with the figures.</param>
public sealed record GuardResult(string Name, bool Passed, string Detail);
