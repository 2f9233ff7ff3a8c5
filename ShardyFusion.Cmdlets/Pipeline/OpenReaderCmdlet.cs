using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that open readers which outlive them.</summary>
public abstract class OpenReaderCmdlet : SnapshotCmdlet
{
    /// <summary>Manifest ref of the snapshot; the current one without it.</summary>
    [Parameter(ParameterSetName = ByRef, ValueFromPipelineByPropertyName = true)]
    [Alias("ManifestRef")]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? Ref { get; set; }

    /// <summary>How shards are read.</summary>
    [Parameter]
    public ReadMode Mode { get; set; }

    /// <summary>Folder of the local shard cache.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CachePath { get; set; }

    /// <summary>Size limit of that folder.</summary>
    [Parameter]
    [ByteSize]
    [ValidateRange(0, long.MaxValue)]
    [DefaultOf(typeof(ReaderOptions), nameof(ReaderOptions.CacheBytes))]
    public long? CacheSize { get; set; }

    /// <summary>Requests under way at once, at most.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    [DefaultOf(typeof(StoreConnection), nameof(StoreConnection.MaxConcurrentRequests))]
    public int? MaxConcurrentRequest { get; set; }

    /// <summary>A shard that nobody asks for is closed after this time; zero keeps all open.</summary>
    [Parameter]
    [Duration]
    [DefaultOf(typeof(ReaderOptions), nameof(ReaderOptions.ShardIdleTime))]
    public TimeSpan? ShardIdleTime { get; set; }

    /// <summary>Opens a reader of the snapshot that the parameters name, and warns when it is an older one.</summary>
    private protected ShardReader OpenReader()
    {
        var store = Store;
        var defaults = new ReaderOptions();
        var options = defaults with
        {
            Selector = Selector,
            Mode = Mode,
            CacheDirectory = CachePath is null ? null : ResolvePath(CachePath),
            CacheBytes = CacheSize ?? defaults.CacheBytes,
            ShardIdleTime = ShardIdleTime is null ? defaults.ShardIdleTime : ShardIdleTime == TimeSpan.Zero ? null : ShardIdleTime,
        };
        var reader = RunInBackground(cancellationToken => store.OpenReaderAsync(options, cancellationToken));
        if (reader.FallbackReason is { } reason) WriteWarning(reason);
        return new ShardReader(DetachStore(), reader);
    }

    private protected override StoreConnection Adapt(StoreConnection connection) =>
        MaxConcurrentRequest is { } most ? connection with { MaxConcurrentRequests = most } : connection;
}
