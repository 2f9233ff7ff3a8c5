using System.Management.Automation;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Removes a tag. The snapshot itself stays until a cleanup.</summary>
[Cmdlet(VerbsCommon.Remove, "SnapshotTag", SupportsShouldProcess = true)]
[OutputType(typeof(void))]
public sealed class RemoveSnapshotTagCommand : PrefixCmdlet
{
    /// <summary>The tag; wildcards are allowed.</summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(TagCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    private protected override void Process()
    {
        var prefix = Prefix;
        var name = TakeSecond(Name, nameof(Name), ref prefix);
        Prefix = prefix;
        var store = Store;
        var names = WildcardPattern.ContainsWildcardCharacters(name)
            ? RunInBackground(cancellationToken => FindAsync(store, WildcardPattern.Get(name, WildcardOptions.None), cancellationToken))
            : [name];
        if (names.Count == 0) WriteWarning($"No tag matches '{name}'; nothing is changed.");
        foreach (var tag in names)
        {
            if (!ShouldProcess($"tag '{tag}' at {store.Prefix}", "remove")) continue;
            if (!RunInBackground(cancellationToken => store.RemoveTagAsync(tag, cancellationToken)))
                WriteWarning($"There is no tag '{tag}'; nothing is changed.");
        }
    }

    static async Task<List<string>> FindAsync(SnapshotStore store, WildcardPattern pattern, CancellationToken cancellationToken)
    {
        var found = new List<string>();
        await foreach (var tag in store.GetTagsAsync(cancellationToken).ConfigureAwait(false))
            if (pattern.IsMatch(tag.Tag)) found.Add(tag.Tag);
        return found;
    }
}
