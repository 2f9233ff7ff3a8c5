using System.Management.Automation;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that work on a prefix as a whole: it comes first, or by name from the pipeline.</summary>
public abstract class PrefixCmdlet : StoreCmdlet
{
    /// <summary>The snapshot prefix.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public string? Prefix { get; set; }

    private protected sealed override string? GivenPrefix => Prefix;
}
