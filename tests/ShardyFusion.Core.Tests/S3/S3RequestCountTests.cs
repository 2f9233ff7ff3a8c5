using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>On a real S3 server.</summary>
public sealed class S3RequestCountTests(S3Server server) : RequestCountTests(server);
