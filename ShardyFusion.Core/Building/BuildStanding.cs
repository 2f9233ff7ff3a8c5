namespace ShardyFusion.Building;

/// <summary>How far a build has come: what decides how it ends when it fails.</summary>
sealed class BuildStanding
{
    /// <summary>The manifest; null before it is written.</summary>
    public string? ManifestRef { get; set; }

    /// <summary>True once the manifest's write was sent: only the store knows whether it is carried out, now or later.</summary>
    public bool IsManifestAttempted { get; set; }

    /// <summary>The same of the pointer's write.</summary>
    public bool IsPointerAttempted { get; set; }

    /// <summary>The caller's wish to stop, as last given.</summary>
    public CancellationToken Stopped { get; set; }

    /// <summary>What the build failed by; null while it did not.</summary>
    public Exception? Failure { get; set; }

    /// <summary>What the inputs gave reason to say.</summary>
    public List<string> InputWarnings { get; } = [];
}
