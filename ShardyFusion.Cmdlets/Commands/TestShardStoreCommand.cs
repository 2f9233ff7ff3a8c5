using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Tries with temporary objects whether a store can do what publishing needs.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ShardStore", SupportsShouldProcess = true)]
[OutputType(typeof(StoreCheck), typeof(bool))]
public sealed class TestShardStoreCommand : PrefixesCmdlet
{
    /// <summary>Gives true when publishing can use the store and false otherwise.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    private protected override void ProcessPrefix()
    {
        var store = Store;
        if (!ShouldProcess(store.Prefix, "Write, read and delete temporary objects below .probe/")) return;
        var results = RunInBackground(store.ProbeAsync);
        if (Quiet) WriteObject(StoreProbe.Judge(results) is StoreFitness.Fit or StoreFitness.Limited);
        else WriteObject(results.Select(r => new StoreCheck(r)), enumerateCollection: true);
    }
}
