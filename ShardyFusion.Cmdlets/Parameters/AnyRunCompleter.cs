using ShardyFusion.Runs;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Completes builds of the prefix on the command line, whatever became of them.</summary>
public sealed class AnyRunCompleter : RunCompleter
{
    private protected override bool Fits(RunState state) => true;
}
