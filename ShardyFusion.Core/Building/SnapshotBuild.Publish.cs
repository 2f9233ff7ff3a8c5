using System.Diagnostics;
using ShardyFusion.Building.Shards;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Catalog;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Publishing;
using ShardyFusion.Publishing.Guards;
using ShardyFusion.Routing;
using ShardyFusion.Stores;

namespace ShardyFusion.Building;

public sealed partial class SnapshotBuild
{
    Exception? failure;

    async Task<BuildResult> WriteAndPublishAsync(CancellationToken cancellationToken)
    {
        try
        {
            var readEnd = Stopwatch.GetTimestamp();
            errors.Flush();
            var rowsKept = session.Collectors.Sum(c => c.RowCount);
            if (rowsKept == 0 && options.ShardFiles is null && !options.AllowEmpty) throw NoRows();

            var shardCount = await session.DistributeAsync(cancellationToken).ConfigureAwait(false);
            var distributed = Stopwatch.GetTimestamp();
            IShardSupply supply = options.ShardFiles is { } files ? new ShardImporter(store, RunId, options, files)
                : new ShardWriter(store, RunId, options, shardCount, new CollectedRows(session.Collectors), session.Duplicates, leftovers,
                clock);
            var written = await WriteShardsAsync(supply, cancellationToken).ConfigureAwait(false);
            // Rows of files that are there are counted only now.
            if (options.ShardFiles is not null) rowsKept = rowsRead = written.Winners.Sum(w => w.Summary.RowCount);
            if (rowsKept == 0 && !options.AllowEmpty) throw NoRows();
            var rowsWritten = CheckCoverage(written, rowsKept, out var duplicates);
            var writeEnd = Stopwatch.GetTimestamp();

            ReportProgress(BuildPhase.Publishing, supply);
            var publication = new SnapshotPublication(store, options.Rules, options.AllowUnsafePointer, clock);
            var composed = Compose(shardCount, written.Winners);
            var key = SnapshotPaths.ManifestKey(composed.Required.CreatedAt, RunId);
            var staged = new LoadedManifest(key, SnapshotPaths.ToRef(store.Root, key), composed, Check: null);
            var guards = await publication.CheckAsync(staged, new BuildTally(rowsRead, duplicates, errors.Count), ValuesOf(written.Winners),
                cancellationToken).ConfigureAwait(false);
            var manifest = publication.Record(composed, guards, options.Publish);
            manifestAttempted = true;
            var complete = await publication.WriteManifestAsync(key, manifest, cancellationToken).ConfigureAwait(false);
            manifestRef = complete.Ref;
            await LookOnceMoreAsync(key, written.Winners, cancellationToken).ConfigureAwait(false);
            var warning = options.Publish ? await MovePointerAsync(publication, complete, guards, cancellationToken).ConfigureAwait(false)
                : null;

            // From here on the snapshot is what it should be: nothing below may turn success into failure.
            var warnings = new List<string>(inputWarnings);
            if (warning is not null) warnings.Add(warning);
            Attempt(() => { if (options.Publish) manifest.NoteCurrent(store.Root, startingPointer.Key, clock); },
                "its metrics are incomplete", warnings);
            Attempt(errors.Close, "the reject file could not be closed", warnings);
            run.Report(rowsWritten, written.Winners.Sum(w => w.Summary.FileBytes));
            await FinishAsync(written.LostObjectKeys, warnings, cancellationToken).ConfigureAwait(false);
            var usage = StoreUsage.Of(store.Counters).Since(usageAtStart);
            return new BuildResult
            {
                RunId = RunId,
                ManifestRef = manifestRef,
                Prefix = store.Root,
                Published = options.Publish,
                Pointer = SnapshotPaths.PointerName(startingPointer.Key),
                PreviousRunId = startingPointer.Pointer?.RunId,
                ShardCount = shardCount,
                KeyEncoding = manifest.Required.KeyEncoding,
                ValueEncoding = valueEncoder.Encoding,
                RowsRead = rowsRead,
                RowsWritten = rowsWritten,
                DuplicateRows = duplicates,
                RejectedRows = errors.Count,
                RejectionSamples = errors.Samples,
                ShardBytes = written.Winners.Sum(w => w.Summary.FileBytes),
                Shards = [.. written.Winners.Select(w => new ShardResult(w.DbId, w.Summary.RowCount, w.Summary.FileBytes, w.Attempt,
                SnapshotPaths.ToRef(store.Root, w.ObjectKey), w.Sha256))],
                KeptShards = written.Winners.Count(w => w.IsKept),
                LostAttempts = written.LostAttempts,
                SpilledBytes = session.Spill.SpilledBytes,
                Durations = new BuildDurations(
                    Stopwatch.GetElapsedTime(startedTimestamp, readEnd) + Stopwatch.GetElapsedTime(readEnd, distributed),
                    Stopwatch.GetElapsedTime(distributed, writeEnd), Stopwatch.GetElapsedTime(writeEnd),
                    Stopwatch.GetElapsedTime(startedTimestamp)),
                Requests = usage,
                EstimatedCost = options.Prices?.EstimateCost(usage),
                CostCurrency = options.Prices?.Currency,
                Guards = guards,
                Warnings = warnings,
            };
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
    }

    async Task<WrittenShards> WriteShardsAsync(IShardSupply supply, CancellationToken cancellationToken)
    {
        ReportProgress(BuildPhase.Writing, supply);
        var work = supply.RunAsync(cancellationToken);
        while (!work.IsCompleted)
        {
            await Task.WhenAny(work, Task.Delay(TimeSpan.FromMilliseconds(250), CancellationToken.None)).ConfigureAwait(false);
            ReportProgress(BuildPhase.Writing, supply);
        }
        return await work.ConfigureAwait(false);
    }

    /// <summary>Count in equals count out, or nothing is published.</summary>
    long CheckCoverage(WrittenShards written, long rowsKept, out long duplicates)
    {
        duplicates = session.Collectors.Sum(c => c.SpilledDuplicates) + written.Winners.Sum(w => w.DuplicateRows);
        var rowsWritten = written.Winners.Sum(w => w.Summary.RowCount);
        if (rowsWritten + duplicates != rowsKept || rowsKept + errors.Count != rowsRead)
        {
            throw new ShardyFusionException(ErrorKind.ShardCoverage,
                $"Of {rowsRead} rows read, {rowsWritten} were written, {duplicates} were duplicates and {errors.Count} were rejected: the sum differs.");
        }
        return rowsWritten;
    }

    Manifest Compose(int shardCount, IReadOnlyList<ShardAttemptResult> winners)
    {
        var encoding = session.KeyEncoding ?? KeyEncoding.Utf8;
        var codec = KeyCodec.For(encoding);
        var custom = new Dictionary<string, object?>(options.CustomFields, StringComparer.Ordinal);
        if (options.Message is not null) custom["message"] = options.Message;
        custom.TryAdd("author", Environment.UserName);
        return new Manifest
        {
            Required = new RequiredFields
            {
                CreatedAt = SnapshotTime.ToMicroseconds(clock.GetUtcNow()),
                KeyEncoding = encoding,
                NumDbs = shardCount,
                RunId = RunId,
                S3Prefix = store.Root,
                ShardFormat = RequiredFields.RocksDbSst,
                ValueEncoding = valueEncoder.Encoding,
            },
            Shards = [.. winners.Select(w => new ShardEntry
            {
                DbId = w.DbId,
                AttemptKey = SnapshotPaths.AttemptKey(RunId, w.DbId, w.Attempt),
                Attempt = w.Attempt,
                RowCount = w.Summary.RowCount,
                MinKey = encoding == KeyEncoding.Raw ? null : ManifestKey(codec.Decode(w.Summary.MinKey)),
                MaxKey = encoding == KeyEncoding.Raw ? null : ManifestKey(codec.Decode(w.Summary.MaxKey)),
                MinKeyHex = encoding == KeyEncoding.Raw ? Convert.ToHexStringLower(w.Summary.MinKey) : null,
                MaxKeyHex = encoding == KeyEncoding.Raw ? Convert.ToHexStringLower(w.Summary.MaxKey) : null,
                CheckpointId = w.Sha256,
                DbBytes = w.Summary.FileBytes,
                Sha256 = w.Sha256,
                TailOffset = w.Summary.TailOffset,
                WriterInfo = new WriterInfo { Attempt = w.Attempt, DurationMs = (long)w.Duration.TotalMilliseconds },
            })],
            Custom = custom,
        };
    }

    static object ManifestKey(object key) => key switch
    {
        ulong large => (long)large, // Routable keys are below 2^63.
        uint small => (long)small,
        _ => key,
    };

    static ValueFigures ValuesOf(IReadOnlyList<ShardAttemptResult> winners) =>
        new(winners.Sum(w => w.Values.EmptyValues), winners.Select(w => w.Values.LargestValueBytes).DefaultIfEmpty().Max());

    /// <summary>Makes sure that what the manifest names is still there: a cleanup by another program, or with a wrong clock, may have taken
    /// this run for dead.</summary>
    /// <remarks>After the manifest, which protects the shards from every cleanup that begins later.</remarks>
    async Task LookOnceMoreAsync(string manifestKey, IReadOnlyList<ShardAttemptResult> winners, CancellationToken cancellationToken)
    {
        try
        {
            await ShardPresence.RequireListedAsync(store, RunId, winners.ToDictionary(w => w.ObjectKey, w => w.Summary.FileBytes,
                StringComparer.Ordinal), cancellationToken).ConfigureAwait(false);
            await MoveRules.RequireNoRemovalAsync(store, RunId, clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.SnapshotIncomplete or ErrorKind.RunNotFound)
        {
            // Nobody may find it and move a pointer there. Once it is gone, what is left of the shards goes like that of any failed build.
            manifestAttempted = (await store.DeleteAsync([manifestKey], cancellationToken).ConfigureAwait(false))[0].Error is not null;
            if (!manifestAttempted) manifestRef = null;
            throw new ShardyFusionException(ErrorKind.SnapshotIncomplete, $"{e.Message} Nothing was published.", e)
            {
                Target = RunId,
                RecommendedAction =
                "Build again. Find out who deletes below this prefix: a cleanup by another program, lifecycle rules, or a machine with a wrong clock.",
            };
        }
    }

    /// <returns>What went wrong after the pointer had moved; null when nothing did.</returns>
    async Task<string?> MovePointerAsync(SnapshotPublication publication, LoadedManifest complete, IReadOnlyList<GuardResult> guards,
        CancellationToken cancellationToken)
    {
        var move = publication.Move(PointerChange.Publish, startingPointer, options.Message);
        await publication.RequirePassedAsync(move, startingPointer, complete, guards, cancellationToken).ConfigureAwait(false);
        await run.ConfirmOwnershipAsync(cancellationToken).ConfigureAwait(false);
        pointerAttempted = true;
        try
        {
            return (await publication.MoveAsync(move, startingPointer, complete, cancellationToken).ConfigureAwait(false)).Warning;
        }
        catch (Exception e) when (e is not ShardyFusionException { Kind: not ErrorKind.PublishCurrent })
        {
            // Stopped or broken in between: where the pointer is now is what counts.
            using var limit = new ShutdownTimeout(WrapUpTime, store, stopped);
            if (!await PointerIsOursAsync(limit.Token).ConfigureAwait(false)) throw;
            return $"The pointer was moved, but what follows was not finished: {e.Message}";
        }
    }

    async Task FinishAsync(IReadOnlyList<string> lostKeys, List<string> warnings, CancellationToken cancellationToken)
    {
        using var limit = new ShutdownTimeout(TimeSpan.FromSeconds(30), store, cancellationToken);
        try
        {
            await run.SucceedAsync(manifestRef!, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            warnings.Add($"The snapshot is complete, but its run record or the build lock could not be written: {e.Message}");
        }
        try
        {
            if (lostKeys.Count == 0) return;
            var deleted = await store.DeleteAsync(lostKeys, limit.Token).ConfigureAwait(false);
            warnings.AddRange(deleted.Where(d => d.Error is not null)
                .Select(d => $"Losing attempt '{d.Key}' could not be removed: {d.Error}"));
        }
        catch (Exception e)
        {
            warnings.Add($"The snapshot is complete, but shards that lost could not be removed: {e.Message}");
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

    ShardyFusionException NoRows() => errors.Count > 0
        ? new ShardyFusionException(ErrorKind.InputInvalid, $"None of the {rowsRead} rows could be used. The first: {errors.Samples[0]}")
        {
            RecommendedAction =
                "Correct the rows, or check key column, key encoding, delimiter and layout: if every row fails, an option is usually wrong.",
        }
        : new ShardyFusionException(ErrorKind.InputInvalid, "The input has no rows.")
        {
            RecommendedAction = "Check the input; allow an empty snapshot explicitly if that is intended.",
        };
}
