using System.Globalization;
using ShardyFusion.Runs;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes builds of the prefix on the command line by their run records, newest first.</summary>
public abstract class RunCompleter : NameCompleter
{
    /// <summary>Most records looked at.</summary>
    const int RecordLimit = 50;

    private protected RunCompleter()
    {
    }

    private protected sealed override (IEnumerable<CompletionName> Names, bool IsWhole) NamesOf(CompletionRequest request)
    {
        if (request.Prefix is not { } prefix) return ([], true);
        var (runs, isWhole) = CompletionCache<RunInfo>.Get(prefix, request.Connection,
            static (store, cancellationToken) => store.GetRunsAsync(null, RecordLimit, cancellationToken));
        return (runs.Where(run => Fits(run.State)).Select(ToName), isWhole);
    }

    private protected abstract bool Fits(RunState state);

    static CompletionName ToName(RunInfo run) => new(run.RunId, string.Create(CultureInfo.InvariantCulture,
        $"{run.State.ToString().ToLowerInvariant()}, started {run.StartedAt:u}, {run.Rows:N0} rows"));
}
