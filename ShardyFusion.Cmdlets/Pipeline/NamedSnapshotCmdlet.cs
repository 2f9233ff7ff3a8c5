using System.Management.Automation;
using ShardyFusion.Cmdlets.Parameters;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that work on one snapshot which may come from the pipeline: prefix and manifest ref are bound by
/// name.</summary>
public abstract class NamedSnapshotCmdlet : SnapshotCmdlet
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>Manifest ref of the snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = ByRef, ValueFromPipelineByPropertyName = true)]
    [Alias("ManifestRef")]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public sealed override string? Ref { get; set; }
}
