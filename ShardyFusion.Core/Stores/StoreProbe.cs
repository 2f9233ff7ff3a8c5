using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>Finds out what a store really does, with throw-away objects below <c>.probe/</c> of the prefix.</summary>
/// <remarks>Some stores accept a conditional header and ignore it; two publishers would then both win. Nothing but trying tells.</remarks>
public static class StoreProbe
{
    /// <summary>Clocks further apart than this make leases and ages wrong.</summary>
    public static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(2);

    /// <summary>The checks that a publishing store must pass.</summary>
    static readonly (string Name, Func<StoreProbeSession, Task<string?>> Run)[] ConditionChecks =
    [
        ("create-only", static s => s.CreateAsync()),
        ("create-only conflict", static s => s.ConflictingCreateAsync()),
        ("if-match", static s => s.MatchAsync()),
        ("if-match stale", static s => s.StaleMatchAsync()),
        ("if-match missing", static s => s.MissingMatchAsync()),
        ("if-match race", static s => s.RaceAsync()),
    ];

    static readonly (string Name, Func<StoreProbeSession, Task<string?>> Run)[] OtherChecks =
    [
        ("read", static s => s.ReadAsync()),
        ("ranges", static s => s.RangesAsync()),
        ("list order", static s => s.ListOrderAsync()),
        ("list paging", static s => s.ListPagingAsync()),
        ("clock", static s => s.ClockAsync()),
        ("delete", static s => s.DeleteAsync()),
    ];

    /// <summary>Runs every check. What the store refuses becomes a failed check; the objects written are removed as far as possible.</summary>
    /// <param name="store">The store to try.</param>
    /// <param name="cancellationToken">Cancels the probe; what it wrote is then removed by a later one.</param>
    /// <exception cref="ShardyFusionException">The store cannot be reached at all.</exception>
    public static Task<IReadOnlyList<StoreProbeResult>> RunAsync(IObjectStore store, CancellationToken cancellationToken) =>
        RunAsync(store, TimeProvider.System, cancellationToken);

    internal static async Task<IReadOnlyList<StoreProbeResult>> RunAsync(IObjectStore store, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var session = new StoreProbeSession(store, timeProvider, cancellationToken);
        try
        {
            var conditions = await session.RunAsync(ConditionChecks).ConfigureAwait(false);
            Record(store, conditions);
            var others = await session.RunAsync(OtherChecks).ConfigureAwait(false);
            return [.. conditions, .. others, session.Permissions()];
        }
        finally
        {
            await session.RemoveAllAsync().ConfigureAwait(false);
        }
    }

    /// <summary>As <see cref="RequireConditionalWritesAsync(IObjectStore, CancellationToken)"/>, unless the caller takes the risk.</summary>
    /// <param name="store">The store.</param>
    /// <param name="isRiskTaken">True passes a store that does not honour conditions; it knows afterwards that it has to compare by itself, as far as that goes.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public static async Task RequireConditionalWritesAsync(IObjectStore store, bool isRiskTaken, CancellationToken cancellationToken)
    {
        if (isRiskTaken && store.Capabilities.ConditionalWrites is not null) return;
        try
        {
            await RequireConditionalWritesAsync(store, cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StoreUnsafe && isRiskTaken)
        {
        }
    }

    /// <summary>Makes sure that the store honours conditional writes, by probing it when nobody knows yet.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/> naming the condition that the store ignores.</exception>
    public static async Task RequireConditionalWritesAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        if (store.Capabilities.ConditionalWrites == true)
            return;
        var session = new StoreProbeSession(store, TimeProvider.System, cancellationToken);
        try
        {
            var results = await session.RunAsync(ConditionChecks).ConfigureAwait(false);
            if (session.Refusal is { } refusal)
                throw refusal;
            Record(store, results);
            if (results.FirstOrDefault(static r => r.Passed != true) is { } failed)
                throw new ShardyFusionException(ErrorKind.StoreUnsafe, $"The store of {store.Root} does not honour conditional writes: {failed.Check}: {failed.Detail}") { Target = store.Root };
        }
        finally
        {
            await session.RemoveAllAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Removes what interrupted probes left, after an hour; a probe takes seconds.</summary>
    /// <returns>How many objects were removed.</returns>
    internal static async Task<int> RemoveLeftoversAsync(IObjectStore store, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var before = timeProvider.GetUtcNow().AddHours(-1);
        var stale = new List<string>();
        await foreach (var entry in store.ListAsync(StoreProbeSession.AllFolders, null, cancellationToken).ConfigureAwait(false))
        {
            if (entry.LastModified < before && OwnKeys.IsOfProbe(entry.Key))
                stale.Add(entry.Key);
        }
        if (stale.Count > 0)
            await store.DeleteAsync(stale, cancellationToken).ConfigureAwait(false);
        return stale.Count;
    }

    static void Record(IObjectStore store, List<StoreProbeResult> conditions)
    {
        if (conditions.All(static r => r.Passed is not null))
            (store as IProbedStore)?.RecordConditionalWrites(conditions.All(static r => r.Passed == true));
    }
}
