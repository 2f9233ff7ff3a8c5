using System.Diagnostics;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Jobs.Segments;
using ShardyFusion.Jobs.Slicing;
using ShardyFusion.Stores;

namespace ShardyFusion.Jobs;

/// <summary>Runs one map: reads its rows and leaves them, sorted by shard, in one object.</summary>
sealed class JobMapper(JobTask task, int map, IProgress<BuildProgress>? progress)
{
    readonly JobPlan plan = task.Plan;
    long rowsSeen;

    /// <param name="rows">The rows of an engine; null for those of the plan's slice.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    public async Task<JobMapResult> RunAsync(Stream? rows, CancellationToken cancellationToken)
    {
        if (await task.Documents.FindMapAsync(map, cancellationToken).ConfigureAwait(false) is { } before)
            return JobMapResult.Of(plan.JobId, before, alreadyDone: true);
        var started = Stopwatch.GetTimestamp();
        var input = rows is null ? SliceInput.Open(plan, map) : plan.Input.ToFile() with { Stream = rows };
        try
        {
            var record = await WriteAsync(input, cancellationToken).ConfigureAwait(false) with
            {
                Host = Environment.MachineName,
                Seconds = Math.Round(Stopwatch.GetElapsedTime(started).TotalSeconds, 3),
            };
            if (await task.Documents.CreateAsync(JobPaths.Map(plan.JobId, map), record, JobJson.Default.MapRecord, cancellationToken)
                .ConfigureAwait(false)) return JobMapResult.Of(plan.JobId, record, alreadyDone: false);
            // Another attempt was faster, or this one's record is there although its answer was lost.
            var winner = await task.Documents.FindMapAsync(map, cancellationToken).ConfigureAwait(false);
            var isOurs = winner?.RowsKey == record.RowsKey;
            if (!isOurs && record.RowsKey is not null) await task.DiscardAsync(record.RowsKey).ConfigureAwait(false);
            return JobMapResult.Of(plan.JobId, winner ?? throw JobFaults.MissingMaps(plan.JobId, [map]), alreadyDone: !isOurs);
        }
        finally
        {
            if (rows is null && input.Stream is { } slice) await slice.DisposeAsync().ConfigureAwait(false);
        }
    }

    async Task<MapRecord> WriteAsync(InputFile input, CancellationToken cancellationToken)
    {
        using var intake = new RowIntake(plan, task.Options, $"Map {map}");
        var rowsBefore = plan.Rows == JobRows.Files ? plan.Slices[map].RowsBefore ?? 0 : 0;
        var (read, collected) = await intake.ReadAsync(input, rowsBefore, Report, cancellationToken).ConfigureAwait(false);
        if (read > SegmentWriter.MostRows)
            throw new ShardyFusionException(ErrorKind.InputInvalid,
                $"Map {map} has {read} rows; at most {SegmentWriter.MostRows} are possible.")
            {
                RecommendedAction = "Plan more maps.",
            };
        var record = new MapRecord
        {
            Map = map,
            Bytes = 0,
            TableOffset = 0,
            RowsRead = read,
            Rejected = intake.Rejected,
            RejectionSamples = intake.RejectionSamples,
            Rows = 0,
            Duplicates = 0,
            Warnings = intake.Warnings,
        };
        if (intake.Rows == 0) return record;
        var key = JobPaths.Rows(plan.JobId, map, Guid.NewGuid());
        var segments = new SegmentWriter(map, rowsBefore, plan.Shards);
        var upload = await task.Store.OpenUploadAsync(key, new PutOptions(PutCondition.CreateOnly), cancellationToken)
            .ConfigureAwait(false);
        await using var abortUnlessComplete = upload.ConfigureAwait(false);
        var tableOffset = await segments.WriteAsync(collected, intake.Duplicates, upload, cancellationToken).ConfigureAwait(false);
        var duplicates = segments.Duplicates + intake.SpilledDuplicates;
        if (segments.Rows + duplicates + intake.Rejected != read)
            throw new ShardyFusionException(ErrorKind.ShardCoverage,
                $"Of {read} rows of map {map}, {segments.Rows} were kept, {duplicates} were duplicates and {intake.Rejected} were "
                    + "rejected: the sum differs.");
        if (!(await upload.CompleteAsync(cancellationToken).ConfigureAwait(false)).Written)
            throw new ShardyFusionException(ErrorKind.ShardWrite, $"'{key}' exists already.") { Target = key };
        return record with
        {
            RowsKey = key,
            Bytes = segments.Position,
            TableOffset = tableOffset,
            Rows = segments.Rows,
            Duplicates = duplicates,
        };
    }

    void Report(int more)
    {
        var rows = Interlocked.Add(ref rowsSeen, more);
        progress?.Report(new BuildProgress(BuildPhase.Reading, rows, 0, plan.Shards, 0));
    }
}
