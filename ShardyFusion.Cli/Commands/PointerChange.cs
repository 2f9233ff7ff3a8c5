using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Publishing;

namespace ShardyFusion.Cli.Commands;

/// <summary>A pointer that goes to another snapshot: what rollback and undo do once they know where to.</summary>
/// <param name="Plan">Where to.</param>
/// <param name="Approval">Only show it, or do it, and whether to ask.</param>
/// <param name="Options">What is allowed, and why it is done.</param>
sealed record PointerChange(RollbackPlan Plan, Approval Approval, PointerChangeOptions Options)
{
    /// <summary>Carries the plan out, after a question where someone can answer; or only shows it.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> MakeAsync(CommandRun run, SnapshotStore store, CancellationToken cancellationToken)
    {
        if (Plan.Warning is not null) await run.Terminal.Error.WriteLineAsync($"Warning: {Plan.Warning}").ConfigureAwait(false);
        if (Approval.IsDryRun || Plan.IsNoOp)
        {
            run.Write(new RollbackOutput(Plan, null, Approval.IsDryRun));
            return 0;
        }
        var question = $"Move _{Plan.Pointer} from run '{Plan.From}' to run '{Plan.To}'?";
        if (!await Approval.AskAsync(question, cancellationToken).ConfigureAwait(false))
        {
            run.Write(new RollbackOutput(Plan, null, isDryRun: false));
            return 1;
        }
        run.Write(new RollbackOutput(Plan, await store.RollbackAsync(Plan, Options, cancellationToken).ConfigureAwait(false),
            isDryRun: false));
        return 0;
    }
}
