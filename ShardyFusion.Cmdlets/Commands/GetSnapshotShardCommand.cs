using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Lists the shards of a snapshot; empty ones have no file and are left out.</summary>
[Cmdlet(VerbsCommon.Get, "SnapshotShard", DefaultParameterSetName = ByRef)]
[OutputType(typeof(SnapshotShard))]
public sealed class GetSnapshotShardCommand : DescribeCmdlet
{
    /// <summary>Only these shards.</summary>
    [Parameter]
    [ValidateNotNull]
    public int[]? ShardId { get; set; }

    private protected override int MostShards => int.MaxValue;

    private protected override void Describe(string prefix, SnapshotInfo info)
    {
        foreach (var wanted in ShardId ?? [])
        {
            if (wanted < 0 || wanted >= info.ShardCount)
                throw new ShardyFusionException(ErrorKind.ConfigValidation,
                    $"Shard {wanted} does not exist; the snapshot has shards 0 to {info.ShardCount - 1}.")
                {
                    Target = wanted,
                };
        }
        foreach (var shard in info.Shards)
        {
            if (ShardId is null || ShardId.Contains(shard.ShardId)) WriteObject(new SnapshotShard(prefix, info, shard));
        }
    }
}
