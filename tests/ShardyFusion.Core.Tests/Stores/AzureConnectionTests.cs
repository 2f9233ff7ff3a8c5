using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>Which account and which credentials are used, in which order, and that none is shown.</summary>
public sealed class AzureConnectionTests
{
    const string Key = "Y2FuYXJ5LWtleQ==", Signature = "?sv=2025-01-05&sig=Y2FuYXJ5LXNpZw%3D%3D";
    const string ConnectionString =
        $"DefaultEndpointsProtocol=https;AccountName=fromstring;AccountKey={Key};EndpointSuffix=core.windows.net";

    static async Task<string> DescriptionAsync(AzureAccess? access, string prefix = "az://users/daily")
    {
        await using var store = ObjectStores.Open(prefix, new StoreConnection { Azure = access });
        return store.Description;
    }

    static ShardyFusionException Refused(AzureAccess access, string prefix = "az://users/daily")
    {
        var error = Assert.Throws<ShardyFusionException>(() => ObjectStores.Open(prefix, new StoreConnection { Azure = access }));
        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        Assert.DoesNotContain("canary", $"{error}", StringComparison.Ordinal);
        Assert.DoesNotContain("Y2FuYXJ5", $"{error} {error.RecommendedAction}", StringComparison.Ordinal);
        return error;
    }

    [Fact]
    public async Task Given_EachKind_DescribedWithoutTheSecret()
    {
        var described = new[]
        {
            await DescriptionAsync(new AzureAccess { AccountName = "given", AccountKey = Key }),
            await DescriptionAsync(new AzureAccess { AccountName = "given", SasToken = Signature }),
            await DescriptionAsync(new AzureAccess { ConnectionString = ConnectionString }),
            await DescriptionAsync(new AzureAccess { AccountName = "given", ClientId = "client" }),
            await DescriptionAsync(new AzureAccess { ConnectionString = "UseDevelopmentStorage=true" }),
        };
        Assert.Contains("https://given.blob.core.windows.net/, credentials from the given key of account given", described[0],
            StringComparison.Ordinal);
        Assert.Contains("the given shared access signature", described[1], StringComparison.Ordinal);
        Assert.Contains("https://fromstring.blob.core.windows.net/, credentials from the given connection string", described[2],
            StringComparison.Ordinal);
        Assert.Contains("Entra ID, client client", described[3], StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:10000/devstoreaccount1", described[4], StringComparison.Ordinal);
        Assert.All(described, static text => Assert.DoesNotContain("Y2FuYXJ5", text, StringComparison.Ordinal));
    }

    [Fact]
    public void ToString_OfConnection_ShowsNoSecret()
    {
        var access = new AzureAccess { AccountName = "given", AccountKey = Key, SasToken = Signature, ConnectionString = ConnectionString };
        Assert.DoesNotContain("Y2FuYXJ5", $"{access} {new StoreConnection { Azure = access }}", StringComparison.Ordinal);
        Assert.Contains("given", $"{new StoreConnection { Azure = access }}", StringComparison.Ordinal);
    }

    [Fact]
    public void Faults_EachNamed()
    {
        foreach (var (access, words) in new (AzureAccess, string)[]
        {
            (new AzureAccess { AccountName = "Given" }, "AccountName"),
            (new AzureAccess { AccountName = "given", AccountKey = "canary!" }, "Base64"),
            (new AzureAccess { AccountName = "given", SasToken = "canary" }, "sig="),
            (new AzureAccess { AccountName = "given", AccountKey = Key, SasToken = Signature }, "either"),
            (new AzureAccess { ConnectionString = ConnectionString, AccountName = "given" }, "ConnectionString"),
            (new AzureAccess { ConnectionString = "canary" }, "connection string"),
            (new AzureAccess { ConnectionString = "AccountName=x;AccountKey=canary;" }, "connection string"),
            (new AzureAccess { AccountName = "given", AccountKey = Key, TenantId = "t" }, "TenantId"),
            (new AzureAccess { BlobEndpoint = "ftp://x" }, "BlobEndpoint"),
        })
            Assert.Contains(words, Refused(access).Message, StringComparison.Ordinal);
        const string Address = "https://other.blob.core.windows.net/users/daily";
        Assert.Contains("'other'", Refused(new AzureAccess { AccountName = "given", AccountKey = Key }, Address).Message,
            StringComparison.Ordinal);
        Assert.Contains("other", Refused(new AzureAccess { ConnectionString = ConnectionString }, Address).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Environment_InItsOrder()
    {
        var all = new Dictionary<string, string>
        {
            ["AZURE_STORAGE_CONNECTION_STRING"] = ConnectionString,
            ["AZURE_STORAGE_ACCOUNT"] = "fromenv",
            ["AZURE_STORAGE_KEY"] = Key,
            ["AZURE_STORAGE_SAS_TOKEN"] = Signature,
        };
        Assert.EndsWith("AZURE_STORAGE_CONNECTION_STRING", await DescribeInChildAsync(all), StringComparison.Ordinal);
        Assert.EndsWith("the given key of account mine", await DescribeInChildAsync(all, "mine"), StringComparison.Ordinal);
        all["AZURE_STORAGE_CONNECTION_STRING"] = "";
        Assert.EndsWith("fromenv.blob.core.windows.net/, credentials from AZURE_STORAGE_KEY of account fromenv",
            await DescribeInChildAsync(all), StringComparison.Ordinal);
        all["AZURE_STORAGE_KEY"] = "";
        Assert.EndsWith("AZURE_STORAGE_SAS_TOKEN", await DescribeInChildAsync(all), StringComparison.Ordinal);
        all["AZURE_STORAGE_SAS_TOKEN"] = "";
        Assert.EndsWith("the default chain of Entra ID", await DescribeInChildAsync(all), StringComparison.Ordinal);
        all["AZURE_STORAGE_ACCOUNT"] = "";
        Assert.StartsWith("No storage account is named for the container 'users'", await DescribeInChildAsync(all),
            StringComparison.Ordinal);
    }

    static async Task<string?> DescribeInChildAsync(Dictionary<string, string> variables, string account = "")
    {
        await using var child = ChildProcess.Start(DescribeAsync, variables, account);
        var line = await child.ReadLineAsync();
        Assert.DoesNotContain("Y2FuYXJ5", line, StringComparison.Ordinal);
        return line;
    }

    static async Task<int> DescribeAsync(string[] args)
    {
        try
        {
            Console.WriteLine(await DescriptionAsync(args is [{ Length: > 0 } name] ? new AzureAccess
            {
                AccountName = name,
                AccountKey = Key
            } : null));
        }
        catch (ShardyFusionException e)
        {
            Console.WriteLine(e.Message);
        }
        return 0;
    }

    [Fact]
    public async Task OtherStores_LoadNoSdkOfAzure()
    {
        using var folder = new TempFolder();
        await using var child = ChildProcess.Start(LoadedAsync, folder.Path);
        Assert.Equal("none", await child.ReadLineAsync());
    }

    static async Task<int> LoadedAsync(string[] args)
    {
        await using (var folder = ObjectStores.Open(args[0])) await folder.PutAsync("a", default, new PutOptions(PutCondition.Always),
            default);
        await using (ObjectStores.Open("s3://bucket/path", new StoreConnection
        {
            EndpointUrl = "http://127.0.0.1:9",
            AccessKeyId = "a",
            SecretAccessKey = "b"
        }))
        {
        }
        var loaded = AppDomain.CurrentDomain.GetAssemblies().Select(static a => a.GetName().Name!)
            .Where(static name => name.StartsWith("Azure", StringComparison.Ordinal) || name.StartsWith("Microsoft.Identity",
                StringComparison.Ordinal)).ToList();
        Console.WriteLine(loaded.Count == 0 ? "none" : string.Join(' ', loaded));
        return 0;
    }
}
