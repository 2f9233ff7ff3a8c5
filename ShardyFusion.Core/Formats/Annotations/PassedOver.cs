using ShardyFusion.Stores;

namespace ShardyFusion.Formats.Annotations;

/// <summary>Names in the history that offsets and the fallback pass over.</summary>
/// <param name="Blocked">Nobody is to use them.</param>
/// <param name="RolledBack"><c>_CURRENT</c> was moved back from them, and not to them since.</param>
sealed record PassedOver(IReadOnlySet<string> Blocked, IReadOnlySet<string> RolledBack)
{
    /// <summary>Reads them. One listing of names.</summary>
    public static async Task<PassedOver> ListAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        HashSet<string> blocked = new(StringComparer.Ordinal), rolledBack = new(StringComparer.Ordinal);
        await foreach (var entry in store.ListAsync(AnnotationPaths.BlocksPrefix, null, cancellationToken).ConfigureAwait(false))
        {
            if (AnnotationPaths.FolderOf(entry.Key, AnnotationPaths.RolledBackPrefix) is { } left) rolledBack.Add(left);
            else if (AnnotationPaths.FolderOf(entry.Key, AnnotationPaths.BlocksPrefix) is { } folder) blocked.Add(folder);
        }
        return new PassedOver(blocked, rolledBack);
    }

    /// <summary>Why an older snapshot is passed over, as the end of "it …"; null when it is not.</summary>
    public string? WhyOf(ManifestFolder folder) => Blocked.Contains(folder.Name) ? "is blocked" : RolledBack.Contains(folder.Name)
        ? "was rolled back from" : null;

    /// <summary>Key of every annotation that tells so, with the name in the history that it is about.</summary>
    public IEnumerable<(string Folder, string Key)> Annotations() =>
        Blocked.Select(folder => (folder, $"{AnnotationPaths.BlocksPrefix}{folder}{AnnotationPaths.Extension}"))
        .Concat(RolledBack.Select(folder => (folder, $"{AnnotationPaths.RolledBackPrefix}{folder}{AnnotationPaths.Extension}")));
}
