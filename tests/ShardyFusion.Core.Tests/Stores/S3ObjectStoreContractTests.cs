using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>The contract on a real S3 server.</summary>
public sealed class S3ObjectStoreContractTests(S3Server server) : ObjectStoreContract
{
    internal override async Task<IObjectStore> OpenAsync() => ObjectStores.Open(await server.NewPrefixAsync(), server.Connection());

    // Three pages; ten would take the server half a minute to fill.
    internal override int ManyObjects => 2_001;

    internal override async Task AssertNothingLeftAsync(IObjectStore store)
    {
        var parts = store.Root["s3://".Length..].Split('/', 2);
        using var client = server.Client();
        var uploads = await client.ListMultipartUploadsAsync(new Amazon.S3.Model.ListMultipartUploadsRequest
        {
            BucketName = parts[0],
            Prefix = parts[1]
        }, Token);
        Assert.Empty(uploads.MultipartUploads ?? []);
    }
}
