using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.Stores;

namespace ShardyFusion.Runs;

/// <summary>What the lock object says.</summary>
/// <param name="RunId">The run that holds or held the lock.</param>
/// <param name="RunRecord">Relative key of its run record.</param>
/// <param name="LeaseExpiresAt">After this time the lock may be taken over.</param>
/// <param name="Released">True once the holder is done.</param>
/// <param name="Host">Name of the holder's machine.</param>
/// <param name="ProcessId">The holder's process there.</param>
/// <param name="Nonce">Makes every version of the object distinct.</param>
sealed record BuildLockState(
    [property: JsonPropertyName("run_id")] string RunId,
    [property: JsonPropertyName("run_record")] string RunRecord,
    [property: JsonPropertyName("lease_expires_at")] DateTimeOffset LeaseExpiresAt,
    [property: JsonPropertyName("released")] bool Released,
    [property: JsonPropertyName("host")] string? Host,
    [property: JsonPropertyName("process_id")] int ProcessId,
    [property: JsonPropertyName("nonce")] string Nonce)
{
    /// <summary>True when one process has it alone; false while several tasks of one run keep it alive.</summary>
    [JsonPropertyName("claimed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Claimed { get; init; }
}

/// <summary>
/// One build at a time per prefix: the object <c>runs/_LOCK</c>, moved only by compare-and-swap, so that of several builds that
/// start at once exactly one gets it. A lease that expired is taken over.
/// </summary>
sealed class BuildLock
{
    public const string Key = "runs/_LOCK";
    const int MaxBytes = 64 << 10;

    readonly IObjectStore store;
    readonly TimeProvider clock;
    readonly TimeSpan lease;
    // Nonces of writes of which nobody knows whether they are carried out.
    readonly HashSet<string> unsettled = new(StringComparer.Ordinal);
    string etag;
    BuildLockState state;

    BuildLock(IObjectStore store, TimeProvider clock, TimeSpan lease, BuildLockState state, string etag)
    {
        this.store = store;
        this.clock = clock;
        this.lease = lease;
        this.state = state;
        this.etag = etag;
    }

    /// <summary>The state of the lock now; null when nobody ever took it.</summary>
    public static async Task<(BuildLockState State, string ETag)?> PeekAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        var found = await store.GetAsync(Key, MaxBytes, cancellationToken).ConfigureAwait(false);
        if (found is null) return null;
        try
        {
            ContentCheck.OfJson.Verify(found.Content.Span, new DocumentFaults("build lock", Key), out _);
            var state = JsonSerializer.Deserialize(found.Content.Span, RunJson.Default.BuildLockState);
            return (state ?? throw new JsonException("It is null."), found.ETag);
        }
        catch (Exception e) when (e is JsonException or ShardyFusionException { Kind: ErrorKind.ManifestParse })
        {
            throw new ShardyFusionException(ErrorKind.ManifestParse, $"The build lock '{Key}' is malformed: {e.Message}", e)
            {
                Target = Key,
                RecommendedAction = "Make sure that no build is running on this prefix, then delete that object.",
            };
        }
    }

    /// <summary>Takes the lock.</summary>
    /// <returns>The lock, and the state of the dead run it was taken over from; null for that when there was none.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.BuildInProgress"/> naming the live run.</exception>
    public static Task<(BuildLock Lock, BuildLockState? TakenOverFrom)> AcquireAsync(
        IObjectStore store, LockOwner owner, TimeSpan lease, TimeProvider clock, CancellationToken cancellationToken) =>
        TakeAsync(store, owner, lease, clock, cancellationToken);

    /// <summary>Takes the lock for one process of a run whose tasks kept it alive so far, also from another such process.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.BuildInProgress"/> naming another live run.</exception>
    public static async Task<BuildLock> ClaimAsync(IObjectStore store, LockOwner owner, TimeSpan lease, TimeProvider clock,
        CancellationToken cancellationToken) =>
        (await TakeAsync(store, owner with { IsAlone = true }, lease, clock, cancellationToken).ConfigureAwait(false)).Lock;

    /// <summary>Lets a task of a run extend the lease, unless it lasts long enough.</summary>
    /// <returns>False when the run does not hold the lock any more, or one process has it alone.</returns>
    public static async Task<bool> ExtendAsync(IObjectStore store, LockOwner owner, TimeSpan lease, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        if (await PeekAsync(store, cancellationToken).ConfigureAwait(false) is not { State: { Released: false, Claimed: false } } seen
            || seen.State.RunRecord != owner.RecordKey) return false;
        var now = clock.GetUtcNow();
        if (seen.State.LeaseExpiresAt - now > lease / 2) return true;
        // When another task is faster, the lease lasts as well.
        return (await PutAsync(store, NewState(owner.RunId, owner.RecordKey, now + lease), PutCondition.IfMatch(seen.ETag),
            cancellationToken).ConfigureAwait(false)).Written
            || await PeekAsync(store, cancellationToken).ConfigureAwait(false) is { State: { Released: false, Claimed: false } state }
            && state.RunRecord == owner.RecordKey;
    }

    static async Task<(BuildLock Lock, BuildLockState? TakenOverFrom)> TakeAsync(
        IObjectStore store, LockOwner owner, TimeSpan lease, TimeProvider clock, CancellationToken cancellationToken)
    {
        const int maxRaces = 16;
        BuildLockState? mine = null, dead = null;
        for (var race = 0; ; race++)
        {
            var seen = await PeekAsync(store, cancellationToken).ConfigureAwait(false);
            // Our own write whose answer was lost: a repeated request then meets itself and is refused.
            if (mine is not null && seen?.State.Nonce == mine.Nonce)
                return (new BuildLock(store, clock, lease, mine, seen.Value.ETag), dead);
            var now = clock.GetUtcNow();
            if (seen is { State: { Released: false } live } && live.LeaseExpiresAt > now
                && !(owner.IsAlone && live.RunRecord == owner.RecordKey)) throw InProgress(live, now);

            mine = NewState(owner.RunId, owner.RecordKey, now + lease) with { Claimed = owner.IsAlone };
            dead = seen is { State.Released: false } expired ? expired.State : null;
            var condition = seen is { } old ? PutCondition.IfMatch(old.ETag) : PutCondition.CreateOnly;
            var put = await PutAsync(store, mine, condition, cancellationToken).ConfigureAwait(false);
            if (put.Written) return (new BuildLock(store, clock, lease, mine, put.ETag!), dead);
            if (race >= maxRaces)
                throw new ShardyFusionException(ErrorKind.BuildInProgress, $"Other builds keep taking the build lock of '{store.Root}'.")
                {
                    Target = store.Root,
                };
        }
    }

    /// <summary>Extends the lease.</summary>
    /// <returns>False when someone else took the lock over.</returns>
    public Task<bool> RenewAsync(CancellationToken cancellationToken) =>
        MoveAsync(() => NewState(state.RunId, state.RunRecord, clock.GetUtcNow() + lease) with { Claimed = state.Claimed },
            cancellationToken);

    /// <summary>Leaves the lock to the tasks of the run, which keep it alive.</summary>
    /// <returns>False when someone else took it over.</returns>
    public Task<bool> ShareAsync(CancellationToken cancellationToken) =>
        MoveAsync(() => NewState(state.RunId, state.RunRecord, clock.GetUtcNow() + lease), cancellationToken);

    /// <summary>Gives the lock back, unless someone else has it by now.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MoveAsync(() => NewState(state.RunId, state.RunRecord, clock.GetUtcNow()) with { Released = true }, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StorageFull && store is IConditionalDelete deleting)
        {
            // Deleting needs no room, and no lock is a free lock.
            if (await PeekAsync(store, cancellationToken).ConfigureAwait(false) is { } now && IsOurs(now.State))
                await deleting.DeleteIfMatchAsync(Key, now.ETag, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Replaces the lock as we left it.</summary>
    /// <returns>False when someone else has it.</returns>
    async Task<bool> MoveAsync(Func<BuildLockState> next, CancellationToken cancellationToken)
    {
        // Twice: what we find may be an earlier write of ours that landed although its answer was lost.
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var wanted = next();
            unsettled.Add(wanted.Nonce);
            var put = await PutAsync(store, wanted, PutCondition.IfMatch(etag), cancellationToken).ConfigureAwait(false);
            if (put.Written)
            {
                (state, etag) = (wanted, put.ETag!);
                unsettled.Clear();
                return true;
            }
            if (await PeekAsync(store, cancellationToken).ConfigureAwait(false) is not { } now || !IsOurs(now.State)) return false;
            (state, etag) = now;
            if (now.State.Nonce == wanted.Nonce) return true;
        }
        return false;
    }

    bool IsOurs(BuildLockState found) => found.Nonce == state.Nonce || unsettled.Contains(found.Nonce);

    /// <summary>Frees the lock of a run that is given up; a lock that is free, or held by another run, stays as it is.</summary>
    /// <param name="store">The prefix.</param>
    /// <param name="recordKey">Record of the run.</param>
    /// <param name="clock">The time that is noted down.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.BuildInProgress"/>: the run renewed it in this very moment.</exception>
    public static async Task TakeFromAsync(IObjectStore store, string recordKey, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (await PeekAsync(store, cancellationToken).ConfigureAwait(false) is not { State.Released: false } seen
            || seen.State.RunRecord != recordKey) return;
        var released = NewState(seen.State.RunId, recordKey, clock.GetUtcNow()) with { Released = true };
        if (!(await PutAsync(store, released, PutCondition.IfMatch(seen.ETag), cancellationToken).ConfigureAwait(false)).Written
            && await PeekAsync(store, cancellationToken).ConfigureAwait(false) is { State.Released: false } now
            && now.State.RunRecord == recordKey)
            throw InProgress(now.State, clock.GetUtcNow());
    }

    static BuildLockState NewState(string runId, string runRecordKey, DateTimeOffset leaseExpiresAt) =>
        new(runId, runRecordKey, SnapshotTime.ToMicroseconds(leaseExpiresAt), Released: false, Environment.MachineName,
            Environment.ProcessId,
            Guid.NewGuid().ToString("N"));

    static Task<PutResult> PutAsync(IObjectStore store, BuildLockState state, PutCondition condition,
        CancellationToken cancellationToken) =>
        store.PutAsync(Key, ContentCheck.OfJson.Seal(ContentCheck.OfJson.AddTo(
            JsonSerializer.SerializeToUtf8Bytes(state, RunJson.Default.BuildLockState))),
            new PutOptions(condition, "application/json"), cancellationToken);

    static ShardyFusionException InProgress(BuildLockState live, DateTimeOffset now) =>
        new(ErrorKind.BuildInProgress,
            string.Create(CultureInfo.InvariantCulture,
            $"Run '{live.RunId}' is active on this prefix (process {live.ProcessId} on '{live.Host}'); "
                + $"its lease ends in {Math.Ceiling((live.LeaseExpiresAt - now).TotalSeconds)} s unless it is renewed."))
        {
            Target = live.RunId,
        };
}

/// <summary>Who wants the build lock.</summary>
/// <param name="RunId">The run.</param>
/// <param name="RecordKey">Relative key of its record.</param>
readonly record struct LockOwner(string RunId, string RecordKey)
{
    /// <summary>True for one process of a run that several share: it takes the lock from the others.</summary>
    public bool IsAlone { get; init; }
}
