using System.Collections.Concurrent;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>The operations that <see cref="FaultyStore"/> can spoil.</summary>
public enum StoreOperation { Get, GetRange, GetTail, Head, Put, OpenUpload, UploadWrite, UploadComplete, List, Delete }

/// <summary>A real store behind rules: each call is offered to every rule in the order they were added, before it reaches the
/// store.</summary>
/// <remarks>Safe for concurrent callers once the rules are added. <see cref="Calls"/> tells what was asked for, in order.</remarks>
sealed class FaultyStore(IObjectStore inner) : IObjectStore, IStoreMaintenance
{
    readonly List<Rule> rules = [];

    /// <summary>Which calls a rule applies to, and what it does instead of the call.</summary>
    /// <param name="Operation">The operation.</param>
    /// <param name="KeyPart">Only keys that hold this; empty for all.</param>
    /// <param name="First">1-based number of the first matching call it spoils.</param>
    /// <param name="Count">How many in a row.</param>
    /// <param name="Fault">Gets the real call and the caller's token.</param>
    sealed record Rule(StoreOperation Operation, string KeyPart, int First, int Count,
        Func<Func<Task<object?>>, CancellationToken, Task<object?>> Fault)
    {
        int seen;
        public bool Applies(StoreOperation operation, string key)
        {
            if (operation != Operation || !key.Contains(KeyPart, StringComparison.Ordinal))
                return false;
            var number = Interlocked.Increment(ref seen);
            return number >= First && number < (long)First + Count;
        }
    }

    /// <summary>Every call so far.</summary>
    public ConcurrentQueue<(StoreOperation Operation, string Key)> Calls { get; } = new();

    /// <summary>The n-th matching call (and <paramref name="count"/> − 1 after it) throws and does nothing.</summary>
    public FaultyStore Fail(StoreOperation operation, string keyPart = "", int nth = 1, int count = 1,
        ErrorKind kind = ErrorKind.StorageTransient) =>
        Add(operation, keyPart, nth, count, (_, _) => throw Injected(kind, operation));

    /// <summary>The n-th matching call does its work and throws nevertheless: the caller cannot know the outcome.</summary>
    public FaultyStore FailAfterwards(StoreOperation operation, string keyPart = "", int nth = 1, int count = 1,
        ErrorKind kind = ErrorKind.StorageTransient) =>
        Add(operation, keyPart, nth, count, async (call, _) =>
        {
            await call();
            throw Injected(kind, operation);
        });

    /// <summary>The n-th matching call waits until it is cancelled.</summary>
    public FaultyStore Stall(StoreOperation operation, string keyPart = "", int nth = 1) =>
        Add(operation, keyPart, nth, 1, async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return null;
        });

    /// <summary>Someone else acts right before the n-th matching call.</summary>
    public FaultyStore Before(StoreOperation operation, Func<IObjectStore, Task> other, string keyPart = "", int nth = 1) =>
        Add(operation, keyPart, nth, 1, async (call, _) =>
        {
            await other(inner);
            return await call();
        });

    /// <summary>Someone else writes <paramref name="content"/> right before the n-th put of a matching key: the caller loses the
    /// race.</summary>
    public FaultyStore LoseRace(string key, byte[] content, int nth = 1) =>
        Before(StoreOperation.Put, store => store.PutAsync(key, content, new PutOptions(PutCondition.Always), CancellationToken.None), key,
            nth);

    FaultyStore Add(StoreOperation operation, string keyPart, int nth, int count,
        Func<Func<Task<object?>>, CancellationToken, Task<object?>> fault)
    {
        rules.Add(new Rule(operation, keyPart, nth, count, fault));
        return this;
    }

    static ShardyFusionException Injected(ErrorKind kind, StoreOperation operation) => new(kind, $"Injected fault in {operation}.");

    async Task<T> RunAsync<T>(StoreOperation operation, string key, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        Calls.Enqueue((operation, key));
        Func<Task<object?>> next = async () => await call();
        // Every rule counts the call, so all are asked; the first one added is the outermost.
        foreach (var rule in Enumerable.Reverse(rules.Where(r => r.Applies(operation, key)).ToList()))
        {
            var behind = next;
            next = () => rule.Fault(behind, cancellationToken);
        }
        return (T)(await next())!;
    }

    public string Root => inner.Root;
    public StoreCapabilities Capabilities => inner.Capabilities;
    public StoreCounters Counters => inner.Counters;
    public string? LocalPath(string key) => inner.LocalPath(key);
    public ValueTask DisposeAsync() => inner.DisposeAsync();
    public Task<int> CleanTempAsync(TimeSpan olderThan, CancellationToken cancellationToken) =>
        ((IStoreMaintenance)inner).CleanTempAsync(olderThan, cancellationToken);

    public Task<StoredObject?> GetAsync(string key, long maxBytes, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Get, key, () => inner.GetAsync(key, maxBytes, cancellationToken), cancellationToken);

    public ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken) =>
        new(RunAsync(StoreOperation.GetRange, key, () => inner.GetRangeAsync(key, offset, destination, cancellationToken).AsTask(),
            cancellationToken));

    public Task<ObjectTail> GetTailAsync(string key, int length, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.GetTail, key, () => inner.GetTailAsync(key, length, cancellationToken), cancellationToken);

    public Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Head, key, () => inner.HeadAsync(key, cancellationToken), cancellationToken);

    public Task<PutResult> PutAsync(string key, ReadOnlyMemory<byte> content, PutOptions options, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Put, key, () => inner.PutAsync(key, content, options, cancellationToken), cancellationToken);

    public Task<IObjectUpload> OpenUploadAsync(string key, PutOptions options, CancellationToken cancellationToken) =>
        RunAsync<IObjectUpload>(StoreOperation.OpenUpload, key,
            async () => new Upload(this, key, await inner.OpenUploadAsync(key, options, cancellationToken)), cancellationToken);

    public async IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await RunAsync(StoreOperation.List, prefix, static () => Task.FromResult(true), cancellationToken);
        await foreach (var entry in inner.ListAsync(prefix, delimiter, cancellationToken))
            yield return entry;
    }

    /// <summary>Rules see the keys joined by commas.</summary>
    public Task<IReadOnlyList<DeleteResult>> DeleteAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Delete, string.Join(',', keys), () => inner.DeleteAsync(keys, cancellationToken), cancellationToken);

    sealed class Upload(FaultyStore store, string key, IObjectUpload inner) : IObjectUpload
    {
        public async ValueTask WriteAsync(ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
            await store.RunAsync(StoreOperation.UploadWrite, key, async () =>
            {
                await inner.WriteAsync(content, cancellationToken);
                return true;
            }, cancellationToken);

        public Task<PutResult> CompleteAsync(CancellationToken cancellationToken) =>
            store.RunAsync(StoreOperation.UploadComplete, key, () => inner.CompleteAsync(cancellationToken), cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
