namespace ShardyFusion.Stores.Remote;

/// <summary>Conditional writes of one object that leave at the same moment.</summary>
interface IRemoteRace
{
    /// <summary>As <see cref="IProbedStore.OpenConnectionsAsync"/>.</summary>
    Task OpenConnectionsAsync(string key, int count, CancellationToken cancellationToken);

    /// <summary>As <see cref="IProbedStore.RaceAsync"/>.</summary>
    Task<IReadOnlyList<PutResult?>> RunAsync(string key, ReadOnlyMemory<byte>[] contents, PutCondition condition,
        CancellationToken cancellationToken);
}
