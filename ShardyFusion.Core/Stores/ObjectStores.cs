using ShardyFusion.Errors;
using ShardyFusion.Stores.Files;
using ShardyFusion.Stores.S3;

namespace ShardyFusion.Stores;

/// <summary>Opens stores by their prefix.</summary>
static class ObjectStores
{
    /// <summary>Opens the store that a snapshot prefix names. Nothing is read or written yet.</summary>
    /// <param name="prefix"><c>s3://bucket/path</c>, <c>file:///dir</c>, or a local path: absolute, relative to the process's folder, or
    /// from <c>~</c>.</param>
    /// <param name="connection">How to reach a remote store; null for the defaults.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming what is wrong with the prefix or the
    /// connection.</exception>
    public static IObjectStore Open(string prefix, StoreConnection? connection = null)
    {
        var parsed = SnapshotPrefix.Parse(prefix);
        if (connection?.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        return parsed.LocalFolder is { } folder
            ? new FileObjectStore(folder)
            : new S3ObjectStore(parsed.Bucket!, parsed.KeyPrefix, connection ?? new StoreConnection());
    }
}
