using System.Collections;
using System.Globalization;
using System.Management.Automation;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Publishing;
using ShardyFusion.Shards;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Copies a snapshot to another prefix, or rewrites its rows with another number of shards.</summary>
[Cmdlet(VerbsCommon.Copy, "ShardedSnapshot", SupportsShouldProcess = true, DefaultParameterSetName = "Current")]
[OutputType(typeof(SnapshotCopyResult))]
public sealed class CopyShardedSnapshotCommand : NamedSnapshotCmdlet
{
    SnapshotStore? destination;

    /// <summary>The prefix to copy to.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = "";

    /// <summary>Endpoint of the destination's store, if different.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DestinationEndpointUrl { get; set; }

    /// <summary>Region of the destination's bucket, if different.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DestinationRegion { get; set; }

    /// <summary>Profile for the destination, if different.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? DestinationProfileName { get; set; }

    /// <summary>Access key or storage account for the destination, if different.</summary>
    [Parameter]
    [Credential]
    [ValidateNotNull]
    public PSCredential? DestinationCredential { get; set; }

    /// <summary>Rewrites the rows into this many shards.</summary>
    [Parameter]
    [ValidateRange(1, 65_536)]
    public int? ShardCount { get; set; }

    /// <summary>Places rows by the value of this CEL expression.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CelExpression { get; set; }

    /// <summary>The columns that the expression may read, with their types.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? CelColumn { get; set; }

    /// <summary>The least values of shards 1, 2, and so on, ascending.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? CelBoundary { get; set; }

    /// <summary>Places rows by ranges of keys: the least keys of shards 1, 2, and so on, ascending.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public object[]? RangeBoundary { get; set; }

    /// <summary>Places rows by ranges of keys, as many as this and of about equal size.</summary>
    [Parameter]
    [ValidateRange(1, 65_536)]
    public int? RangeShardCount { get; set; }

    /// <summary>What the rewritten shards are made as.</summary>
    [Parameter]
    public ShardFormat? ShardFormat { get; set; }

    /// <summary>Moves the destination's pointer to the copy.</summary>
    [Parameter]
    public SwitchParameter Publish { get; set; }

    /// <summary>The pointer to move.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Pointer { get; set; }

    /// <summary>Writes to a store that does not honour conditional writes, too.</summary>
    [Parameter]
    public SwitchParameter AllowUnsafePointer { get; set; }

    /// <summary>Shards copied in parallel.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int? ThrottleLimit { get; set; }

    private protected override void Process()
    {
        var store = Store;
        var snapshot = RunInBackground(cancellationToken => store.GetInfoAsync(Selector, cancellationToken));
        destination ??= OpenOther(Destination, here => ConnectionThere(here.ForCopy(Store.Prefix, ResolveLocation(Destination))));
        var sharding = ShardingParts.Of(CelExpression, CelColumn, CelBoundary, RangeShardCount, RangeBoundary);
        var action = (ShardCount is { } count ? $"write rows to {count} shards at {destination.Prefix}"
            : (sharding, ShardFormat) is (null, null) ? $"copy to {destination.Prefix}"
            : $"place rows anew and write them to {destination.Prefix}")
            + (Publish ? $" and publish to {Pointer ?? SnapshotPaths.CurrentPointerName}" : "");
        if (!ShouldProcess(string.Create(CultureInfo.InvariantCulture,
            $"run '{snapshot.RunId}' ({snapshot.RowCount:N0} rows) at {store.Prefix}"), action)) return;
        var options = new CopyOptions
        {
            Selector = new SnapshotSelector { Ref = snapshot.ManifestRef },
            Reshard = (ShardCount, sharding, ShardFormat) is (null, null, null) ? null : new BuildOptions
            {
                ShardCount = ShardCount,
                Sharding = sharding,
                ShardFormat = ShardFormat ?? Shards.ShardFormat.RocksDb,
                Parallelism = ThrottleLimit,
            },
            Publish = Publish,
            Rules = new PublishRules { Pointer = Pointer },
            AllowUnsafePointer = AllowUnsafePointer,
            Parallelism = ThrottleLimit,
        };
        var view = new ShardProgressView("Copying sharded snapshot", destination.Prefix, WriteProgress);
        ShowProgress(view,
            () => WriteObject(new SnapshotCopyResult(RunInBackground(cancellationToken => store.CopyToAsync(destination, options, view,
            cancellationToken)))));
    }

    private protected override async ValueTask ReleaseAsync()
    {
        if (destination is not null) await destination.DisposeAsync().ConfigureAwait(false);
        await base.ReleaseAsync().ConfigureAwait(false);
    }

    StoreConnection ConnectionThere(StoreConnection here)
    {
        var there = here with { Region = DestinationRegion ?? here.Region };
        // A profile or a key takes the place of whatever else says who is asking.
        if (DestinationProfileName is not null) there = there with { AccessKeyId = null, SecretAccessKey = null, SessionToken = null };
        there = Given(DestinationEndpointUrl, DestinationCredential).ApplyTo(there, Destination);
        return DestinationProfileName is null ? there : there with { ProfileName = DestinationProfileName };
    }
}
