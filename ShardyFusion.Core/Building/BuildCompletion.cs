using System.Diagnostics;
using ShardyFusion.Building.Shards;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Formats.Values;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Routing;
using ShardyFusion.Stores;

namespace ShardyFusion.Building;

/// <summary>Ends the input of one build: writes its shards and its manifest, and moves the pointer.</summary>
sealed class BuildCompletion(BuildContext build, BuildSession session, ValueEncoder encoder, BuildMeter meter, BuildStanding standing)
{
    readonly IObjectStore store = build.Store;
    readonly BuildOptions options = build.Options;
    readonly BuildEnding ending = new(build, standing);

    /// <returns>What was built; what fails throws, and nothing is published then.</returns>
    public async Task<BuildResult> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var written = await WriteAsync(cancellationToken).ConfigureAwait(false);
            var published = await PublishAsync(written, cancellationToken).ConfigureAwait(false);
            return Describe(written, published);
        }
        catch (Exception e)
        {
            standing.Failure = e;
            throw;
        }
    }

    async Task<WrittenBuild> WriteAsync(CancellationToken cancellationToken)
    {
        build.Errors.Flush();
        var rowsKept = build.Elsewhere is { } elsewhere ? elsewhere.RowsRead - elsewhere.Rejected : session.Collectors.Sum(c => c.RowCount);
        if (rowsKept == 0 && options.ShardFiles is null && !options.AllowEmpty) throw NoRows();
        var shardCount = await session.DistributeAsync(cancellationToken).ConfigureAwait(false);
        var distributed = Stopwatch.GetTimestamp();
        var supply = build.Elsewhere?.Shards ?? (options.ShardFiles is { } files
            ? new ShardImporter(store, build.RunId, options, files)
            : new ShardWriter(build, shardCount, new ShardRows(new CollectedRows(session.Collectors), session.Duplicates, options.Shard,
                options.ShardFormat)));
        var shards = await WriteShardsAsync(supply, cancellationToken).ConfigureAwait(false);
        // Rows of files that are there are counted only now.
        if (options.ShardFiles is not null) rowsKept = meter.RowsRead = shards.Winners.Sum(w => w.Summary.RowCount);
        if (rowsKept == 0 && !options.AllowEmpty) throw NoRows();
        var rowsWritten = CheckCoverage(shards, rowsKept, out var duplicates);
        meter.Report(BuildPhase.Publishing, supply);
        return new WrittenBuild(shardCount, shards, rowsWritten, duplicates, distributed, Stopwatch.GetTimestamp());
    }

    async Task<PublishedBuild> PublishAsync(WrittenBuild written, CancellationToken cancellationToken)
    {
        var winners = written.Shards.Winners;
        var publication = new SnapshotPublication(store, options.Rules, options.AllowUnsafePointer, build.Clock);
        var composed = BuildManifest.Compose(build, session.KeyEncoding ?? KeyEncoding.Utf8, encoder.Encoding,
            new StatedSharding(written.ShardCount, session.Placement.Fields), winners);
        var key = SnapshotPaths.ManifestKey(composed.Required.CreatedAt, build.RunId);
        var staged = new LoadedManifest(key, SnapshotPaths.ToRef(store.Root, key), composed, Check: null);
        var guards = await publication.CheckAsync(staged, new BuildTally(meter.RowsRead, written.Duplicates, build.Errors.Count),
            ValuesOf(winners), cancellationToken).ConfigureAwait(false);
        var manifest = publication.Record(composed, guards, options.Publish);
        standing.IsManifestAttempted = true;
        var complete = await publication.WriteManifestAsync(key, manifest, cancellationToken).ConfigureAwait(false);
        standing.ManifestRef = complete.Ref;
        await LookOnceMoreAsync(key, winners, cancellationToken).ConfigureAwait(false);
        var warning = options.Publish ? await MovePointerAsync(publication, complete, guards, cancellationToken).ConfigureAwait(false)
            : null;

        // From here on the snapshot is what it should be: nothing below may turn success into failure.
        List<string> warnings = [.. standing.InputWarnings, .. session.Placement.Warnings];
        if (warning is not null) warnings.Add(warning);
        Attempt(() => { if (options.Publish) manifest.NoteCurrent(store.Root, build.StartingPointer.Key, build.Clock); },
            "its metrics are incomplete", warnings);
        Attempt(build.Errors.Close, "the reject file could not be closed", warnings);
        build.Run.Report(written.RowsWritten, winners.Sum(w => w.Summary.FileBytes), null);
        await ending.SucceedAsync(written.Shards.LostObjectKeys, warnings, cancellationToken).ConfigureAwait(false);
        return new PublishedBuild(complete.Ref, manifest, guards, warnings);
    }

    BuildResult Describe(WrittenBuild written, PublishedBuild published)
    {
        var (shards, errors, pointer) = (written.Shards, build.Errors, build.StartingPointer);
        var usage = StoreUsage.Of(store.Counters).Since(build.UsageAtStart);
        return new BuildResult
        {
            RunId = build.RunId,
            ManifestRef = published.ManifestRef,
            Prefix = store.Root,
            Published = options.Publish,
            Pointer = SnapshotPaths.PointerName(pointer.Key),
            PreviousRunId = pointer.Pointer?.RunId,
            ShardCount = written.ShardCount,
            KeyEncoding = published.Manifest.Required.KeyEncoding,
            ValueEncoding = encoder.Encoding,
            RowsRead = meter.RowsRead,
            RowsWritten = written.RowsWritten,
            DuplicateRows = written.Duplicates,
            RejectedRows = errors.Count,
            RejectionSamples = errors.Samples,
            ShardBytes = shards.Winners.Sum(w => w.Summary.FileBytes),
            Shards = [.. shards.Winners.Select(w => new ShardResult(w.DbId, w.Summary.RowCount, w.Summary.FileBytes, w.Attempt,
                SnapshotPaths.ToRef(store.Root, w.ObjectKey), w.Sha256))],
            KeptShards = shards.Winners.Count(w => w.IsKept),
            LostAttempts = shards.LostAttempts,
            SpilledBytes = session.Spill.SpilledBytes,
            Durations = new BuildDurations(Stopwatch.GetElapsedTime(build.StartedTimestamp, written.DistributedTimestamp),
                Stopwatch.GetElapsedTime(written.DistributedTimestamp, written.WrittenTimestamp),
                Stopwatch.GetElapsedTime(written.WrittenTimestamp), Stopwatch.GetElapsedTime(build.StartedTimestamp)),
            Requests = usage,
            EstimatedCost = options.Prices?.EstimateCost(usage),
            CostCurrency = options.Prices?.Currency,
            Guards = published.Guards,
            Warnings = published.Warnings,
        };
    }

    async Task<WrittenShards> WriteShardsAsync(IShardSupply supply, CancellationToken cancellationToken)
    {
        meter.Report(BuildPhase.Writing, supply);
        var work = supply.RunAsync(cancellationToken);
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(250), CancellationToken.None)).ConfigureAwait(false);
            meter.Report(BuildPhase.Writing, supply);
        }
        return await work.ConfigureAwait(false);
    }

    /// <summary>Count in equals count out, or nothing is published.</summary>
    long CheckCoverage(WrittenShards written, long rowsKept, out long duplicates)
    {
        duplicates = session.Collectors.Sum(c => c.SpilledDuplicates) + (build.Elsewhere?.DuplicateRows ?? 0)
            + written.Winners.Sum(w => w.DuplicateRows);
        var rowsWritten = written.Winners.Sum(w => w.Summary.RowCount);
        if (rowsWritten + duplicates != rowsKept || rowsKept + build.Errors.Count != meter.RowsRead)
        {
            throw new ShardyFusionException(ErrorKind.ShardCoverage,
                $"Of {meter.RowsRead} rows read, {rowsWritten} were written, {duplicates} were duplicates and {build.Errors.Count} were "
                    + "rejected: the sum differs.");
        }
        return rowsWritten;
    }

    static ValueFigures ValuesOf(IReadOnlyList<ShardAttemptResult> winners) =>
        new(winners.Sum(w => w.Values.EmptyValues), winners.Select(w => w.Values.LargestValueBytes).DefaultIfEmpty().Max());

    /// <summary>Makes sure that what the manifest names is still there: a cleanup by another program, or with a wrong clock, may have taken
    /// this run for dead.</summary>
    /// <remarks>After the manifest, which protects the shards from every cleanup that begins later.</remarks>
    async Task LookOnceMoreAsync(string manifestKey, IReadOnlyList<ShardAttemptResult> winners, CancellationToken cancellationToken)
    {
        try
        {
            await ShardPresence.RequireListedAsync(store, build.RunId, winners.ToDictionary(w => w.ObjectKey, w => w.Summary.FileBytes,
                StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
            await MoveRules.RequireNoRemovalAsync(store, build.RunId, build.Clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.SnapshotIncomplete or ErrorKind.RunNotFound)
        {
            // Nobody may find it and move a pointer there. Once it is gone, what is left of the shards goes like that of any failed build.
            var deleted = await store.DeleteAsync([manifestKey], cancellationToken).ConfigureAwait(false);
            standing.IsManifestAttempted = deleted[0].Error is not null;
            if (!standing.IsManifestAttempted) standing.ManifestRef = null;
            throw new ShardyFusionException(ErrorKind.SnapshotIncomplete, $"{e.Message} Nothing was published.", e)
            {
                Target = build.RunId,
                RecommendedAction =
                "Build again. Find out who deletes below this prefix: a cleanup by another program, lifecycle rules, or a machine "
                    + "with a wrong clock.",
            };
        }
    }

    /// <returns>What went wrong after the pointer had moved; null when nothing did.</returns>
    async Task<string?> MovePointerAsync(SnapshotPublication publication, LoadedManifest complete, IReadOnlyList<GuardResult> guards,
        CancellationToken cancellationToken)
    {
        var move = publication.Move(PointerChange.Publish, build.StartingPointer, build.Options.Message, guards);
        await publication.RequirePassedAsync(move, build.StartingPointer, complete, guards, cancellationToken).ConfigureAwait(false);
        await build.Run.ConfirmOwnershipAsync(cancellationToken).ConfigureAwait(false);
        standing.IsPointerAttempted = true;
        try
        {
            return (await publication.MoveAsync(move, build.StartingPointer, complete, cancellationToken).ConfigureAwait(false)).Warning;
        }
        catch (ShardyFusionException frozen) when (frozen.Kind == ErrorKind.PublishingFrozen)
        {
            throw new ShardyFusionException(ErrorKind.PublishingFrozen,
                $"Run '{build.RunId}' is staged but not published: {frozen.Message}", frozen)
            {
                Target = build.RunId,
                RecommendedAction = $"Once publishing is resumed: Publish-ShardedSnapshot -RunId {build.RunId}, or shardy publish --run-id "
                    + $"{build.RunId}.",
            };
        }
        catch (Exception e) when (e is not ShardyFusionException { Kind: not ErrorKind.PublishCurrent })
        {
            // Stopped or broken in between: where the pointer is now is what counts.
            if (!await ending.IsPointerOursAsync().ConfigureAwait(false)) throw;
            return $"The pointer was moved, but what follows was not finished: {e.Message}";
        }
    }

    static void Attempt(Action step, string consequence, List<string> warnings)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            warnings.Add($"The snapshot is complete, but {consequence}: {e.Message}");
        }
    }

    ShardyFusionException NoRows() => build.Errors.Count > 0
        ? new ShardyFusionException(ErrorKind.InputInvalid,
            $"None of the {meter.RowsRead} rows could be used. The first: {build.Errors.Samples[0]}")
        {
            RecommendedAction =
                "Correct the rows, or check key column, key encoding, delimiter and layout: if every row fails, an option "
                    + "is usually wrong.",
        }
        : new ShardyFusionException(ErrorKind.InputInvalid, "The input has no rows.")
        {
            RecommendedAction = "Check the input; allow an empty snapshot explicitly if that is intended.",
        };

    /// <summary>What stands before anything is published.</summary>
    /// <param name="ShardCount">Shards, empty ones included.</param>
    /// <param name="Shards">Those with rows.</param>
    /// <param name="RowsWritten">Their rows.</param>
    /// <param name="Duplicates">Rows dropped because another has the same key.</param>
    /// <param name="DistributedTimestamp">When every row had its shard.</param>
    /// <param name="WrittenTimestamp">When all shards were written.</param>
    sealed record WrittenBuild(int ShardCount, WrittenShards Shards, long RowsWritten, long Duplicates, long DistributedTimestamp,
        long WrittenTimestamp);

    /// <summary>What was published.</summary>
    sealed record PublishedBuild(string ManifestRef, Manifest Manifest, IReadOnlyList<GuardResult> Guards, IReadOnlyList<string> Warnings);
}
