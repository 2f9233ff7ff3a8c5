using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>A real server of object storage, for tests that hold on every kind.</summary>
interface IStoreServer
{
    /// <summary><c>http://127.0.0.1:port</c>, once a prefix was asked for.</summary>
    string Endpoint { get; }

    /// <summary>A snapshot prefix that nobody used before; ends the test when there is no server.</summary>
    Task<string> NewPrefixAsync();

    /// <summary>Connection settings for the server, or for a proxy before it.</summary>
    StoreConnection Connection(string? proxyEndpoint = null);

    /// <summary>The bare object store.</summary>
    RemoteObjectStore Open(string prefix, StoreConnection connection, TimeProvider? clock = null);

    /// <summary>Keys of uploads in parts that were neither completed nor aborted, as the server lists them.</summary>
    Task<List<string>> UploadsAsync(string prefix);

    /// <summary>A connection as a child process makes it from what <see cref="ChildArguments"/> told it.</summary>
    static StoreConnection OfChild(string[] arguments) => arguments[0].StartsWith("az://", StringComparison.Ordinal)
        ? new StoreConnection
        {
            RequestTimeout = TimeSpan.FromSeconds(60),
            Azure = new AzureAccess
            {
                BlobEndpoint = $"{arguments[1]}/{arguments[2]}",
                AccountName = arguments[2],
                AccountKey = arguments[3],
            },
        }
        : new StoreConnection
        {
            RequestTimeout = TimeSpan.FromSeconds(60),
            EndpointUrl = arguments[1],
            AccessKeyId = arguments[2],
            SecretAccessKey = arguments[3],
        };

    /// <summary>Prefix, endpoint, name and secret, for a child process.</summary>
    string[] ChildArguments(string prefix, string endpoint);
}
