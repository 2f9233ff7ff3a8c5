using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.Azure;

/// <summary>On a real server of Azure Blob Storage's protocol.</summary>
public sealed class AzureRandomFaultTests(AzuriteServer server) : RandomFaultTests(server)
{
    private protected override int Builds => BuildsOr(6);
}
