using System.Text;
using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.ManifestStores;

/// <summary>The object that tells whoever comes without the database that there is one: to him all shards would look like orphans, and the
/// pointer like one that nobody has set.</summary>
static class ManifestStoreMark
{
    /// <summary>Its key.</summary>
    public const string Key = "_manifest_store.json";

    const int MaxBytes = 16 * 1024;

    /// <summary>Leaves the mark on a prefix before its first publish to a database.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/>: the prefix has a pointer of its own, or was marked with
    /// other tables.</exception>
    public static async Task PutAsync(DatabaseStore store, CancellationToken cancellationToken)
    {
        var (root, table) = (store.Root, store.Manifests.Name);
        if (await ReadAsync(store, cancellationToken).ConfigureAwait(false) is { } marked)
        {
            if (marked == table) return;
            throw new ShardyFusionException(ErrorKind.StoreUnsafe,
                $"The manifests of '{root}' are in the table '{marked}', not in '{table}'. Nothing was written.")
            {
                Target = root,
                RecommendedAction = "Name that table, or delete the object "
                    + $"'{Key}' if the snapshots of that table are to be forgotten.",
            };
        }
        if (await store.Objects.HeadAsync(SnapshotPaths.CurrentKey, cancellationToken).ConfigureAwait(false) is not null)
            throw new ShardyFusionException(ErrorKind.StoreUnsafe,
                $"'{root}' has a pointer of its own, '{SnapshotPaths.CurrentKey}', which readers without the database follow. "
                    + "Nothing was written.")
            {
                Target = root,
                RecommendedAction = $"Delete the object '{SnapshotPaths.CurrentKey}' once no reader follows it; the snapshots that are "
                    + "there can be published to the database then.",
            };
        var content = Encoding.ASCII.GetBytes($"{{\n  \"format_version\": 1,\n  \"kind\": \"postgresql\",\n  \"table\": \"{table}\"\n}}\n");
        await store.Objects.PutAsync(Key, content, new PutOptions(PutCondition.CreateOnly, PointerCodec.ContentType), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Refuses to change a prefix whose manifests are in a database that was not named.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.StoreUnsafe"/>.</exception>
    public static async Task RequireNoneAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        if (store is DatabaseStore || await ReadAsync(store, cancellationToken).ConfigureAwait(false) is not { } table) return;
        throw new ShardyFusionException(ErrorKind.StoreUnsafe,
            $"The manifests of '{store.Root}' are in a PostgreSQL database, table '{table}', and it was not named. Nothing was changed.")
        {
            Target = store.Root,
            RecommendedAction = Advice,
        };
    }

    /// <summary>Why there may be nothing to read; null for no reason.</summary>
    public static async Task<(string Why, string Advice)?> HintAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        if (store is not DatabaseStore database)
            return await ReadAsync(store, cancellationToken).ConfigureAwait(false) is { } table
                ? ($"its manifests are in a PostgreSQL database, table '{table}', that was not named", Advice) : null;
        return await database.Manifests.OtherPrefixesAsync(cancellationToken).ConfigureAwait(false) is { Count: > 0 } others
            ? ($"the table '{database.Manifests.Name}' has snapshots of other prefixes ({string.Join(", ", others)})",
                "Check the prefix; for a copied tree, name the prefix that its rows state.") : null;
    }

    const string Advice = "Give the database's connection string: SHARDY_MANIFEST_DSN, --manifest-store with a credentials file, or "
        + "Connect-ShardStore -ManifestStore.";

    static async Task<string?> ReadAsync(IObjectStore store, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.GetAsync(Key, MaxBytes, cancellationToken).ConfigureAwait(false) is not { } found) return null;
            using var json = JsonDocument.Parse(found.Content);
            return json.RootElement.GetProperty("table").GetString() ?? "?";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException
            or ShardyFusionException { Kind: ErrorKind.ManifestParse })
        {
            return "?"; // Not readable, and there all the same.
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StorageNotFound)
        {
            return null; // No folder yet.
        }
    }
}
