using ShardyFusion.Runs;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes builds of the prefix on the command line that have not ended, or died without a word.</summary>
public sealed class UnendedRunCompleter : RunCompleter
{
    private protected override bool Fits(RunState state) => state is RunState.Running or RunState.Abandoned;
}
