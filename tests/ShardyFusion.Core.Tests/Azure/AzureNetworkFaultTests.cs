using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.Azure;

/// <summary>On a real server of Azure's protocol, with the codes by which Azure says that a request may succeed later.</summary>
public sealed class AzureNetworkFaultTests(AzuriteServer server) : NetworkFaultTests(server)
{
    [Theory]
    [InlineData(503, "ServerBusy")]
    [InlineData(500, "OperationTimedOut")]
    [InlineData(400, "Md5Mismatch")]
    public Task CreateOnlyPut_TransientCode_Written(int status, string code) => AssertPassesAsync(FaultProxy.Status(status, code));
}
