using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.LocalFiles;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Publishing;

/// <summary>The steps from finished shards to a moved pointer, the same for every way in which a snapshot comes about.</summary>
sealed class SnapshotPublication(IObjectStore store, PublishRules rules, bool allowUnsafePointer, TimeProvider clock)
{
    readonly SnapshotCatalog catalog = new(store);

    /// <summary>Runs every guard on a snapshot whose shards are there, whether its manifest is written or not.</summary>
    /// <returns>One result for each guard, in their order. A guard that throws has failed.</returns>
    public async Task<IReadOnlyList<GuardResult>> CheckAsync(LoadedManifest staged, BuildTally? tally, ValueFigures? values,
        CancellationToken cancellationToken)
    {
        var guards = rules.AllGuards();
        if (guards.Count == 0) return [];
        var current = await LoadCurrentAsync(cancellationToken).ConfigureAwait(false);
        var reader = NewOpener().OpenStaged(staged);
        await using var closeReader = reader.ConfigureAwait(false);
        var context = new GuardContext(staged.Manifest.ToInfo(staged.Ref, store.Root), current, reader, tally, values);
        var results = new List<GuardResult>();
        foreach (var guard in guards) results.Add(await RunAsync(guard, context, cancellationToken).ConfigureAwait(false));
        return results;
    }

    // The store stays its owner's: this share of it is never given back.
    ReaderOpener NewOpener() => new(new SharedStore(store), new StoreContext(store, clock));

    static async Task<GuardResult> RunAsync(IPublishGuard guard, GuardContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await guard.CheckAsync(context, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new GuardResult(guard.Name, false, $"The check itself failed: {SecretRedactor.ForRecord(e.Message)}");
        }
    }

    async Task<SnapshotInfo?> LoadCurrentAsync(CancellationToken cancellationToken)
    {
        if (await catalog.ReadPointerAsync(cancellationToken).ConfigureAwait(false) is not { Pointer: not null } pointer) return null;
        try
        {
            var loaded = await catalog.LoadManifestAsync(pointer, cancellationToken).ConfigureAwait(false);
            return loaded.Manifest.ToInfo(loaded.Ref, store.Root);
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.ManifestParse or ErrorKind.SnapshotNotFound)
        {
            return null; // A broken predecessor is no reason not to publish its repair.
        }
    }

    /// <summary>Adds what the guards found to a manifest that is not written yet, and who forces its publish.</summary>
    public Manifest Record(Manifest manifest, IReadOnlyList<GuardResult> results, bool isPublished)
    {
        var isForced = isPublished && rules.PublishFailedChecks && results.Any(result => !result.Passed);
        var forced = isForced ? new ForcedPublish(LocalUser.Name, Environment.MachineName,
            SnapshotTime.ToMicroseconds(clock.GetUtcNow()), rules.Reason!) : null;
        var custom = new Dictionary<string, object?>(manifest.Custom, StringComparer.Ordinal);
        foreach (var (name, value) in GuardRecords.Fields(results, forced)) custom[name] = value;
        return manifest with { Custom = custom };
    }

    /// <summary>Writes a manifest, create-only.</summary>
    /// <returns>What was written.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestBuild"/>, <see cref="ErrorKind.PublishManifest"/>.</exception>
    public async Task<LoadedManifest> WriteManifestAsync(string key, Manifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            var content = ManifestCodec.Write(manifest);
            ContentCheck.OfManifest.Verify(content, new DocumentFaults("manifest", key), out var check);
            var put = await store.PutAsync(key, content, new PutOptions(PutCondition.CreateOnly, ManifestCodec.ContentType),
                cancellationToken).ConfigureAwait(false);
            // A write that was repeated after its answer got lost meets itself.
            if (!put.Written && (await store.GetAsync(key, ManifestCodec.MaxBytes, cancellationToken)
                .ConfigureAwait(false))?.Content.Span.SequenceEqual(content) != true)
                throw new ShardyFusionException(ErrorKind.PublishManifest,
                    $"Manifest '{key}' already exists; manifests are never overwritten.")
                {
                    Target = key,
                };
            return new LoadedManifest(key, SnapshotPaths.ToRef(store.Root, key), manifest, check);
        }
        catch (ShardyFusionException e) when (e.IsOutcomeUnknown || e.Kind is ErrorKind.StorageNotFound
            or ErrorKind.PoolExhausted)
        {
            throw new ShardyFusionException(ErrorKind.PublishManifest, $"Manifest '{key}' could not be written: {e.Message}", e)
            {
                Target = key,
            };
        }
    }

    /// <summary>Refuses to go on when a guard failed, unless the publish is forced. The refusal leaves an event.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.GuardFailed"/> with every failed guard's detail.</exception>
    public async Task RequirePassedAsync(PointerMove move, SeenPointer seen, LoadedManifest target, IReadOnlyList<GuardResult> results,
        CancellationToken cancellationToken)
    {
        if (rules.PublishFailedChecks || results.All(result => result.Passed)) return;
        ShardyMetrics.GuardFailures.Add();
        var runId = target.Manifest.Required.RunId;
        var refusal = new ShardyFusionException(ErrorKind.GuardFailed,
            $"Run '{runId}' is staged but not published: "
                + $"{string.Join(" ", results.Where(result => !result.Passed).Select(result => $"{result.Name}: {result.Detail}"))}")
        { Target = runId };
        await new PointerPublisher(store, seen.Key, move).NoteRefusalAsync(target.ToPointer(clock, seen), refusal, cancellationToken)
            .ConfigureAwait(false);
        throw refusal;
    }

    /// <summary>The change that is to be made, for its event.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="seen">The pointer as it was seen.</param>
    /// <param name="reason">Why; null for no reason. That of the rules comes first.</param>
    /// <param name="results">What the guards found.</param>
    public PointerMove Move(PointerChange kind, SeenPointer seen, string? reason, IReadOnlyList<GuardResult> results) =>
        new(kind, seen.Pointer?.ManifestRef, rules.Reason ?? reason)
        {
            IgnoresBlock = rules.IgnoreBlock,
            HasFailedChecks = rules.PublishFailedChecks && results.Any(result => !result.Passed),
        };

    /// <summary>Moves the pointer and reads the probe keys through it; moves it back when they are not as expected.</summary>
    /// <param name="move">What kind of change it is.</param>
    /// <param name="seen">The pointer as it was seen before anything was decided.</param>
    /// <param name="target">The manifest that it shall name.</param>
    /// <param name="cancellationToken">Cancels the swap; once the write has started its outcome is unknown.</param>
    /// <exception cref="PointerConflictException">The pointer was moved by someone else; nothing was written.</exception>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ProbeFailed"/>, saying where the pointer is now; or as
    /// <see cref="PointerPublisher.SwapAsync"/>.</exception>
    public async Task<PointerSwap> MoveAsync(PointerMove move, SeenPointer seen, LoadedManifest target, CancellationToken cancellationToken)
    {
        using var activity = ShardyActivities.Start("publish");
        var next = target.ToPointer(clock, seen);
        var swap = await new PointerPublisher(store, seen.Key, move).SwapAsync(seen.ETag, next, allowUnsafePointer, cancellationToken)
            .ConfigureAwait(false);
        var probes = rules.Probes();
        if (probes.Count == 0 || swap.SupersededBy is not null) return swap;
        if (await ProbeAsync(seen.Key, target.Ref, probes, cancellationToken).ConfigureAwait(false) is not { } fault) return swap;
        throw new ShardyFusionException(ErrorKind.ProbeFailed,
            $"Run '{target.Manifest.Required.RunId}' was published, but reading it failed: "
                + $"{fault} {await RevertAsync(seen, swap.ETag, next, cancellationToken).ConfigureAwait(false)}")
        {
            Target = target.Manifest.Required.RunId,
        };
    }

    /// <returns>Null when all is well, or the pointer is someone else's by now.</returns>
    async Task<string?> ProbeAsync(string pointerKey, string manifestRef, IReadOnlyList<Canary> probes, CancellationToken cancellationToken)
    {
        try
        {
            var options = new ReaderOptions
            {
                Selector = new SnapshotSelector { Pointer = SnapshotPaths.PointerName(pointerKey) },
                MaxFallbacks = 0,
            };
            var reader = await NewOpener().OpenAsync(options, cancellationToken).ConfigureAwait(false);
            await using var closeReader = reader.ConfigureAwait(false);
            if (reader.Info.ManifestRef != manifestRef) return null;
            var (passed, detail) = await CanaryCheck.RunAsync(reader, probes, cancellationToken).ConfigureAwait(false);
            return passed ? null : detail;
        }
        catch (ShardyFusionException unreadable)
        {
            return unreadable.Message;
        }
    }

    async Task<string> RevertAsync(SeenPointer seen, string etag, CurrentPointer ours, CancellationToken cancellationToken)
    {
        if (seen.Pointer is not { } before) return "There was no snapshot before it, so the pointer still names it.";
        var publisher = new PointerPublisher(store, seen.Key, new PointerMove(PointerChange.Revert, ours.ManifestRef,
            "The reads after the publish failed.")
        { IgnoresBlock = true });
        try
        {
            await publisher.SwapAsync(etag, before with { UpdatedAt = SnapshotTime.After(clock, ours.UpdatedAt) },
                allowUnsafePointer, cancellationToken).ConfigureAwait(false);
            return $"The pointer was moved back to run '{before.RunId}'.";
        }
        catch (PointerConflictException moved)
        {
            return $"Someone else has moved the pointer to {(moved.OtherRunId is null ? "another run" : $"run '{moved.OtherRunId}'")} "
                + "since; it stays there.";
        }
        catch (ShardyFusionException refused)
        {
            return $"The pointer could not be moved back to run '{before.RunId}': {refused.Message}";
        }
    }
}
