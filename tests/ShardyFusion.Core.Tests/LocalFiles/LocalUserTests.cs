using ShardyFusion.LocalFiles;

namespace ShardyFusion.Core.Tests.LocalFiles;

public sealed class LocalUserTests
{
    [Fact]
    public void Name_WhereNoListOfAccountsIs_IsThatOfTheEnvironment()
    {
        var said = Environment.GetEnvironmentVariable(OperatingSystem.IsWindows() ? "USERNAME" : "USER");
        if (string.IsNullOrEmpty(said)) said = "unknown";
        Assert.Equal(said, LocalUser.NameOf(static () => throw new FileNotFoundException()));
        Assert.Equal(said, LocalUser.NameOf(static () => ""));
        Assert.Equal("ops", LocalUser.NameOf(static () => "ops"));
        Assert.NotEmpty(LocalUser.Name);
    }
}
