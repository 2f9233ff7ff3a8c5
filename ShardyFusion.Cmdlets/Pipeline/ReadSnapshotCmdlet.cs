using System.Management.Automation;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that read one snapshot of each prefix and change nothing: prefixes come by the pipeline, too.</summary>
public abstract class ReadSnapshotCmdlet : NamedSnapshotCmdlet
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public sealed override string? Prefix { get; set; }

    private protected sealed override bool GoesOnAfterFailure => MyInvocation.ExpectingInput;
}
