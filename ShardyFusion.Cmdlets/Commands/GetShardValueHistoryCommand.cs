using System.Collections;
using System.ComponentModel;
using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Maintenance;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Follows one key through the published snapshots, newest first.</summary>
[Cmdlet(VerbsCommon.Get, "ShardValueHistory")]
[OutputType(typeof(ShardValueVersion))]
public sealed class GetShardValueHistoryCommand : StoreCmdlet
{
    /// <summary>The key, or several; objects that have a property <c>Key</c> are looked up by it.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject? Key { get; set; }

    /// <summary>The snapshot prefix.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public string? Prefix { get; set; }

    private protected override string? GivenPrefix => Prefix;

    /// <summary>The columns that the snapshots' expressions read beside the key.</summary>
    [Parameter]
    [ValidateNotNull]
    public IDictionary? RoutingContext { get; set; }

    /// <summary>How many snapshots at most.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    [DefaultValue(10)]
    public int First { get; set; } = 10;

    /// <summary>The form in which values are returned.</summary>
    [Parameter]
    public ValueForm As { get; set; }

    private protected override bool GoesOnAfterFailure => MyInvocation.ExpectingInput;

    private protected override void Process()
    {
        if (!MyInvocation.ExpectingInput && AreSwapped(Key, Prefix)) (Key, Prefix) = (PSObject.AsPSObject(Prefix!), Key!.ToString());
        var keys = new List<object?>();
        LookupKeys.Add(Key, keys);
        foreach (var key in keys)
        {
            if (keys.Count > 1) ForOne(() => Follow(key!));
            else Follow(key!);
        }
    }

    void Follow(object key)
    {
        var store = Store;
        var context = RoutingColumns.Of(RoutingContext);
        var values = new ValueView(As, WriteError);
        Receive<KeyVersion>(
            async (mailbox, cancellationToken) =>
            {
                await foreach (var version in store.GetKeyHistoryAsync(key, context, First, cancellationToken).ConfigureAwait(false))
                    await mailbox.PostAsync([version], cancellationToken).ConfigureAwait(false);
            },
            version =>
            {
                if (values.TryDecode(key, version.Value, version.ValueEncoding, out var value))
                    WriteObject(new ShardValueVersion(store.Prefix, key, version, value));
            });
    }
}
