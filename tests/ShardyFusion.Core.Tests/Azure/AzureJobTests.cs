using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.Azure;

/// <inheritdoc/>
public sealed class AzureJobTests(AzuriteServer server) : JobStoryTests(server);
