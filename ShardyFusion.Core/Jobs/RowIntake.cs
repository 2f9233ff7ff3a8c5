using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Jobs;

/// <summary>Reads the rows of one task: routed, sorted by shard, spilled when memory is used up. For one use.</summary>
sealed class RowIntake : IDisposable
{
    readonly BuildOptions options;
    readonly BuildSession session;
    readonly RowErrors errors;
    readonly string taskName;

    /// <param name="plan">The job.</param>
    /// <param name="options">With what the plan says.</param>
    /// <param name="taskName">For messages, at the start of a sentence.</param>
    public RowIntake(JobPlan plan, BuildOptions options, string taskName)
    {
        (this.options, this.taskName) = (options, taskName);
        errors = new RowErrors(options);
        session = new BuildSession(options, plan.JobId);
        session.Spill.DeleteAbandoned();
    }

    /// <summary>Rows left out.</summary>
    public long Rejected => errors.Count;

    public IReadOnlyList<string> RejectionSamples => errors.Samples;

    public IReadOnlyList<string> Warnings { get; private set; } = [];

    public DuplicateKeys Duplicates => session.Duplicates;

    /// <summary>Rows dropped so far, because another has the same key.</summary>
    public long SpilledDuplicates => session.Collectors.Sum(collector => collector.SpilledDuplicates);

    /// <summary>Good rows.</summary>
    public long Rows => session.Collectors.Sum(collector => collector.RowCount);

    /// <summary>Shows a stored key.</summary>
    public string Display(ReadOnlySpan<byte> key) => Routing.KeyCodec.For(options.KeyEncoding!.Value).Display(key);

    /// <summary>Reads the input to its end.</summary>
    /// <param name="input">The rows.</param>
    /// <param name="rowsBefore">What the rows' numbers begin after.</param>
    /// <param name="onRows">Told now and then of more rows; from any thread.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>Rows read, bad ones included; and the good ones by shard.</returns>
    /// <exception cref="ShardyFusionException">What a build throws, with the task's name before it.</exception>
    public async Task<(long Read, CollectedRows Rows)> ReadAsync(InputFile input, long rowsBefore, Action<int> onRows,
        CancellationToken cancellationToken)
    {
        try
        {
            errors.Open();
            var workers = options.Parallelism ?? Environment.ProcessorCount;
            var source = RowSources.Of(input with { RoutingFields = session.Placement.Columns }, new ValueEncoder(options.ValueEncoding),
                workers);
            session.Placement.NoteKeyName(input.KeyField);
            using var sinks = new BuildRowSinks(session, errors, new InputShare(rowsBefore + 1, workers, null), onRows);
            var read = await source.ReadAsync(sinks, rowsBefore, cancellationToken).ConfigureAwait(false);
            await session.DistributeAsync(cancellationToken).ConfigureAwait(false);
            errors.Flush();
            errors.Close();
            Warnings = [.. source.Warnings, .. session.Placement.Warnings];
            return (read, new CollectedRows(session.Collectors));
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.InputInvalid or ErrorKind.ShardAssignment)
        {
            throw new ShardyFusionException(e.Kind, $"{taskName} ('{input.Name}'): {e.Message}", e)
            {
                Target = e.Target,
                RecommendedAction = e.RecommendedAction,
            };
        }
    }

    public void Dispose()
    {
        errors.Dispose();
        session.Dispose();
    }
}
