using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.Azure;

/// <summary>On a real server of Azure Blob Storage's protocol.</summary>
public sealed class AzurePointerRaceTests(AzuriteServer server) : PointerRaceTests(server)
{
    private protected override int Rounds => RoundsOr(30);
}
