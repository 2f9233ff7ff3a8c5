using System.ComponentModel;
using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Lists the tags of a prefix.</summary>
[Cmdlet(VerbsCommon.Get, "SnapshotTag")]
[OutputType(typeof(SnapshotLabel))]
public sealed class GetSnapshotTagCommand : PrefixesCmdlet
{
    /// <summary>Only tags that match; wildcards are allowed.</summary>
    [Parameter(Position = 1)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [DefaultValue("*")]
    public string Name { get; set; } = "*";

    private protected override void ProcessPrefix()
    {
        var store = Store;
        var pattern = WildcardPattern.Get(Name, WildcardOptions.None);
        Receive<SnapshotTag>(
            async (mailbox, cancellationToken) =>
            {
                await foreach (var tag in store.GetTagsAsync(cancellationToken).ConfigureAwait(false))
                    await mailbox.PostAsync([tag], cancellationToken).ConfigureAwait(false);
            },
            tag =>
            {
                if (pattern.IsMatch(tag.Tag)) WriteObject(new SnapshotLabel(store.Prefix, tag));
            });
    }
}
