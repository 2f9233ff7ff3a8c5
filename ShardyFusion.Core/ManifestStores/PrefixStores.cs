using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.ManifestStores;

/// <summary>Opens a prefix with everything that it is made of.</summary>
static class PrefixStores
{
    /// <summary>Opens the store that a snapshot prefix names, and the database that keeps its manifests where there is one. Nothing is read
    /// or written yet.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming what is wrong with the prefix or the
    /// connection.</exception>
    public static IObjectStore Open(string prefix, StoreConnection? connection)
    {
        var store = ObjectStores.Open(prefix, connection);
        if (connection?.ManifestStore is not { } database) return store;
        var manifests = new TableManifests(database.Open(connection), store, database);
        return store.Capabilities.IsLocal ? new LocalDatabaseStore(store, manifests) : new RemoteDatabaseStore(store, manifests);
    }
}
