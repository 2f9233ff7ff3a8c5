using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>Finds out what a store really does, with temporary objects below <c>.probe/</c> of the prefix.</summary>
/// <remarks>
/// Some stores accept a conditional header and ignore it, and some compare and write in two steps; two publishers would then both win.
/// Nothing but trying tells. A store that was seen to break a condition does break it. One that was not seen to is likely to honour it:
/// that is evidence, no proof.
/// </remarks>
static class StoreProbe
{
    /// <summary>Clocks further apart than this make leases and ages wrong.</summary>
    public static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(2);

    /// <summary>The checks that a store must pass before anybody publishes to it.</summary>
    static readonly StoreCheckPlan[] ConditionChecks =
    [
        new("create-only", static s => s.CreateAsync()),
        new("create-only conflict", static s => s.ConflictingCreateAsync()),
        new("if-match", static s => s.MatchAsync()),
        new("if-match stale", static s => s.StaleMatchAsync()),
        new("if-match missing", static s => s.MissingMatchAsync()),
        new("create-only race", static s => s.CreateRaceAsync()),
        new("if-match race", static s => s.MatchRaceAsync()),
    ];

    static readonly StoreCheckPlan[] OtherChecks =
    [
        new("read", static s => s.ReadAsync()),
        new("ranges", static s => s.RangesAsync()),
        new("list", static s => s.ListAsync()),
        new("list paging", static s => s.ListPagingAsync()),
        new("uploads in parts", static s => s.PartsAsync(), IsRequired: false),
        new("list uploads", static s => s.ListUploadsAsync(), IsRequired: false),
        new("copy", static s => s.CopyAsync(), IsRequired: false),
        new("clock", static s => s.ClockAsync(), IsRequired: false),
        new("delete", static s => s.DeleteAsync(), IsRequired: false),
    ];

    /// <summary>Runs every check, and remembers on the prefix what it found about conditions. What the store refuses becomes a failed
    /// check; the objects written are removed as far as possible.</summary>
    /// <param name="store">The store to try.</param>
    /// <param name="cancellationToken">Cancels the probe; what it wrote is then removed by a later one.</param>
    /// <exception cref="ShardyFusionException">The store cannot be reached at all.</exception>
    public static Task<IReadOnlyList<StoreProbeResult>> RunAsync(IObjectStore store, CancellationToken cancellationToken) =>
        RunAsync(store, TimeProvider.System, cancellationToken);

    internal static async Task<IReadOnlyList<StoreProbeResult>> RunAsync(IObjectStore store, TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var session = new StoreProbeSession(store, timeProvider, cancellationToken);
        try
        {
            var conditions = await session.RunAsync(ConditionChecks).ConfigureAwait(false);
            if (Conclude(conditions, session, timeProvider) is { } verdict)
                await RememberAsync(store, verdict, isByHand: true, cancellationToken).ConfigureAwait(false);
            var others = await session.RunAsync(OtherChecks).ConfigureAwait(false);
            return [.. conditions, .. others, session.Permissions()];
        }
        finally
        {
            await session.RemoveAllAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What the checks of a probe come to.</summary>
    public static StoreFitness Judge(IReadOnlyCollection<StoreProbeResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        var needed = results.Where(static r => r.IsRequired).ToList();
        return needed.Any(static r => r.Passed == false) ? StoreFitness.Unfit
            : needed.Any(static r => r.Passed is null) ? StoreFitness.Unknown
            : results.All(static r => r.Passed == true) ? StoreFitness.Fit : StoreFitness.Limited;
    }

    /// <summary>As <see cref="RequireConditionalWritesAsync(IObjectStore, CancellationToken)"/>, unless the caller takes the
    /// risk.</summary>
    /// <param name="store">The store.</param>
    /// <param name="isRiskTaken">True passes a store that does not honour conditions; it knows afterwards that it has to compare by itself,
    /// as far as that goes.</param>
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

    /// <summary>Makes sure that the store honours conditional writes: by what an earlier probe left on the prefix, or by probing it
    /// now.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/> naming the condition that the store ignores.</exception>
    public static Task RequireConditionalWritesAsync(IObjectStore store, CancellationToken cancellationToken) =>
        RequireConditionalWritesAsync(store, TimeProvider.System, cancellationToken);

    internal static async Task RequireConditionalWritesAsync(IObjectStore store, TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        if (store.Capabilities.ConditionalWrites == true)
            return;
        var probed = store as IProbedStore;
        var known = store.Capabilities.ConditionalWrites == false ? probed?.Verdict
            : probed?.VerdictOwner is { } owner ? await StoreVerdicts.LoadAsync(store, owner, timeProvider.GetUtcNow(), cancellationToken)
            .ConfigureAwait(false) : null;
        if (known is not null) probed!.Record(known);
        var verdict = known ?? await ProbeAsync(store, timeProvider, cancellationToken).ConfigureAwait(false);
        if (!verdict.AreHonoured) throw Unsafe(store, verdict, isRemembered: known is not null);
    }

    static async Task<StoreVerdict> ProbeAsync(IObjectStore store, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var session = new StoreProbeSession(store, timeProvider, cancellationToken);
        try
        {
            var results = await session.RunAsync(ConditionChecks, stopsAtFault: true).ConfigureAwait(false);
            var verdict = Conclude(results, session, timeProvider)
                ?? throw session.Refusal ?? new ShardyFusionException(ErrorKind.StorageTransient,
                    $"Whether {store.Root} honours conditional writes could not be determined.")
                {
                    Target = store.Root,
                };
            return await RememberAsync(store, verdict, isByHand: false, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await session.RemoveAllAsync().ConfigureAwait(false);
        }
    }

    /// <returns>Null when nobody can tell.</returns>
    static StoreVerdict? Conclude(List<StoreProbeResult> conditions, StoreProbeSession session, TimeProvider timeProvider) =>
        session.Fault is { } fault ? new StoreVerdict(false, $"{fault.Check}: {fault.Detail}", timeProvider.GetUtcNow())
            : conditions.All(static r => r.Passed == true) ? new StoreVerdict(true, "No condition was seen to be broken.",
            timeProvider.GetUtcNow()) : null;

    static async Task<StoreVerdict> RememberAsync(IObjectStore store, StoreVerdict verdict, bool isByHand,
        CancellationToken cancellationToken)
    {
        if (store is not IProbedStore probed) return verdict;
        if (probed.VerdictOwner is { } owner)
            verdict = await StoreVerdicts.SaveAsync(store, owner, verdict, isByHand, cancellationToken).ConfigureAwait(false);
        probed.Record(verdict);
        return verdict;
    }

    static ShardyFusionException Unsafe(IObjectStore store, StoreVerdict verdict, bool isRemembered)
    {
        var message = $"The store of {store.Root} does not honour conditional writes: {verdict.Detail}";
        return isRemembered
            ? new(ErrorKind.StoreUnsafe, message + " (found by an earlier probe)")
            {
                Target = store.Root,
                RecommendedAction =
                "Use a store with conditional writes, or allow an unsafe pointer if this is the only publisher. If the store was replaced "
                    + "or repaired, probe it again (Test-ShardStore, shardy probe).",
            }
            : new(ErrorKind.StoreUnsafe, message) { Target = store.Root };
    }

    /// <summary>Removes what interrupted probes left, after an hour; a probe takes seconds. Verdicts stay.</summary>
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
}

/// <summary>One check of a probe.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Run">Returns null when the store did as it should, else what it did.</param>
/// <param name="IsRequired">True when publishing and reading need it.</param>
sealed record StoreCheckPlan(string Name, Func<StoreProbeSession, Task<string?>> Run, bool IsRequired = true);
