using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Moves a reader to the snapshot that is current now.</summary>
[Cmdlet(VerbsData.Update, "ShardReader", SupportsShouldProcess = true)]
[OutputType(typeof(ShardReaderUpdate))]
public sealed class UpdateShardReaderCommand : ShardyCmdlet
{
    /// <summary>The reader.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public ShardReader Reader { get; set; } = null!;

    /// <summary>How many seconds the command may wait for the store, all its requests together.</summary>
    [Parameter]
    [ValidateRange(0.001, 86400 * 7)]
    public double? TimeoutSec { get; set; }

    private protected override TimeSpan? WaitLimit => TimeoutSec is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private protected override ShardyFusionException TimeIsOver(TimeSpan limit) =>
        StoreTimeout.Over(limit, Reader.Prefix, new StoreConnection(), "-TimeoutSec");

    private protected override object? ErrorTarget => Reader?.Prefix;

    private protected override void Process()
    {
        if (!ShouldProcess(Reader.ToString(), "move the reader to the snapshot that is current")) return;
        var reader = Reader;
        var update = new ShardReaderUpdate(reader, RunInBackground(reader.Reader.RefreshAsync));
        if (update.HasProblem) WriteWarning(update.Reason!);
        WriteObject(update);
    }
}
