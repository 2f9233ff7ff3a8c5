using System.Management.Automation;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that look at prefixes as a whole and change nothing: several as an argument, or by the pipeline.</summary>
public abstract class PrefixesCmdlet : StoreCmdlet
{
    string? looksAt;

    /// <summary>The snapshot prefixes.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public string[]? Prefix { get; set; }

    private protected sealed override string? GivenPrefix => looksAt;

    private protected sealed override bool GoesOnAfterFailure => MyInvocation.ExpectingInput;

    private protected sealed override void Process()
    {
        var isOneOfMany = Prefix is { Length: > 1 };
        foreach (var prefix in Prefix ?? [null!])
        {
            looksAt = prefix;
            if (isOneOfMany) ForOne(ProcessPrefix);
            else ProcessPrefix();
        }
    }

    /// <summary>Runs for each prefix, or once for the session's.</summary>
    private protected abstract void ProcessPrefix();
}
