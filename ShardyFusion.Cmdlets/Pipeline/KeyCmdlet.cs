using System.Collections;
using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Reading;
using ShardyFusion.Routing;
using ShardyFusion.Sessions;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of the cmdlets that take keys of a snapshot, by a prefix or by an open reader.</summary>
public abstract class KeyCmdlet : SnapshotCmdlet
{
    private protected const string OfCurrent = "Current", OfSnapshot = "Snapshot", OfReader = "Reader";

    ReaderLease? lease;
    RoutingContext? context;
    (string? Prefix, string? Ref) opened;

    /// <summary>The key, or several; objects that have a property <c>Key</c> are looked up by it.</summary>
    /// <remarks>
    /// Either keys are piped or snapshots are, each in parameter sets of its own: trying to bind the properties of every piped key would
    /// double the time that a key takes. It is no plain object, so that PowerShell asks a script block for the key of each piped row.
    /// </remarks>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = OfCurrent)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByRef)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByRunId)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByOffset)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByPointer)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = ByTag)]
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = OfReader)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = OfSnapshot)]
    [AllowNull]
    [AllowEmptyString]
    [AllowEmptyCollection]
    public PSObject? Key { get; set; }

    /// <inheritdoc/>
    [Parameter(Position = 1, ParameterSetName = OfCurrent)]
    [Parameter(Position = 1, ParameterSetName = ByRef)]
    [Parameter(Position = 1, ParameterSetName = ByRunId)]
    [Parameter(Position = 1, ParameterSetName = ByOffset)]
    [Parameter(Position = 1, ParameterSetName = ByPointer)]
    [Parameter(Position = 1, ParameterSetName = ByTag)]
    [Parameter(Position = 1, ParameterSetName = OfSnapshot, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public override string? Prefix { get; set; }

    /// <summary>Manifest ref of the snapshot to read.</summary>
    /// <remarks>
    /// Mandatory neither here nor for the others that name a set by being given: PowerShell looks at each mandatory parameter that is not
    /// bound for every piped key.
    /// </remarks>
    [Parameter(ParameterSetName = ByRef)]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? Ref { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ByRunId)]
    [ArgumentCompleter(typeof(RunIdCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? RunId { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ByOffset)]
    public override int? Offset { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ByPointer)]
    [ArgumentCompleter(typeof(PointerCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? FromPointer { get; set; }

    /// <inheritdoc/>
    [Parameter(ParameterSetName = ByTag)]
    [ArgumentCompleter(typeof(TagCompleter))]
    [ValidateNotNullOrEmpty]
    public override string? Tag { get; set; }

    /// <summary>Manifest ref of a piped snapshot.</summary>
    [Parameter(Mandatory = true, ParameterSetName = OfSnapshot, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ManifestRefCompleter))]
    [ValidateNotNullOrEmpty]
    public string? ManifestRef { get; set; }

    /// <summary>An open reader to ask.</summary>
    [Parameter(ParameterSetName = OfReader)]
    [ValidateNotNull]
    public ShardReader? Reader { get; set; }

    /// <summary>The columns that the snapshot's expression reads beside the key.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? RoutingContext { get; set; }

    /// <summary>What <see cref="RoutingContext"/> says, for lookups.</summary>
    private protected RoutingContext? Context => context ??= RoutingColumns.Of(RoutingContext);

    private protected override object? ErrorTarget => Reader?.Prefix ?? base.ErrorTarget;

    /// <summary>The reader to ask, once <see cref="EnsureReader"/> has opened it.</summary>
    private protected SnapshotReader Source => Reader?.Reader ?? lease!.Reader;

    /// <summary>Opens the snapshot that the next key belongs to, unless it is open.</summary>
    /// <param name="beforeSwitch">Runs before the one that was read so far is left.</param>
    private protected void EnsureReader(Action beforeSwitch)
    {
        if (Reader is not null || (lease is not null && (Prefix, ManifestRef) == opened)) return;
        if (!MyInvocation.ExpectingInput && AreSwapped(Key, Prefix)) (Key, Prefix) = (PSObject.AsPSObject(Prefix!), Key!.ToString());
        if (lease is { } old)
        {
            beforeSwitch();
            lease = null;
            Await(EndAsync(old));
        }
        lease = RentReader(ManifestRef is null ? Selector : new SnapshotSelector { Ref = ManifestRef });
        opened = (Prefix, ManifestRef);
        if (lease.Reader.FallbackReason is { } reason) WriteWarning(reason);
    }

    private protected override async ValueTask ReleaseAsync()
    {
        if (lease is not null) await lease.DisposeAsync().ConfigureAwait(false);
        await base.ReleaseAsync().ConfigureAwait(false);
    }
}
