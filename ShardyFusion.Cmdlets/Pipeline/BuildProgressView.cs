using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Building;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Shows how far a build is.</summary>
/// <param name="target">The prefix.</param>
/// <param name="write">Writes a record; null when progress is silenced.</param>
sealed class BuildProgressView(string target, Action<ProgressRecord>? write)
    : ProgressView<BuildProgress>(0x5F17, "Writing sharded snapshot", state => ($"{target}: {Status(state)}", Percent(state)), write)
{
    static int Percent(BuildProgress state) => state.Phase switch
    {
        BuildPhase.Writing when state.ShardsTotal > 0 => Math.Min(99, 100 * state.ShardsDone / state.ShardsTotal),
        BuildPhase.Publishing => 99,
        BuildPhase.Done => 100,
        _ => -1,
    };

    static string Status(BuildProgress state) => state.Phase switch
    {
        BuildPhase.Reading => string.Create(CultureInfo.InvariantCulture, $"{state.Rows:N0} rows read"),
        BuildPhase.Writing => string.Create(CultureInfo.InvariantCulture,
        $"{state.Rows:N0} rows, {state.ShardsDone} of {state.ShardsTotal} shards written"),
        BuildPhase.Publishing => "publishing",
        _ => "done",
    };
}
