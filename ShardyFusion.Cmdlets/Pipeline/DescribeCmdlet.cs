using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that tell what a manifest says, of a prefix or of an open reader.</summary>
public abstract class DescribeCmdlet : SnapshotCmdlet
{
    private protected const string OfReader = "Reader";

    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByRef)]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByRunId)]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByOffset)]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPointer)]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByTag)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>Manifest ref of the snapshot; the current one without it.</summary>
    [Parameter(ParameterSetName = ByRef, ValueFromPipelineByPropertyName = true)]
    [Alias("ManifestRef")]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? Ref { get; set; }

    /// <summary>An open reader whose snapshot is described.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = OfReader)]
    [ValidateNotNull]
    public ShardReader? Reader { get; set; }

    private protected sealed override bool GoesOnAfterFailure => MyInvocation.ExpectingInput;

    private protected sealed override void Process()
    {
        if (Reader is not null)
        {
            Describe(Reader.Prefix, Reader.Reader.Info);
            return;
        }
        var store = Store;
        Describe(store.Prefix, RunInBackground(cancellationToken => store.GetInfoAsync(Selector, MostShards, cancellationToken)));
    }

    /// <summary>How many shards are looked into when the manifest does not say what they are.</summary>
    private protected abstract int MostShards { get; }

    /// <summary>Emits what the manifest says.</summary>
    private protected abstract void Describe(string prefix, SnapshotInfo info);
}
