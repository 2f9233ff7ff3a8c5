using System.Globalization;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.LocalFiles;
using ShardyFusion.Runs;

namespace ShardyFusion.Reading;

/// <summary>Tells how one reader and the store behind it are doing.</summary>
sealed class ReaderDiagnosis(ReaderContext context)
{
    /// <summary>Shards probed at the same time.</summary>
    const int ParallelProbes = 16;

    /// <summary>Most reasons that name one shard each; the rest is counted.</summary>
    const int NamedProbeFailures = 5;

    /// <summary>The verdict on a reader that is closed.</summary>
    public HealthReport OfClosed(ShardyFusionException closed)
    {
        var findings = new HealthFindings();
        findings.Unhealthy(closed);
        return findings.Conclude(HealthReport.Empty(context.Store.Root) with { IsClosed = true, CheckedAt = context.Clock.GetUtcNow() });
    }

    /// <summary>The verdict on one that is open.</summary>
    /// <param name="pin">Held until the last part has ended: one that hangs keeps what it reads open.</param>
    /// <param name="options">What to look at.</param>
    /// <param name="isJustOpened">True when the pointer was read a moment ago.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    public async Task<HealthReport> CheckAsync(StatePin pin, HealthOptions options, bool isJustOpened, CancellationToken cancellationToken)
    {
        var findings = new HealthFindings();
        var parts = new HealthParts(context, options, pin);
        try
        {
            LookAtSnapshot(pin.State, options, findings);
            var isComplete = await parts.RunAsync(findings, isJustOpened, cancellationToken).ConfigureAwait(false);
            return findings.Conclude(Figures(pin.State, options, parts) with { TimedOut = !isComplete || parts.ProbesTimedOut });
        }
        finally
        {
            parts.Leave();
        }
    }

    void LookAtSnapshot(ReaderState held, HealthOptions options, HealthFindings findings)
    {
        if (held.FallbackReason is { } fallback)
            findings.Degraded(fallback);
        var age = context.Clock.GetUtcNow() - held.Loaded.Manifest.Required.CreatedAt;
        if (age > options.StalenessThreshold)
            findings.Degraded(string.Create(CultureInfo.InvariantCulture,
                $"The snapshot of run '{held.RunId}' is {Rounded(age)} old, more than {Rounded(options.StalenessThreshold.Value)}."));
        if (!held.Loaded.Manifest.MayHaveReadableShards() && held.Loaded.Manifest.Shards.Count > 0)
            findings.Unhealthy(ShardFormats.Unreadable(held.Loaded.Manifest, held.Loaded.Manifest.Shards[0].AttemptKey));
    }

    HealthReport Figures(ReaderState held, HealthOptions options, HealthParts parts)
    {
        var now = context.Clock.GetUtcNow();
        var manifest = held.Loaded.Manifest;
        var pointer = context.LastPointer?.Pointer;
        var pointerAge = now - pointer?.UpdatedAt;
        return HealthReport.Empty(context.Store.Root) with
        {
            CheckedAt = now,
            RunId = manifest.Required.RunId,
            ManifestRef = held.Loaded.Ref,
            ManifestAge = now - manifest.Required.CreatedAt,
            ShardCount = manifest.Required.NumDbs,
            ShardsProbed = options.Deep ? parts.ShardsProbed : null,
            RowCount = manifest.RowCount,
            OnFallback = held.FallbackReason is not null,
            PointerRunId = pointer?.RunId,
            PointerAge = pointerAge,
            Lag = pointer is not null && pointer.ManifestKey != held.Loaded.Key ? pointerAge : null,
            LastRunId = parts.LastRun?.RunId,
            LastRunState = parts.LastRun?.State,
            IsFrozen = parts.IsFrozen,
            DiskFreeBytes = parts.Disk?.FreeBytes,
            DiskTotalBytes = parts.Disk?.TotalBytes,
        };
    }

    static TimeSpan Rounded(TimeSpan time) => TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));

    /// <summary>The parts of one check that wait for something, and the figures they found.</summary>
    sealed class HealthParts(ReaderContext context, HealthOptions options, StatePin pin)
    {
        readonly ReaderState held = pin.State;
        int users = 1;
        int probed;
        bool probesTimedOut, isFrozen;
        RunInfo? lastRun;
        DiskSpace? disk;

        public int ShardsProbed => Volatile.Read(ref probed);

        public bool ProbesTimedOut => Volatile.Read(ref probesTimedOut);

        public bool IsFrozen => Volatile.Read(ref isFrozen);

        public RunInfo? LastRun => Volatile.Read(ref lastRun);

        public DiskSpace? Disk => Volatile.Read(ref disk);

        public Task<bool> RunAsync(HealthFindings findings, bool isJustOpened, CancellationToken cancellationToken)
        {
            var check = new HealthCheck(context.Clock, options.Timeout);
            if (!isJustOpened)
                Add(check, context.Options.Selector.FollowedPointer is null ? "The manifest" : "The pointer", true, LookAtStoreAsync);
            if (options.ExpectedEvery is not null)
                Add(check, "The history", false, LookAtScheduleAsync);
            if (options.Freeze)
                Add(check, "The mark of a freeze", false, LookAtFreezeAsync);
            if (options.LastBuild)
                Add(check, "The list of runs", false, LookAtLastBuildAsync);
            if ((options.CacheDirectory ?? context.CacheFolder) is { } folder)
                Add(check, $"The disk of '{folder}'", false, (found, _) => LookAtDisk(folder, found));
            if (options.Deep)
                Add(check, "A shard", true, ProbeAsync);
            else if (held.Loaded.Manifest is { Shards: [var shard, ..] } manifest && manifest.HasFolderShards())
                Add(check, "A shard", true, (_, token) => FolderShards.FindAsync(context.Store, manifest, shard, token));
            return check.RunAsync(findings, "the figures are those that were known before.", cancellationToken);
        }

        void Add(HealthCheck check, string what, bool isVital, Func<HealthFindings, CancellationToken, Task> run)
        {
            Interlocked.Increment(ref users);
            check.Add(what, isVital, async (findings, cancellationToken) =>
            {
                try
                {
                    await run(findings, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    Leave();
                }
            });
        }

        /// <summary>The last to leave ends the pin.</summary>
        public void Leave()
        {
            if (Interlocked.Decrement(ref users) == 0) pin.Dispose();
        }

        async Task LookAtStoreAsync(HealthFindings findings, CancellationToken cancellationToken)
        {
            if (context.Options.Selector.FollowedPointer is not { } pointerKey)
            {
                if (await context.Store.HeadAsync(held.Loaded.Key, cancellationToken).ConfigureAwait(false) is null)
                    findings.Degraded($"The manifest '{held.Loaded.Ref}' was removed from the store.");
                return;
            }
            var pointer = await context.Catalog.RequirePointerAsync(pointerKey, cancellationToken).ConfigureAwait(false);
            context.LastPointer = pointer;
            if (pointer.ManifestKey != held.Loaded.Key && held.FallbackReason is null)
                findings.Degraded($"Run '{pointer.Pointer!.RunId}' is current, but the reader is still on run '{held.RunId}'; refresh it.");
        }

        async Task LookAtScheduleAsync(HealthFindings findings, CancellationToken cancellationToken)
        {
            var history = await context.Catalog.ListAsync(cancellationToken).ConfigureAwait(false);
            if (history.Count == 0)
                return;
            var since = context.Clock.GetUtcNow() - history[0].PublishedAt;
            if (since > options.ExpectedEvery)
                findings.Degraded(string.Create(CultureInfo.InvariantCulture,
                    $"No snapshot was published for {Rounded(since)}, where one is expected every {Rounded(options.ExpectedEvery.Value)}; "
                        + $"the newest is of run '{history[0].RunId}'."));
        }

        async Task LookAtLastBuildAsync(HealthFindings findings, CancellationToken cancellationToken)
        {
            var registry = new RunRegistry(context.Store);
            var runs = await registry.ListAsync(null, cancellationToken).ConfigureAwait(false);
            if (runs.Count == 0)
                return;
            var run = await RunInfo.LoadAsync(context.Store, runs[0], context.Clock, cancellationToken).ConfigureAwait(false);
            // Someone may have published what the build could not.
            if (run is { State: RunState.Failed, ManifestRef: { } staged } && await IsPublishedAsync(staged, cancellationToken)
                .ConfigureAwait(false)) run = run with { State = RunState.Succeeded };
            Volatile.Write(ref lastRun, run);
            if (run?.State == RunState.Failed)
                findings.Degraded(
                    $"The last build, run '{run.RunId}', {(run.ManifestRef is null ? "failed" : "is staged and not published")}: "
                    + $"{run.ErrorMessage ?? run.ErrorType ?? "no reason is recorded"}");
            else if (run?.State == RunState.Abandoned)
                findings.Degraded(string.Create(CultureInfo.InvariantCulture,
                    $"The last build, run '{run.RunId}', died: its lease ended at {run.LeaseExpiresAt:u} without a heartbeat."));
        }

        async Task<bool> IsPublishedAsync(string manifestRef, CancellationToken cancellationToken)
        {
            if (!SnapshotPaths.TryGetManifestKey(manifestRef, out var key)) return false;
            if (context.LastPointer?.ManifestKey == key) return true;
            var events = new PointerEvents(new StoreContext(context.Store, context.Clock));
            await foreach (var change in events.ListAsync(null, null, cancellationToken).ConfigureAwait(false))
            {
                // The build's own publish may have been taken back, when what was read through the pointer was wrong.
                if (change is { Outcome: PointerOutcome.Moved, Kind: not (PointerChange.Publish or PointerChange.Revert) }
                    && SnapshotPaths.TryGetManifestKey(change.To, out var to) && to == key) return true;
            }
            return false;
        }

        async Task LookAtFreezeAsync(HealthFindings findings, CancellationToken cancellationToken)
        {
            try
            {
                if (await AnnotationCodec.LoadAsync<PublishingFreeze>(context.Store, AnnotationPaths.FreezeKey, cancellationToken)
                    .ConfigureAwait(false) is not { Annotation: var freeze } || !freeze.IsActive(context.Clock.GetUtcNow())) return;
                Volatile.Write(ref isFrozen, true);
                findings.Note(freeze.Describe(context.Store.Root));
            }
            catch (ShardyFusionException denied) when (denied.Kind == ErrorKind.StorageDenied)
            {
                // Who may read snapshots need not be allowed to read marks.
            }
        }

        Task LookAtDisk(string folder, HealthFindings findings)
        {
            try
            {
                var space = DiskSpace.Of(folder);
                Volatile.Write(ref disk, space);
                var required = space.RequiredBytes(options.MinFreePercent, options.MinFreeBytes);
                if (space.FreeBytes < required)
                    findings.Degraded(string.Create(CultureInfo.InvariantCulture,
                        $"The disk of '{folder}' is nearly full: {space.FreeBytes:N0} of {space.TotalBytes:N0} bytes are free, "
                            + $"{required:N0} should be."));
            }
            catch (Exception failure) when (FileErrors.IsFileSystemError(failure))
            {
                findings.Degraded($"The disk of '{folder}' cannot be asked: {failure.Message}");
            }
            return Task.CompletedTask;
        }

        async Task ProbeAsync(HealthFindings findings, CancellationToken cancellationToken)
        {
            var slots = held.Slots.ToArray();
            var failures = new Exception?[slots.Length];
            await Parallel.ForAsync(0, slots.Length, new ParallelOptions { MaxDegreeOfParallelism = ParallelProbes }, async (index, _) =>
            {
                try
                {
                    await ShardProbe.RunAsync(slots[index], held.Keys.Codec, cancellationToken).ConfigureAwait(false);
                    Interlocked.Increment(ref probed);
                }
                catch (Exception failure)
                {
                    failures[index] = failure is OperationCanceledException
                        ? new ShardyFusionException(ErrorKind.StorageTransient,
                        $"Shard {slots[index].Entry.DbId} did not answer within {options.Timeout}.", failure) : failure;
                }
            }).ConfigureAwait(false);
            var failed = failures.OfType<Exception>().ToArray();
            if (failed.Any(static failure => failure.InnerException is OperationCanceledException))
                Volatile.Write(ref probesTimedOut, true);
            foreach (var failure in failed.Take(NamedProbeFailures))
                findings.Unhealthy(failure);
            if (failed.Length > NamedProbeFailures)
                findings.Unhealthy($"{failed.Length - NamedProbeFailures} more shards failed their probe.", null);
        }
    }
}
