using ShardyFusion.Runs;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes builds of the prefix on the command line that died or failed, and can be gone on with.</summary>
public sealed class StoppedRunCompleter : RunCompleter
{
    private protected override bool Fits(RunState state) => state is RunState.Failed or RunState.Abandoned;
}
