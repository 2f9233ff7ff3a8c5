namespace ShardyFusion.Errors;

/// <summary>What went wrong, as a stable identifier that scripts may match on.</summary>
public enum ErrorKind
{
    /// <summary>An option, argument or setting is invalid.</summary>
    ConfigValidation,
    /// <summary>A key cannot be encoded or routed to a shard.</summary>
    ShardAssignment,
    /// <summary>An input file or row cannot be read, or has no such field.</summary>
    InputInvalid,
    /// <summary>Attempt results do not cover the shards they should.</summary>
    ShardCoverage,
    /// <summary>A manifest could not be composed.</summary>
    ManifestBuild,
    /// <summary>A manifest, pointer or run record is malformed or of an unknown format.</summary>
    ManifestParse,
    /// <summary>Manifests could not be listed or loaded.</summary>
    ManifestStore,
    /// <summary>The manifest object could not be written.</summary>
    PublishManifest,
    /// <summary>The pointer could not be written or did not read back as written.</summary>
    PublishCurrent,
    /// <summary>Someone else moved the pointer in the meantime.</summary>
    PointerConflict,
    /// <summary>Another live run is building on this prefix.</summary>
    BuildInProgress,
    /// <summary>No run of that name left a record.</summary>
    RunNotFound,
    /// <summary>Someone asked the build to stop through the store.</summary>
    BuildStopped,
    /// <summary>A publish guard refused the snapshot.</summary>
    GuardFailed,
    /// <summary>Reads right after a publish did not give what they should; the message says where the pointer is now.</summary>
    ProbeFailed,
    /// <summary>A shard could not be written.</summary>
    ShardWrite,
    /// <summary>A shard file is damaged, truncated or no shard file.</summary>
    ShardCorrupt,
    /// <summary>A shard file is whole, but of a kind that is not read here.</summary>
    ShardUnsupported,
    /// <summary>A reader is closed or has nothing loaded.</summary>
    ReaderState,
    /// <summary>The prefix holds no published snapshot yet.</summary>
    NoSnapshot,
    /// <summary>No snapshot answers to that ref, run id, offset, tag or pointer.</summary>
    SnapshotNotFound,
    /// <summary>A snapshot's manifest exists, but shards that it names are gone.</summary>
    SnapshotIncomplete,
    /// <summary>The snapshot is blocked: nobody is to use it.</summary>
    SnapshotBlocked,
    /// <summary>The prefix is frozen: no pointer moves and nothing is cleaned up.</summary>
    PublishingFrozen,
    /// <summary>A tag of that name names another snapshot.</summary>
    TagExists,
    /// <summary>A saved plan does not fit what is there now.</summary>
    PlanStale,
    /// <summary>No request slot became free in time.</summary>
    PoolExhausted,
    /// <summary>The store failed in a way that may pass.</summary>
    StorageTransient,
    /// <summary>The store refused the request: permissions, credentials, read-only.</summary>
    StorageDenied,
    /// <summary>The object, bucket or folder does not exist.</summary>
    StorageNotFound,
    /// <summary>The bucket lives in another region or behind another endpoint.</summary>
    WrongRegion,
    /// <summary>The temporary credentials are no longer valid.</summary>
    CredentialsExpired,
    /// <summary>This machine's clock is too far from the store's.</summary>
    ClockSkewed,
    /// <summary>The object was moved to an archive and cannot be read before it is restored.</summary>
    StorageArchived,
    /// <summary>The store does not know a request, or not in the form in which it was sent.</summary>
    StorageUnsupported,
    /// <summary>What came back makes no sense: damaged on the way, or no answer of such a store.</summary>
    StorageAnswer,
    /// <summary>The time given for the whole command is over.</summary>
    TimedOut,
    /// <summary>The store has no room left.</summary>
    StorageFull,
    /// <summary>The store does not honour conditional writes.</summary>
    StoreUnsafe,
    /// <summary>The process may not use as much memory as the work needs.</summary>
    MemoryExhausted,
}
