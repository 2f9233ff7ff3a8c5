using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.S3.Model;
using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.House;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Encryption, classes, tags, owners and roles: what leaves for the server, and roles whose credentials end.</summary>
public sealed partial class EnterpriseAccessTests(S3Server server)
{
    static readonly int[] Keys = [.. Enumerable.Range(0, 50)];

    [Fact]
    public async Task EveryRequest_NamesThePayer_AndWritesAreClassedAndTagged()
    {
        await using var prefix = await CreateAsync(server);
        var store = prefix.OpenProxied(static c => c with
        {
            S3 = new S3Access
            {
                RequesterPays = true,
                StorageClass = "STANDARD",
                Tags = new Dictionary<string, string> { ["team"] = "search & find", ["cost"] = "4711" },
            },
        });
        await PublishAsync(store, Keys);
        Assert.Equal(Rows(Keys), await prefix.ReadAllAsync(store));
        Assert.All(prefix.Proxy.Requests, static r => Assert.Equal("requester", r.Header("x-amz-request-payer")));
        Assert.All(prefix.Proxy.Requests, static r => Assert.Equal(r.IsWrite ? "STANDARD" : null, r.Header("x-amz-storage-class")));
        var parts = prefix.Path["s3://".Length..].Split('/', 2);
        using var client = server.Client();
        var tags = await client.GetObjectTaggingAsync(new GetObjectTaggingRequest
        {
            BucketName = parts[0],
            Key = parts[1] + "/_CURRENT"
        }, Token);
        Assert.Equal(["cost=4711", "team=search & find"], tags.Tagging.Select(static t =>
            $"{t.Key}={t.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task BucketOfAnotherOwner_IsRefusedByTheServer()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Keys);
        var store = prefix.OpenProxied(static c => c with { S3 = new S3Access { ExpectedBucketOwner = "123456789012" } });
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => store.OpenReaderAsync(new ReaderOptions(), Token));
        Assert.Equal(ErrorKind.StorageDenied, error.Kind);
        Assert.All(prefix.Proxy.Requests, static r => Assert.Equal("123456789012", r.Header("x-amz-expected-bucket-owner")));
    }

    // The gateway of the tests has no key server, so only what is asked of it shows.
    [Fact]
    public async Task Writes_AskForEncryptionWithTheKey()
    {
        await using var prefix = await CreateAsync(server);
        await using var store = ObjectStores.Open(prefix.Path, server.Connection(prefix.Proxy.Endpoint) with
        {
            MaxRetries = 0,
            S3 = new S3Access { ServerSideEncryption = "aws:kms", KmsKeyId = "alias/snapshots" },
        });
        try
        {
            await store.PutAsync("a", "x"u8.ToArray(), new PutOptions(PutCondition.CreateOnly), Token);
        }
        catch (ShardyFusionException)
        {
        }
        var write = prefix.Proxy.Requests.First(static r => r.IsWrite);
        Assert.Equal(("aws:kms", "alias/snapshots"), (write.Header("x-amz-server-side-encryption"),
            write.Header("x-amz-server-side-encryption-aws-kms-key-id")));
        // Signed, so that nobody takes it away on the way.
        Assert.Contains("x-amz-server-side-encryption-aws-kms-key-id", write.Header("Authorization"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CustomersKey_EncryptsEverything_AndIsNeededToRead()
    {
        await using var prefix = await CreateAsync(server);
        var key = Convert.ToBase64String(Enumerable.Range(0, 32).Select(static i => (byte)i).ToArray());
        var store = prefix.OpenProxied(c => c with { S3 = new S3Access { CustomerKey = key } });
        await PublishAsync(store, Keys);
        Assert.Equal(Rows(Keys), await prefix.ReadAllAsync(store));
        Assert.All(prefix.Proxy.Requests.Where(static r => r.IsWrite && !r.Method.Equals("DELETE", StringComparison.Ordinal)),
            r => Assert.Equal(key, r.Header("x-amz-server-side-encryption-customer-key")));
        // Neither without the key nor with another one.
        foreach (var other in new[] { null, Convert.ToBase64String(new byte[32]) })
        {
            var reader = prefix.OpenProxied(c => c with { S3 = other is null ? null : new S3Access { CustomerKey = other } });
            var error = await Assert.ThrowsAsync<ShardyFusionException>(() => reader.OpenReaderAsync(new ReaderOptions(), Token));
            Assert.DoesNotContain(key, error.ToString(), StringComparison.Ordinal);
        }
        Assert.DoesNotContain(key, new StoreConnection { S3 = new S3Access { CustomerKey = key } }.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WarmReader_RoleWhoseCredentialsEnd_IsAssumedAgain()
    {
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Enumerable.Range(0, 20_000), new string('x', 40), new BuildOptions { ShardCount = 1 });
        var calls = 0;
        await using var sts = FaultProxy.Start("http://127.0.0.1:9");
        sts.On(static _ => true, (_, _, _) => Task.FromResult<byte[]?>(Answer(Interlocked.Increment(ref calls))), count: int.MaxValue);
        await using var child = ChildProcess.Start(ReadAsync, new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL_STS"] = sts.Endpoint,
            ["AWS_REGION"] = "us-east-1",
        }, prefix.Path, prefix.Proxy.Endpoint);
        Assert.Equal("read", await child.ReadLineAsync());
        Assert.Equal(0, await child.ExitCodeAsync());
        Assert.True(calls > 1, $"{calls} calls");
        var asked = Encoding.UTF8.GetString(sts.Requests.First().Body);
        foreach (var said in new[] { "Action=AssumeRole", "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader", "ExternalId=fleet-7",
            "RoleSessionName=shardyfusion" })
            Assert.Contains(said, asked, StringComparison.Ordinal);
        var tokens = prefix.Proxy.Requests.Select(static r => r.Header("x-amz-security-token")).Distinct().ToList();
        Assert.True(tokens.Count > 1);
        Assert.All(tokens, static token => Assert.StartsWith("token-", token, StringComparison.Ordinal));
    }

    /// <summary>What STS answers: the gateway's own key, which takes any session token, until a few seconds from now.</summary>
    byte[] Answer(int call)
    {
        var end = DateTimeOffset.UtcNow.AddSeconds(3).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var body = $"""
            <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
            <AccessKeyId>{server.AccessKey}</AccessKeyId><SecretAccessKey>{server.SecretKey}</SecretAccessKey>
            <SessionToken>token-{call}</SessionToken><Expiration>{end}</Expiration></Credentials>
            <AssumedRoleUser><AssumedRoleId>AROA:x</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/reader/x</Arn>
            </AssumedRoleUser></AssumeRoleResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></AssumeRoleResponse>
            """;
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}"));
    }

    static async Task<int> ReadAsync(string[] args)
    {
        await using var store = SnapshotStore.Open(args[0], new StoreConnection
        {
            EndpointUrl = args[1],
            AccessKeyId = "source",
            SecretAccessKey = "source-secret",
            S3 = new S3Access { RoleArn = "arn:aws:iam::123456789012:role/reader", ExternalId = "fleet-7" },
        });
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, default);
        var end = DateTimeOffset.UtcNow.AddSeconds(4);
        for (var key = 0; key < 20_000 && DateTimeOffset.UtcNow < end; key += 199)
        {
            if (!(await reader.GetAsync(key, default)).Found) return 1;
            await Task.Delay(40);
        }
        Console.WriteLine("read");
        return 0;
    }

    [Fact]
    public void Faults_EachNamed()
    {
        foreach (var (access, words) in new (S3Access, string)[]
        {
            (new S3Access { ServerSideEncryption = "none" }, "ServerSideEncryption"),
            (new S3Access { KmsKeyId = "k" }, "KmsKeyId"),
            (new S3Access { CustomerKey = "short" }, "CustomerKey"),
            (new S3Access { CustomerKey = Convert.ToBase64String(new byte[32]), ServerSideEncryption = "AES256" }, "CustomerKey"),
            (new S3Access { StorageClass = "GLACIER" }, "StorageClass"),
            (new S3Access { ExpectedBucketOwner = "me" }, "ExpectedBucketOwner"),
            (new S3Access { RoleArn = "reader" }, "RoleArn"),
            (new S3Access { ExternalId = "x" }, "RoleArn"),
            (new S3Access { RoleArn = "arn:aws:iam::123456789012:role/reader", MfaSerial = "x" }, "MfaCode"),
            (new S3Access { Tags = Enumerable.Range(0, 11).ToDictionary(static n => $"t{n}", static _ => "") }, "Tags"),
        })
        {
            var error = Assert.Throws<ShardyFusionException>(() => ObjectStores.Open("s3://bucket/path",
                new StoreConnection { S3 = access }));
            Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
            Assert.Contains(words, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AccessPoint_ByItsArn_IsRefusedWithItsAlias()
    {
        var error = Assert.Throws<ShardyFusionException>(() =>
            ObjectStores.Open("s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/snapshots/users", new StoreConnection()));
        Assert.Contains("-s3alias/path", error.Message, StringComparison.Ordinal);
    }

    /// <summary>The policies of the guide are JSON, and allow what the requests of their part need.</summary>
    [Fact]
    public void Policies_OfTheGuide_AllowWhatIsSent()
    {
        var guide = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "guide", "aws.md"));
        var policies = JsonBlock().Matches(guide).Select(static m => JsonDocument.Parse(m.Groups[1].Value).RootElement)
            .Select(static policy => policy.GetProperty("Statement").EnumerateArray()
                .SelectMany(static s => Texts(s.GetProperty("Action"))).ToHashSet(StringComparer.Ordinal)).ToList();
        Assert.Equal(3, policies.Count);
        Assert.Equal(["s3:GetObject", "s3:ListBucket"], policies[0].Order(StringComparer.Ordinal));
        Assert.Superset(new HashSet<string> { "s3:GetObject", "s3:ListBucket", "s3:PutObject", "s3:AbortMultipartUpload",
            "s3:ListBucketMultipartUploads" }, policies[1]);
        Assert.Superset(new HashSet<string> { "s3:GetObject", "s3:ListBucket", "s3:DeleteObject", "s3:AbortMultipartUpload",
            "s3:ListBucketMultipartUploads" }, policies[2]);
    }

    static IEnumerable<string> Texts(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().Select(static e => e.GetString()!) : [element.GetString()!];

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
