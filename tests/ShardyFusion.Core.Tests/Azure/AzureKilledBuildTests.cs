using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.Azure;

/// <summary>On a real server of Azure Blob Storage's protocol.</summary>
public sealed class AzureKilledBuildTests(AzuriteServer server) : KilledBuildTests(server)
{
    // Blocks are staged without a word before.
    private protected override bool HasUploadStart => false;
}
