using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Closes readers; lookups under way finish first.</summary>
[Cmdlet(VerbsCommon.Close, "ShardReader", SupportsShouldProcess = true)]
public sealed class CloseShardReaderCommand : ShardyCmdlet
{
    /// <summary>The reader; closing one that is closed changes nothing.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ShardReader Reader { get; set; } = null!;

    private protected override object? ErrorTarget => Reader?.Prefix;

    private protected override void Process()
    {
        var reader = Reader;
        if (ShouldProcess(reader.ToString(), "close the reader")) RunInBackground(_ => reader.CloseAsync());
    }
}
