using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.S3;

/// <inheritdoc/>
public sealed class S3JobTests(S3Server server) : JobStoryTests(server);
