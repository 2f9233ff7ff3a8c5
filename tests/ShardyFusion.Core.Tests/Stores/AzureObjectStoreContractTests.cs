using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>The contract on a real server of Azure Blob Storage's protocol.</summary>
public sealed class AzureObjectStoreContractTests(AzuriteServer server) : ObjectStoreContract
{
    internal override async Task<IObjectStore> OpenAsync() => ObjectStores.Open(await server.NewPrefixAsync(), server.Connection());

    // More than a page of 5,000 would take the server a minute to fill; pages are asked for small by the probe's tests.
    internal override int ManyObjects => 501;

    // Azure knows no ranges from the end, so it is asked for the size.
    internal override int HeadsOfATail => 1;

    internal override bool IsBackslashRefused => true;

    internal override async Task AssertNothingLeftAsync(IObjectStore store) =>
        Assert.Empty(await ((IStoreServer)server).UploadsAsync(store.Root));
}
