using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Tells which shard keys belong to, without reading any shard.</summary>
[Cmdlet(VerbsDiagnostic.Resolve, "ShardKey", DefaultParameterSetName = OfCurrent)]
[OutputType(typeof(ResolvedShardKey))]
public sealed class ResolveShardKeyCommand : KeyCmdlet
{
    readonly List<object?> keys = [];

    private protected override void Process()
    {
        EnsureReader(static () => { });
        keys.Clear();
        LookupKeys.Add(Key, keys);
        foreach (var key in keys)
        {
            if (Source.TryPrepareKey(key!, Context, out var prepared, out var fault))
                WriteObject(new ResolvedShardKey(prepared, Source.Info));
            else WriteFailure(fault, key);
        }
    }
}
