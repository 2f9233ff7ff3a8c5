namespace ShardyFusion.Stores.Remote;

/// <summary>Deletes below one prefix of a remote store.</summary>
interface IRemoteDeletes
{
    /// <summary>As <see cref="IObjectStore.DeleteAsync"/>.</summary>
    Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);
}
