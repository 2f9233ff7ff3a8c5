using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Opens a reader that stays open between commands and in parallel runspaces.</summary>
[Cmdlet(VerbsCommon.Open, "ShardReader", DefaultParameterSetName = ByRef)]
[OutputType(typeof(ShardReader))]
public sealed class OpenShardReaderCommand : OpenReaderCmdlet
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByRef)]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByRunId)]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByOffset)]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPointer)]
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByTag)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>Read requests to the store per second.</summary>
    [Parameter]
    public double? MaxReadsPerSecond { get; set; }

    /// <summary>Bytes read from the store per second.</summary>
    [Parameter]
    [ByteSize]
    public long? MaxReadBytesPerSecond { get; set; }

    private protected override void Process() => WriteObject(OpenReader());

    private protected override StoreConnection Adapt(StoreConnection connection)
    {
        var adapted = base.Adapt(connection);
        return (MaxReadsPerSecond ?? MaxReadBytesPerSecond) is null ? adapted : adapted with { Limits = LimitsOver(connection.Limits) };
    }

    StoreLimits LimitsOver(StoreLimits? session)
    {
        var limits = new StoreLimits
        {
            ReadsPerSecond = MaxReadsPerSecond ?? session?.ReadsPerSecond,
            ReadBytesPerSecond = MaxReadBytesPerSecond ?? session?.ReadBytesPerSecond,
            UploadsPerSecond = session?.UploadsPerSecond,
            UploadBytesPerSecond = session?.UploadBytesPerSecond,
            DeletesPerSecond = session?.DeletesPerSecond,
        };
        var faults = limits.Validate();
        return faults.Count == 0 ? limits : throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
    }
}
