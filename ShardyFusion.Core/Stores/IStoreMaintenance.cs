namespace ShardyFusion.Stores;

/// <summary>What a writer does to a store before it starts, beyond reading and writing objects.</summary>
interface IStoreMaintenance
{
    /// <summary>
    /// Makes the store ready for a writer: creates the root folder of a disk store when it is missing, and removes what killed writers
    /// left behind (temporary files; objects of interrupted probes; uploads in parts after a day, whoever started them). What a live
    /// process holds open stays.
    /// </summary>
    /// <param name="olderThan">Only leftovers last written at least this long ago, by the store's clock.</param>
    /// <param name="cancellationToken">Cancels the cleaning; what is removed stays removed.</param>
    /// <returns>How many leftovers were removed.</returns>
    Task<int> CleanTempAsync(TimeSpan olderThan, CancellationToken cancellationToken);

    /// <summary>Looks at the store's clock where its answers do not show it by the way; changes nothing else. Where that is impossible
    /// <see cref="IObjectStore.Clock"/> stays as it is.</summary>
    void ReadClock()
    {
    }

    /// <summary>Aborts uploads that were started and neither completed nor aborted, where the store keeps such; a disk store does
    /// not.</summary>
    /// <param name="isAbandoned">Gets an upload's key; true when no live process can be writing it.</param>
    /// <param name="cancellationToken">Cancels the cleaning.</param>
    /// <returns>How many were aborted.</returns>
    Task<int> AbortUploadsAsync(Func<string, CancellationToken, Task<bool>> isAbandoned, CancellationToken cancellationToken) =>
        Task.FromResult(0);

    /// <summary>Lists uploads that were started and neither completed nor aborted, where the store keeps such and allows it; with the time
    /// of their start by the store's clock.</summary>
    async IAsyncEnumerable<(string Key, DateTimeOffset? StartedAt)> ListUploadsAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield break;
    }
}
