namespace ShardyFusion.Errors;

/// <summary>The default recommendation per kind; a thrower with better advice sets its own.</summary>
static class ErrorAdvice
{
    public static string For(ErrorKind kind) => kind switch
    {
        ErrorKind.ConfigValidation => "Correct the named option and run the command again.",
        ErrorKind.ShardAssignment => "Correct the key or choose another key encoding; the row-error policy can skip such rows of an input.",
        ErrorKind.InputInvalid => "Correct the input at the named place, or skip such rows with the row-error policy.",
        ErrorKind.ShardCoverage => "Build the snapshot again; nothing was published.",
        ErrorKind.ManifestBuild => "Correct the named value; nothing was published.",
        ErrorKind.ManifestParse => "Roll back to a readable snapshot, or publish a new one.",
        ErrorKind.ManifestStore => "Try again; if it persists, check the store.",
        ErrorKind.PublishManifest or ErrorKind.PublishCurrent => "Run the build again; the snapshot before it is still current.",
        ErrorKind.PointerConflict => "Look at the history, then publish or roll back again if that is still what you want.",
        ErrorKind.BuildInProgress =>
        "Wait for the named run. If its process is gone, stop it with force and resume it, or wait until its lease ends.",
        ErrorKind.RunNotFound => "List the runs to see which there are.",
        ErrorKind.BuildStopped => "Find out why it was stopped, then run the build again.",
        ErrorKind.GuardFailed => "Look at the guard results; publish with force and a reason if the change is intended.",
        ErrorKind.ProbeFailed => "Look at the named keys in the staged snapshot; publish again when they are right.",
        ErrorKind.ShardWrite => "Run the build again; nothing was published.",
        ErrorKind.ShardCorrupt => "Restore the named file from a copy, or roll back to another snapshot.",
        ErrorKind.ShardUnsupported =>
        "Rewrite the table with what is supported: compact the database first (one plain value a key, no deletions or merges), packed with "
            + "none, Snappy, zlib, LZ4 or ZSTD and no dictionary.",
        ErrorKind.ReaderState => "Open a new reader.",
        ErrorKind.NoSnapshot => "Publish a snapshot to this prefix first, or check the prefix for a typo.",
        ErrorKind.SnapshotNotFound => "List the history to see which snapshots exist.",
        ErrorKind.SnapshotIncomplete => "Choose another snapshot from the history, or build again.",
        ErrorKind.SnapshotBlocked => "Choose another snapshot, unblock it, or force the change if you know better.",
        ErrorKind.PublishingFrozen => "Wait until the freeze ends, or lift it.",
        ErrorKind.TagExists => "Choose another tag, or remove that one first.",
        ErrorKind.PlanStale => "Make a new plan.",
        ErrorKind.PoolExhausted => "Raise the request limit or lower the number of parallel callers.",
        ErrorKind.StorageTransient => "Try again; if it persists, check the network and the store.",
        ErrorKind.StorageDenied => "Check the permissions and credentials for the named resource.",
        ErrorKind.StorageNotFound => "Check the name; create the bucket, container or folder if it should exist.",
        ErrorKind.WrongRegion => "Give the bucket's region, and its endpoint if you give one at all.",
        ErrorKind.CredentialsExpired => "Get new temporary credentials (for a profile, sign in again).",
        ErrorKind.ClockSkewed => "Synchronise this machine's clock.",
        ErrorKind.StorageArchived =>
        "Restore the object from its archive (S3: RestoreObject, Azure: another tier), wait until that is done, then try again; "
            + "keep live snapshots out of archiving rules.",
        ErrorKind.StorageUnsupported => "Check the endpoint and whether the store supports this operation.",
        ErrorKind.StorageAnswer =>
        "Check that the endpoint is an object store's, and what lies between it and this machine (a proxy, a sign-in page); "
            + "then try again.",
        ErrorKind.TimedOut => "Check that the store answers, or give more time.",
        ErrorKind.StorageFull => "Free space on the store and run the command again.",
        ErrorKind.StoreUnsafe => "Use a store with conditional writes, or allow an unsafe pointer if this is the only publisher.",
        ErrorKind.MemoryExhausted =>
        "Lower the memory budget, the number of shards built or read at the same time, or the size of rows and batches; "
            + "or let the process use more memory.",
        _ => "See the message.",
    };
}
