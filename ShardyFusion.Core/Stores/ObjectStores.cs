using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Azure;
using ShardyFusion.Stores.Files;
using ShardyFusion.Stores.S3;

namespace ShardyFusion.Stores;

/// <summary>Opens stores by their prefix.</summary>
static class ObjectStores
{
    /// <summary>Opens the store that a snapshot prefix names. Nothing is read or written yet.</summary>
    /// <param name="prefix"><c>s3://bucket/path</c>, <c>az://container/path</c>, <c>file:///dir</c>, or a local path: absolute, relative to
    /// the process's folder, or from <c>~</c>.</param>
    /// <param name="connection">How to reach a remote store; null for the defaults.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming what is wrong with the prefix or the
    /// connection.</exception>
    public static IObjectStore Open(string prefix, StoreConnection? connection = null)
    {
        var parsed = SnapshotPrefix.Parse(prefix);
        if (connection?.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        return parsed.Kind switch
        {
            StoreKind.Folder => new FileObjectStore(parsed.LocalFolder!),
            StoreKind.Azure => OpenAzure(parsed, connection ?? new StoreConnection()),
            _ => OpenS3(parsed, connection ?? new StoreConnection()),
        };
    }

    /// <summary>Opens the store around one object or folder of a bucket or container, which may lie at its top.</summary>
    /// <param name="path"><c>s3://bucket/path/name</c> or a form of Azure's; slashes at its end do not count.</param>
    /// <param name="connection">How to reach the store; null for the defaults.</param>
    /// <param name="key">Its key in the store: the last part of the path.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: as <see cref="Open"/>.</exception>
    public static IObjectStore OpenAround(string path, StoreConnection? connection, out string key)
    {
        var parsed = SnapshotPrefix.Parse(path);
        var end = parsed.KeyPrefix.LastIndexOf('/');
        key = parsed.KeyPrefix[(end + 1)..];
        parsed = parsed with { KeyPrefix = parsed.KeyPrefix[..Math.Max(end, 0)] };
        return parsed.Kind == StoreKind.Azure ? OpenAzure(parsed, connection ?? new StoreConnection())
            : OpenS3(parsed, connection ?? new StoreConnection());
    }

    /// <summary>Where the requests to a prefix go, for messages; null for a folder.</summary>
    public static string? EndpointOf(string? prefix, StoreConnection connection) => PrefixText.KindOf(prefix) switch
    {
        StoreKind.S3 => S3Clients.EndpointOf(connection) ?? "AWS",
        StoreKind.Azure => SnapshotPrefix.Parse(prefix!).BlobEndpoint ?? connection.Azure?.ShownEndpoint ?? "Azure",
        _ => null,
    };

    // Apart, so that a kind of store that nobody asks for does not load its SDK.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static S3ObjectStore OpenS3(SnapshotPrefix prefix, StoreConnection connection) =>
        new(prefix.Bucket!, prefix.KeyPrefix, connection);

    [MethodImpl(MethodImplOptions.NoInlining)]
    static AzureObjectStore OpenAzure(SnapshotPrefix prefix, StoreConnection connection) => new(prefix, connection);
}
