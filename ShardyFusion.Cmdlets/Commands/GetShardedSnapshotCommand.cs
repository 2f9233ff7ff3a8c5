using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Describes a snapshot as its manifest does.</summary>
[Cmdlet(VerbsCommon.Get, "ShardedSnapshot", DefaultParameterSetName = ByRef)]
[OutputType(typeof(ShardedSnapshot))]
public sealed class GetShardedSnapshotCommand : DescribeCmdlet
{
    private protected override int MostShards => 1;

    private protected override void Describe(string prefix, SnapshotInfo info) => WriteObject(new ShardedSnapshot(prefix, info));
}
