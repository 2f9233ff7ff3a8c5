namespace ShardyFusion.Stores;

/// <summary>A database that keeps the manifests of a prefix and its current pointer in rows, while everything else stays in the object
/// store. See the package <c>ShardyFusion.Postgres</c>.</summary>
/// <remarks>Immutable. <see cref="ToString"/> never shows a user's password.</remarks>
public abstract record ManifestStore
{
    private protected ManifestStore()
    {
    }

    /// <summary>The prefix that the rows state, <c>s3_prefix</c>, where it is not the one that is opened: for a copied tree, of which the
    /// database knows nothing. Such a tree is read only. Null for the prefix itself.</summary>
    public string? RowsPrefix { get; init; }

    /// <summary>Where it is, for people: no password.</summary>
    internal abstract string Description { get; }

    /// <summary>Every fault of these settings; none of them repeats a secret.</summary>
    internal abstract IEnumerable<string> Validate();

    /// <summary>The tables. Sends nothing yet.</summary>
    /// <param name="connection">Its timeouts and retries count here, too.</param>
    internal abstract IManifestTables Open(StoreConnection connection);

    /// <summary>Where it is.</summary>
    public sealed override string ToString() => Description;
}
