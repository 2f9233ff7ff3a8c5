using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Runs;

/// <summary>The life of one run on the store: build lock, run record, heartbeat, end.</summary>
/// <remarks>
/// When someone else takes the lock over (because this process was suspended for longer than the lease), or someone asks the run to
/// stop, <see cref="Lost"/> is cancelled and the build must stop.
/// </remarks>
sealed class RunSession : IAsyncDisposable
{
    static readonly TimeSpan ReleaseTime = TimeSpan.FromMilliseconds(400);
    static readonly TimeSpan ReleaseTimeLocal = TimeSpan.FromSeconds(8);

    readonly IObjectStore store;
    readonly TimeProvider clock;
    readonly RunSettings settings;
    readonly BuildLock? buildLock;
    readonly CancellationTokenSource lost = new();
    readonly CancellationTokenSource ending = new();
    readonly SemaphoreSlim recordGate = new(1, 1);
    readonly Lock recordLock = new();
    RunRecord record;
    Task heartbeat = Task.CompletedTask;
    StopRequest? stopRequest;
    // Of a record that other processes write too: its version as this one left it. Null for one that is ours alone.
    string? sharedETag;
    bool isLockLost, ended, isProgressNew;

    RunSession(IObjectStore store, TimeProvider clock, RunSettings settings, RunRecord record, BuildLock? buildLock)
    {
        this.store = store;
        this.clock = clock;
        this.settings = settings;
        this.record = record;
        this.buildLock = buildLock;
    }

    /// <summary>Relative key of the run record.</summary>
    public required string RecordKey { get; init; }

    /// <summary>Counts the rows that a build has taken so far; asked every few seconds, from any thread. Null when nobody counts.</summary>
    public Func<long>? RowsTaken { get; set; }

    /// <summary>Cancelled when this run is no longer the owner of the prefix, or was asked to stop.</summary>
    public CancellationToken Lost => lost.Token;

    /// <summary>Takes the lock, writes the run record, starts the heartbeat.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.BuildInProgress"/> naming the live run.</exception>
    public static async Task<RunSession> StartAsync(IObjectStore store, string runId, RunSettings settings, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var now = SnapshotTime.ToMicroseconds(clock.GetUtcNow());
        var recordKey = SnapshotPaths.RunRecordKey(now, runId, Guid.NewGuid());
        BuildLock? buildLock = null;
        BuildLockState? dead = null;
        if (settings.Exclusive)
            (buildLock, dead) = await BuildLock.AcquireAsync(store, new LockOwner(runId, recordKey), settings.LeaseDuration, clock,
                cancellationToken).ConfigureAwait(false);
        var record = new RunRecord
        {
            RunId = runId,
            S3Prefix = store.Root,
            StartedAt = now,
            UpdatedAt = now,
            LeaseExpiresAt = now + settings.LeaseDuration,
            Status = RunStatus.Running,
            Host = Environment.MachineName,
            ProcessId = Environment.ProcessId,
            Message = settings.Message,
        };
        var session = new RunSession(store, clock, settings, record, buildLock) { RecordKey = recordKey };
        try
        {
            await session.WriteRecordAsync(PutCondition.CreateOnly, cancellationToken).ConfigureAwait(false);
            if (dead is not null) await MarkDeadAsync(store, dead, runId, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await session.TryFailAsync(e).ConfigureAwait(false);
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        session.heartbeat = Task.Run(() => Task.WhenAll(session.BeatAsync(), session.WatchForStopAsync()), CancellationToken.None);
        return session;
    }

    /// <summary>Goes on with a run whose tasks kept it alive so far: takes its lock and its record for this process alone. Of two processes
    /// that do so the later one wins; the other finds itself lost.</summary>
    /// <param name="store">The prefix.</param>
    /// <param name="owner">The run.</param>
    /// <param name="settings">As for <see cref="StartAsync"/>.</param>
    /// <param name="clock">Tells leases.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.BuildInProgress"/> naming another live run;
    /// <see cref="ErrorKind.RunNotFound"/>: its record is gone.</exception>
    public static async Task<RunSession> ClaimAsync(IObjectStore store, LockOwner owner, RunSettings settings, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var registry = new RunRegistry(store);
        var buildLock = settings.Exclusive
            ? await BuildLock.ClaimAsync(store, owner, settings.LeaseDuration, clock, cancellationToken).ConfigureAwait(false) : null;
        while (true)
        {
            var (record, etag) = await registry.LoadAsync(owner.RecordKey, cancellationToken).ConfigureAwait(false)
                ?? throw registry.NotFound(owner.RunId);
            var now = SnapshotTime.ToMicroseconds(clock.GetUtcNow());
            record = record with
            {
                Status = RunStatus.Running,
                UpdatedAt = now,
                LeaseExpiresAt = now + settings.LeaseDuration,
                ManifestRef = null,
                ErrorType = null,
                ErrorMessage = null,
                Host = Environment.MachineName,
                ProcessId = Environment.ProcessId,
                Message = settings.Message ?? record.Message,
            };
            var session = new RunSession(store, clock, settings, record, buildLock) { RecordKey = owner.RecordKey, sharedETag = etag };
            await session.WriteRecordAsync(PutCondition.Always, cancellationToken).ConfigureAwait(false);
            // A task that renewed the record in this moment: once more.
            if (session.isLockLost)
            {
                await session.DisposeAsync().ConfigureAwait(false);
                continue;
            }
            session.heartbeat = Task.Run(() => Task.WhenAll(session.BeatAsync(), session.WatchForStopAsync()), CancellationToken.None);
            return session;
        }
    }

    /// <summary>Leaves the run to its tasks: record and lock stay as they are, and each task extends their leases.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.BuildInProgress"/>: another run took the lock over.</exception>
    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await StopHeartbeatAsync().ConfigureAwait(false);
        if (buildLock is not null && !await buildLock.ShareAsync(cancellationToken).ConfigureAwait(false)) throw LostError();
        ended = true;
    }

    /// <summary>Makes the record tell how far the build is, within seconds.</summary>
    /// <param name="rows">Rows read so far; at the end, rows stored.</param>
    /// <param name="bytes">Shard bytes handed to the store so far; at the end, bytes of all shards.</param>
    /// <param name="phase">What the build does; null at its end.</param>
    public void Report(long rows, long bytes, string? phase) => Update(old =>
    {
        isProgressNew |= old.Rows != rows || old.Bytes != bytes || old.Phase != phase;
        return old with { Rows = rows, Bytes = bytes, Phase = phase };
    });

    /// <summary>Confirms, right before the pointer moves, that this run still owns the prefix.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.BuildInProgress"/> when another run took over.</exception>
    public async Task ConfirmOwnershipAsync(CancellationToken cancellationToken)
    {
        if (Lost.IsCancellationRequested || (buildLock is not null && !await RenewAsync(cancellationToken).ConfigureAwait(false)))
            throw LostError();
    }

    /// <summary>Why <see cref="Lost"/> was cancelled.</summary>
    public ShardyFusionException LostError() => stopRequest is { } request
        ? new(ErrorKind.BuildStopped, $"Run '{record.RunId}' was asked to stop by {request}") { Target = record.RunId }
        : new(ErrorKind.BuildInProgress,
        $"Run '{record.RunId}' lost its lease: another run took over the build lock of '{store.Root}'.")
        { Target = record.RunId };

    /// <summary>Ends the run successfully.</summary>
    public Task SucceedAsync(string manifestRef, CancellationToken cancellationToken) =>
        EndAsync(record with { Status = RunStatus.Succeeded, ManifestRef = manifestRef, Phase = null }, cancellationToken);

    /// <summary>Ends the run as failed.</summary>
    /// <param name="error">The cause; its message is sanitised and cut to 300 characters.</param>
    /// <param name="manifestRef">The manifest, when it was written already.</param>
    /// <param name="cancellationToken">Cancels the writes.</param>
    public Task FailAsync(Exception error, string? manifestRef, CancellationToken cancellationToken) => EndAsync(record with
    {
        Status = RunStatus.Failed,
        ManifestRef = manifestRef,
        ErrorType = error is ShardyFusionException typed ? typed.ErrorId : error is OperationCanceledException ? "Cancelled"
        : error.GetType().Name,
        ErrorMessage = SecretRedactor.ForRecord(error is OperationCanceledException ? "The build was cancelled." : error.Message),
    }, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await StopHeartbeatAsync().ConfigureAwait(false);
        lost.Dispose();
        ending.Dispose();
        recordGate.Dispose();
    }

    static async Task MarkDeadAsync(IObjectStore store, BuildLockState dead, string successor, TimeProvider clock,
        CancellationToken cancellationToken)
    {
        var registry = new RunRegistry(store);
        try
        {
            if (await registry.LoadAsync(dead.RunRecord, cancellationToken).ConfigureAwait(false) is not { } found
                || found.Record.Status != RunStatus.Running) return;
            var by = successor == dead.RunId ? "it was resumed" : $"run '{successor}' took over";
            await registry.MarkAbandonedAsync(new RunVersion(dead.RunRecord, found.Record, found.ETag),
                $"The lease ended without a heartbeat; {by}.", clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.ManifestParse)
        {
            // Not a record that we can extend; its lease has ended all the same.
        }
    }

    async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(settings.HeartbeatInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
            {
                try
                {
                    if (buildLock is not null && !await RenewAsync(ending.Token).ConfigureAwait(false))
                    {
                        isLockLost = true;
                        await lost.CancelAsync().ConfigureAwait(false);
                        return;
                    }
                    var now = SnapshotTime.ToMicroseconds(clock.GetUtcNow());
                    Update(old => old with { UpdatedAt = now, LeaseExpiresAt = now + settings.LeaseDuration });
                    await WriteRecordAsync(PutCondition.Always, ending.Token).ConfigureAwait(false);
                    if (!isLockLost) continue;
                    await lost.CancelAsync().ConfigureAwait(false);
                    return;
                }
                catch (ShardyFusionException)
                {
                    // The next beat tries again; the lease outlasts several of them, and ownership is confirmed before the pointer moves.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    async Task WatchForStopAsync()
    {
        using var timer = new PeriodicTimer(settings.StopPollInterval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false))
            {
                try
                {
                    stopRequest = await StopRequest.ReadAsync(store, RecordKey, record.RunId, ending.Token).ConfigureAwait(false);
                    if (stopRequest is null)
                    {
                        await ShowProgressAsync(ending.Token).ConfigureAwait(false);
                        continue;
                    }
                    await lost.CancelAsync().ConfigureAwait(false);
                    return;
                }
                catch (ShardyFusionException)
                {
                    // The store will tell at the next look.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    // Whoever looks at the runs wants to see one move, long before the next heartbeat is due.
    async Task ShowProgressAsync(CancellationToken cancellationToken)
    {
        var now = SnapshotTime.ToMicroseconds(clock.GetUtcNow());
        if (RowsTaken?.Invoke() is > 0 and var rows && record.Phase is null or "reading") Report(rows, record.Bytes ?? 0, "reading");
        var isNew = false;
        Update(old =>
        {
            (isNew, isProgressNew) = (isProgressNew, false);
            return isNew ? old with { UpdatedAt = now } : old;
        });
        if (isNew) await WriteRecordAsync(PutCondition.Always, cancellationToken).ConfigureAwait(false);
    }

    // Progress is reported by the build while the heartbeat extends the lease.
    void Update(Func<RunRecord, RunRecord> change)
    {
        lock (recordLock) record = change(record);
    }

    async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        await recordGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await buildLock!.RenewAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            recordGate.Release();
        }
    }

    async Task WriteRecordAsync(PutCondition condition, CancellationToken cancellationToken)
    {
        await recordGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Someone else has a record that was shared: what it says is theirs to say.
            if (sharedETag is not null && isLockLost) return;
            var put = await store.PutAsync(RecordKey, RunRecordCodec.Write(record),
                new PutOptions(sharedETag is { } etag ? PutCondition.IfMatch(etag) : condition, RunRecordCodec.ContentType),
                cancellationToken).ConfigureAwait(false);
            if (sharedETag is null) return;
            if (put.Written) sharedETag = put.ETag;
            else isLockLost = true;
        }
        finally
        {
            recordGate.Release();
        }
    }

    async Task EndAsync(RunRecord final, CancellationToken cancellationToken)
    {
        if (ended) return;
        ended = true;
        await StopHeartbeatAsync().ConfigureAwait(false);
        var now = SnapshotTime.ToMicroseconds(clock.GetUtcNow());
        Update(_ => final with { UpdatedAt = now, LeaseExpiresAt = now });
        // At once: a record that cannot be written must not keep the lock from the next build, and a user may be waiting.
        await Task.WhenAll(WriteRecordAsync(PutCondition.Always, cancellationToken),
            buildLock is not null && !isLockLost ? buildLock.ReleaseAsync(cancellationToken) : Task.CompletedTask).ConfigureAwait(false);
    }

    // A record whose write was cancelled may be there all the same, so it is marked, not only the lock released. The first failure must
    // reach the caller, soon even when the store does not answer; the lease ends by itself.
    async Task TryFailAsync(Exception cause)
    {
        using var limit = new CancellationTokenSource(store.Capabilities.IsLocal ? ReleaseTimeLocal : ReleaseTime);
        try
        {
            await FailAsync(cause, manifestRef: null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
        }
    }

    async Task StopHeartbeatAsync()
    {
        if (!ending.IsCancellationRequested) await ending.CancelAsync().ConfigureAwait(false);
        await heartbeat.ConfigureAwait(false);
    }
}

/// <summary>How a run behaves on the store.</summary>
/// <param name="Exclusive">Takes the build lock.</param>
/// <param name="LeaseDuration">How long record and lock are believed without a heartbeat.</param>
/// <param name="HeartbeatInterval">Time between two heartbeats.</param>
/// <param name="StopPollInterval">Time between two looks for someone's wish that the run stops.</param>
/// <param name="Message">The publisher's message; null for none.</param>
sealed record RunSettings(bool Exclusive, TimeSpan LeaseDuration, TimeSpan HeartbeatInterval, TimeSpan StopPollInterval, string? Message);
