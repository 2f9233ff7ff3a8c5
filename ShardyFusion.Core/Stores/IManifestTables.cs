namespace ShardyFusion.Stores;

/// <summary>The tables of manifests and of moves of the current pointer, of all prefixes that share them.</summary>
/// <remarks>Every method may throw <see cref="Errors.ShardyFusionException"/> with the kind that an object store would give. Safe for
/// concurrent callers.</remarks>
interface IManifestTables
{
    /// <summary>What they are, for a marker and for messages: no host, no user.</summary>
    string Name { get; }

    /// <summary>Makes the tables that are missing.</summary>
    /// <param name="forManifests">True before manifests are added: then tables must be there that may get them.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.StoreUnsafe"/>: manifests there are read by others who
    /// could not read ours.</exception>
    Task PrepareAsync(bool forManifests, CancellationToken cancellationToken);

    /// <summary>All manifests, in no order; what they hold is not loaded.</summary>
    Task<IReadOnlyList<ManifestRow>> ListAsync(CancellationToken cancellationToken);

    /// <summary>One manifest; null when there is none of that run.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="maxBytes">Larger ones are refused before they are read.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    Task<ManifestText?> LoadAsync(string runId, long maxBytes, CancellationToken cancellationToken);

    /// <summary>What a pointer says of the manifest of a run; null when there is no such manifest.</summary>
    Task<string?> CheckOfAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Moves of the pointer, the last one first.</summary>
    /// <param name="skip">How many of the last are left out.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    Task<IReadOnlyList<PointerRow>> ListMovesAsync(int skip, int count, CancellationToken cancellationToken);

    /// <summary>Moves the pointer unless somebody else has moved it, all or nothing; nobody else moves it meanwhile.</summary>
    /// <param name="move">The move.</param>
    /// <param name="isOwn">Tells of a move whether it is of the same prefix.</param>
    /// <param name="cancellationToken">Cancels it; once it is sent its outcome is unknown.</param>
    /// <returns>False when there is a later move of the same prefix than the expected one; nothing was changed then.</returns>
    Task<bool> MoveAsync(TableMove move, Func<PointerRow, CancellationToken, ValueTask<bool>> isOwn, CancellationToken cancellationToken);

    /// <summary>Deletes manifests, and the moves to them but the last of all moves.</summary>
    Task DeleteAsync(IReadOnlyList<string> runIds, CancellationToken cancellationToken);
}
