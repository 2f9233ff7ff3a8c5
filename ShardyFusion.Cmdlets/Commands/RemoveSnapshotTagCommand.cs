using System.Management.Automation;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Removes a tag. The snapshot itself stays until a cleanup.</summary>
[Cmdlet(VerbsCommon.Remove, "SnapshotTag", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveSnapshotTagCommand : PrefixCmdlet
{
    /// <summary>The tag.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(TagCompleter))]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    private protected override void Process()
    {
        var store = Store;
        if (!ShouldProcess($"tag '{Name}' at {store.Prefix}", "remove")) return;
        if (!RunInBackground(cancellationToken => store.RemoveTagAsync(Name, cancellationToken)))
            WriteWarning($"There is no tag '{Name}'; nothing is changed.");
    }
}
