using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>On a real S3 server, with the codes by which S3 says that a request may succeed later.</summary>
public sealed class S3NetworkFaultTests(S3Server server) : NetworkFaultTests(server)
{
    [Theory]
    [InlineData(503, "SlowDown")]
    [InlineData(400, "RequestTimeout")]
    [InlineData(409, "ConditionalRequestConflict")]
    public Task CreateOnlyPut_TransientCode_Written(int status, string code) => AssertPassesAsync(FaultProxy.Status(status, code));
}
