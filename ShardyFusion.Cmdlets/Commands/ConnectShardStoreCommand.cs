using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Keeps a prefix and the way to reach it for the cmdlets that follow in this session.</summary>
[Cmdlet(VerbsCommunications.Connect, "ShardStore")]
[OutputType(typeof(ShardStoreConnection))]
public sealed class ConnectShardStoreCommand : StoreCmdlet
{
    /// <summary>The snapshot prefix.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public string? Prefix { get; set; }

    private protected override string? GivenPrefix => Prefix;

    /// <summary>Sends no request to find out whether the store can be reached.</summary>
    [Parameter]
    public SwitchParameter SkipCheck { get; set; }

    /// <summary>Read requests to the store per second.</summary>
    [Parameter]
    public double? MaxReadsPerSecond { get; set; }

    /// <summary>Bytes read from the store per second.</summary>
    [Parameter]
    [ByteSize]
    public long? MaxReadBytesPerSecond { get; set; }

    /// <summary>Write requests to the store per second.</summary>
    [Parameter]
    public double? MaxUploadsPerSecond { get; set; }

    /// <summary>Bytes written to the store per second.</summary>
    [Parameter]
    [ByteSize]
    public long? MaxUploadBytesPerSecond { get; set; }

    /// <summary>Objects deleted per second.</summary>
    [Parameter]
    public double? MaxDeletesPerSecond { get; set; }

    private protected override void Process()
    {
        SessionConnection.Current = null;
        var store = Store;
        if (!SkipCheck) RunInBackground(store.CheckAccessAsync);
        SessionConnection.Current = new SessionConnection(store.Prefix, WithLimits(Connection()));
        WriteObject(new ShardStoreConnection(store.Prefix, store.Description));
    }

    // One object for the whole session: the cmdlets after this one share what it allows.
    StoreConnection WithLimits(StoreConnection connection)
    {
        var limits = new StoreLimits
        {
            ReadsPerSecond = MaxReadsPerSecond,
            ReadBytesPerSecond = MaxReadBytesPerSecond,
            UploadsPerSecond = MaxUploadsPerSecond,
            UploadBytesPerSecond = MaxUploadBytesPerSecond,
            DeletesPerSecond = MaxDeletesPerSecond,
        };
        var faults = limits.Validate();
        return faults.Count == 0 ? connection with { Limits = limits } : throw new ShardyFusionException(ErrorKind.ConfigValidation,
            string.Join(" ", faults));
    }
}
