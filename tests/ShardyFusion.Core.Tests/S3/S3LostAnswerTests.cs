using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Remote;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>On a real S3 server.</summary>
public sealed class S3LostAnswerTests(S3Server server) : LostAnswerTests(server)
{
    [Fact]
    public async Task Build_AnswerOfTheUploadsStartLost_TheFirstUploadIsAborted()
    {
        await using var prefix = await S3Prefix.CreateAsync(server);
        var store = prefix.OpenProxied();
        prefix.Proxy.On(static r => r.Method == "POST" && r.Target.EndsWith("uploads", StringComparison.Ordinal),
            FaultProxy.ResetAfterwards,
            count: 2);
        await using var build = await store.StartBuildAsync(new BuildOptions { ShardCount = 1 }, null, S3Prefix.Token);
        AddLargeRows(build);
        Assert.True((await build.CompleteAsync(S3Prefix.Token)).Published);
        Assert.Empty(await prefix.UploadsAsync());
    }
}
