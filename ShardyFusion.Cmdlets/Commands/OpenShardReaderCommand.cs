using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Snapshots;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Opens a reader that stays open between commands and in parallel runspaces.</summary>
[Cmdlet(VerbsCommon.Open, "ShardReader", DefaultParameterSetName = ByRef)]
[OutputType(typeof(ShardReader))]
public sealed class OpenShardReaderCommand : SnapshotCmdlet
{
    /// <inheritdoc/>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByRef)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByRunId)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByOffset)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByPointer)]
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = ByTag)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

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
    public long? CacheSize { get; set; }

    /// <summary>Requests under way at once, at most.</summary>
    [Parameter]
    [ValidateRange(1, 4096)]
    public int? MaxConcurrentRequest { get; set; }

    private protected override void Process()
    {
        var store = Store;
        var defaults = new ReaderOptions();
        var options = defaults with
        {
            Selector = Selector,
            Mode = Mode,
            CacheDirectory = CachePath is null ? null : ResolvePath(CachePath),
            CacheBytes = CacheSize ?? defaults.CacheBytes,
        };
        var reader = RunApart(cancellationToken => store.OpenReaderAsync(options, cancellationToken));
        if (reader.FallbackReason is { } reason) WriteWarning(reason);
        WriteObject(new ShardReader(DetachStore(), reader));
    }

    private protected override StoreConnection Adapt(StoreConnection connection) =>
        MaxConcurrentRequest is { } most ? connection with { MaxConcurrentRequests = most } : connection;
}
