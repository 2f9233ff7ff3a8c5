using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy compare</summary>
static class CompareCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("compare", "Compares two snapshots: manifests, or rows.");
        var selector = new SelectorOptions(command, isRequired: false);
        var reference = new Option<string?>("--reference")
        {
            Description = "Run id or manifest ref of the earlier snapshot. Default: the one published before.",
            HelpName = "id|ref",
        };
        var referencePrefix = new Option<string?>("--reference-prefix")
        {
            Description = "Prefix of the earlier snapshot, if different.",
            HelpName = "prefix",
        };
        var level = new Option<CompareLevel?>("--level")
        {
            Description = "How closely: manifest, counts or rows. Default: rows.",
            HelpName = "manifest|counts|rows",
            CustomParser = SharedOptions.ParseChoice<CompareLevel>,
        };
        var sample = new Option<double>("--sample")
        {
            Description = "Compare only about this percentage of the rows.",
            HelpName = "percent",
            DefaultValueFactory = _ => 100,
        };
        var limit = Limits.Create(100, "Show at most this many differences; 0 for all. Every difference is counted.");
        var parallelism = new Option<int?>("--parallelism") { Description = "Shards checked in parallel.", HelpName = "n" };
        foreach (var option in new Option[] { reference, referencePrefix, level, sample, limit, parallelism }) command.Add(option);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var kept = new KeptDifferences(run.Parsed.LimitOf(limit));
            var other = run.Parsed.GetValue(referencePrefix) is { } prefix ? run.OpenOther(prefix) : null;
            try
            {
                var options = new CompareOptions
                {
                    To = run.Resolve(selector.Of(run.Parsed)),
                    From = SelectorOptions.OfWord(run.Parsed.GetValue(reference)),
                    Level = run.Parsed.GetValue(level) ?? CompareLevel.Rows,
                    SamplePercent = run.Parsed.GetValue(sample),
                    Parallelism = run.Parsed.GetValue(parallelism),
                };
                var comparison = await run.WithStoreAsync(store => ShardProgressLine.ShowAsync(terminal, "Comparing",
                    progress => store.CompareAsync(options, other, kept.AddAsync, progress, cancellationToken))).ConfigureAwait(false);
                run.Write(new Output.CompareOutput(comparison, kept.Rows));
                return 0;
            }
            finally
            {
                if (other is not null) await other.DisposeAsync().ConfigureAwait(false);
            }
        });
        return command;
    }

    /// <summary>The first differences that come; they come from several threads.</summary>
    sealed class KeptDifferences(int? limit)
    {
        readonly Lock gate = new();
        readonly List<RowDifference> rows = [];

        public IReadOnlyList<RowDifference> Rows => rows;

        public ValueTask AddAsync(IReadOnlyList<RowDifference> found, CancellationToken cancellationToken)
        {
            lock (gate) rows.AddRange(limit is { } most ? found.Take(most - rows.Count) : found);
            return ValueTask.CompletedTask;
        }
    }
}
