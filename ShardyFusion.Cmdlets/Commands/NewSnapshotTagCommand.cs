using System.Management.Automation;
using ShardyFusion.Catalog;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Gives a snapshot a name that protects it from cleanup.</summary>
[Cmdlet(VerbsCommon.New, "SnapshotTag", SupportsShouldProcess = true, DefaultParameterSetName = Current)]
[OutputType(typeof(SnapshotLabel))]
public sealed class NewSnapshotTagCommand : NamedSnapshotCmdlet
{
    const string Current = "Current";

    /// <summary>The tag.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>It ends by itself after this long.</summary>
    [Parameter]
    [Duration]
    public TimeSpan? ExpiresIn { get; set; }

    /// <summary>What for.</summary>
    [Parameter]
    public string? Note { get; set; }

    private protected override void Process()
    {
        var prefix = Prefix;
        var name = TakeSecond(Name, nameof(Name), ref prefix);
        Prefix = prefix;
        var store = Store;
        var info = RunInBackground(cancellationToken => store.GetInfoAsync(Selector, cancellationToken));
        if (!ShouldProcess($"run '{info.RunId}' at {store.Prefix}", $"tag as '{name}'")) return;
        var expiresAt = RunInBackground(cancellationToken => store.GetExpiryAsync(ExpiresIn, cancellationToken));
        // The very snapshot that was shown, whatever is current by now.
        var target = new SnapshotSelector { Ref = info.ManifestRef };
        WriteObject(new SnapshotLabel(store.Prefix,
            RunInBackground(cancellationToken => store.AddTagAsync(name, target, expiresAt, Note, cancellationToken))));
    }
}
