using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Stores;

public class ObjectStoresTests
{
    [Theory]
    [InlineData("/tmp/x/y", "file:///tmp/x/y")]
    [InlineData("/tmp/x/y/", "file:///tmp/x/y")]
    [InlineData("/tmp/x/../y", "file:///tmp/y")]
    [InlineData("file:///tmp/x", "file:///tmp/x")]
    [InlineData("file:///tmp/a%20b/", "file:///tmp/a%20b")]
    [InlineData("FILE:///tmp/x", "file:///tmp/x")]
    [InlineData("/tmp/50%25 #1", "file:///tmp/50%2525%20%231")]
    public async Task Open_LocalPath_RootIsFileUriThatOpensTheSameFolder(string prefix, string root)
    {
        if (OperatingSystem.IsWindows())
            Assert.Skip("Unix paths; run on Linux or macOS.");
        await using var store = ObjectStores.Open(prefix);
        Assert.Equal(root, store.Root);
        Assert.True(store.Capabilities.IsLocal);
        await using var again = ObjectStores.Open(store.Root);
        Assert.Equal(store.LocalPath("a"), again.LocalPath("a"));
    }

    [Fact]
    public async Task Open_RelativeAndHomePaths_BecomeAbsolute()
    {
        await using var relative = ObjectStores.Open("some/folder");
        Assert.Equal(Path.Combine(Environment.CurrentDirectory, "some", "folder", "k"), relative.LocalPath("k"));
        await using var home = ObjectStores.Open("~/snap");
        Assert.Equal(Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), "snap", "k"), home.LocalPath("k"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("http://host/path")]
    [InlineData("https://bucket.s3.amazonaws.com/path")]
    [InlineData("gs://bucket/path")]
    [InlineData("s3://")]
    [InlineData("s3:///path")]
    [InlineData("s3://bucket")]
    [InlineData("s3://bucket/")]
    [InlineData("s3://bu cket/path")]
    [InlineData("s3://bucket/a//b")]
    [InlineData("s3://bucket/../b")]
    [InlineData("s3://bucket/snap*")]
    [InlineData("/tmp/snap?")]
    [InlineData("file://otherhost/dir")]
    [InlineData("az://")]
    [InlineData("az://container")]
    [InlineData("az://container/")]
    [InlineData("az://Container/path")]
    [InlineData("az://con--tainer/path")]
    [InlineData("az://co/path")]
    [InlineData("az://container/a//b")]
    [InlineData("az://container/a./b")]
    [InlineData("az://container/a\\b")]
    [InlineData("https://account.blob.core.windows.net/container")]
    [InlineData("https://account.blob.core.windows.net/")]
    [InlineData("https://account.file.core.windows.net/container/path")]
    [InlineData("http://account.blob.core.windows.net/container/path")]
    public void Open_Nonsense_RefusedNamingIt(string prefix)
    {
        var error = Assert.Throws<ShardyFusionException>(() => ObjectStores.Open(prefix));
        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        Assert.Contains($"'{prefix}'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("az://users/daily/", "az://users/daily")]
    [InlineData("AZ://users/daily/eu", "az://users/daily/eu")]
    [InlineData("https://account.blob.core.windows.net/users/daily", "https://account.blob.core.windows.net/users/daily")]
    [InlineData("https://Account.blob.core.windows.net/users/Daily/", "https://account.blob.core.windows.net/users/Daily")]
    [InlineData("https://account.z12.blob.storage.azure.net/users/daily", "https://account.z12.blob.storage.azure.net/users/daily")]
    [InlineData("https://account.blob.core.chinacloudapi.cn/users/daily", "https://account.blob.core.chinacloudapi.cn/users/daily")]
    [InlineData("abfss://users@account.dfs.core.windows.net/daily/eu", "https://account.blob.core.windows.net/users/daily/eu")]
    public async Task Open_AzureForms_RootNamesContainerAndPathAndOpensTheSame(string prefix, string root)
    {
        var connection = new StoreConnection { Azure = new AzureAccess { AccountName = "account", AccountKey = "a2V5" } };
        await using var store = ObjectStores.Open(prefix, connection);
        Assert.Equal(root, store.Root);
        Assert.False(store.Capabilities.IsLocal);
        await using var again = ObjectStores.Open(store.Root, connection);
        Assert.Equal((store.Root, store.Description), (again.Root, again.Description));
    }

    [Fact]
    public void Open_AbfssWithoutContainer_Refused() => Assert.Equal(ErrorKind.ConfigValidation,
        Assert.Throws<ShardyFusionException>(() => ObjectStores.Open("abfss://@account.dfs.core.windows.net/path")).Kind);

    [Fact]
    public void Open_InvalidConnection_EveryFaultNamed()
    {
        var connection = new StoreConnection
        {
            EndpointUrl = "ftp://x",
            AccessKeyId = "id",
            MaxConcurrentRequests = 0,
            RetryBudget = TimeSpan.Zero,
        };
        var error = Assert.Throws<ShardyFusionException>(() => ObjectStores.Open("s3://bucket/path", connection));
        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        foreach (var name in new[] { "EndpointUrl", "SecretAccessKey", "MaxConcurrentRequests", "RetryBudget" })
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Connection_ToString_ShowsNoSecret()
    {
        var connection = new StoreConnection { AccessKeyId = "AKIDVISIBLE", SecretAccessKey = "s3cr3t-key", SessionToken = "t0k3n" };
        var text = $"{connection}";
        Assert.Contains("AKIDVISIBLE", text, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cr3t", text, StringComparison.Ordinal);
        Assert.DoesNotContain("t0k3n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void CompareUtf8_RandomPairs_AgreesWithBytes()
    {
        string[] parts = ["a", "/", "-", "é", "\uFFEE", "\uE000", "\U0001F600", "\U00010000", "\uD7FF", "z"];
        var random = new Random(5);
        string Make() => string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => parts[random.Next(parts.Length)]));
        for (var i = 0; i < 5_000; i++)
        {
            string left = Make(), right = Make();
            var bytes = System.Text.Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right));
            Assert.Equal(Math.Sign(bytes), Math.Sign(StoreKeys.CompareUtf8(left, right)));
        }
    }
}
