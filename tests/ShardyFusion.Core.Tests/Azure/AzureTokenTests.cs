using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Azure.Storage.Blobs;
using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Azure;

namespace ShardyFusion.Core.Tests.Azure;

/// <summary>Bearer tokens, on a real server of the protocol that speaks https and refuses tokens whose time is over.</summary>
public sealed class AzureTokenTests
{
    const string Canary = "C4n4ry";

    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WarmReader_TokensThatEnd_AreRenewedAndNoneIsShown()
    {
        if (!OperatingSystem.IsLinux()) ServerScript.GiveUp("tests/tools/azurite.sh needs Linux.");
        using var folder = new TempFolder();
        var port = ServerScript.FreePorts(1);
        var (certificate, key) = await CertificateAsync(folder.Path);
        var variables = new Dictionary<string, string>
        {
            ["AZURITE_PORT"] = ServerScript.Text(port),
            ["AZURITE_DIR"] = Path.Combine(folder.Path, "azurite"),
            ["AZURITE_CERT"] = certificate,
            ["AZURITE_KEY"] = key,
            ["AZURITE_OWNER_PID"] = ServerScript.Text(Environment.ProcessId),
        };
        var (exitCode, output) = await ServerScript.RunAsync("azurite.sh", "start", variables);
        if (exitCode != 0) ServerScript.GiveUp("tests/tools/azurite.sh failed: " + output);
        try
        {
            // A process trusts a certificate of a test only when it is started so.
            await using var child = ChildProcess.Start(ReadAsync, new Dictionary<string, string> { ["SSL_CERT_FILE"] = certificate },
                $"https://127.0.0.1:{port}/devstoreaccount1");
            Assert.Equal("published and read", await child.ReadLineAsync());
            Assert.Equal("read on with another token", await child.ReadLineAsync());
            Assert.Equal("ended token: StorageDenied", await child.ReadLineAsync());
            Assert.Equal("no token: StorageDenied", await child.ReadLineAsync());
            Assert.Equal(0, await child.ExitCodeAsync());
        }
        finally
        {
            await ServerScript.RunAsync("azurite.sh", "clean", variables);
        }
    }

    static async Task<(string Certificate, string Key)> CertificateAsync(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var files = (Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"));
        await File.WriteAllTextAsync(files.Item1, certificate.ExportCertificatePem(), Token);
        await File.WriteAllTextAsync(files.Item2, key.ExportPkcs8PrivateKeyPem(), Token);
        return files;
    }

    /// <summary>A token of the form of Entra ID's; the server looks at its times and its audience.</summary>
    static StoreToken NewToken(DateTimeOffset end)
    {
        static string Part(string json) =>
            Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        var (start, until) = (DateTimeOffset.UtcNow.AddMinutes(-10).ToUnixTimeSeconds(), end.ToUnixTimeSeconds());
        var claims = string.Create(CultureInfo.InvariantCulture, $$"""
            {"aud":"https://storage.azure.com","iss":"https://sts.windows.net/{{Canary}}/","iat":{{start}},"nbf":{{start}},"exp":{{until}}}
            """);
        return new StoreToken($"{Part("""{"alg":"none"}""")}.{Part(claims)}.{Canary}", DateTimeOffset.FromUnixTimeSeconds(until));
    }

    static async Task<int> ReadAsync(string[] args)
    {
        var (calls, end) = (0, DateTimeOffset.UtcNow.AddSeconds(12));
        ValueTask<StoreToken> Next(CancellationToken _)
        {
            Interlocked.Increment(ref calls);
            // Whoever asks early, as the SDK does, gets one that ends at the same moment.
            return ValueTask.FromResult(NewToken(DateTimeOffset.UtcNow < end ? end : DateTimeOffset.UtcNow.AddHours(1)));
        }
        StoreConnection By(Func<CancellationToken, ValueTask<StoreToken>> source) =>
            new() { Azure = new AzureAccess { BlobEndpoint = args[0], TokenSource = source } };
        var make = new BlobContainerClient(new Uri(args[0] + "/tokens"), new GivenTokenCredential(
            static _ => ValueTask.FromResult(NewToken(DateTimeOffset.UtcNow.AddHours(1)))),
            new BlobClientOptions(BlobClientOptions.ServiceVersion.V2026_06_06));
        await make.CreateAsync();
        await using var store = SnapshotStore.Open("az://tokens/snap", By(Next));
        await using (var build = await store.StartBuildAsync(new BuildOptions { ShardCount = 1, AllowUnsafePointer = true }, null, default))
        {
            for (var key = 0; key < 20_000; key++) build.Add(key, "value " + key);
            await build.CompleteAsync(default);
        }
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, default);
        Require((await reader.GetAsync(1, default)).Found);
        Console.WriteLine("published and read");
        var before = calls;
        while (DateTimeOffset.UtcNow <= end.AddSeconds(1)) await Task.Delay(50);
        for (var key = 2; key < 20_000; key += 997) Require((await reader.GetAsync(key, default)).Found);
        Console.WriteLine(calls > before ? "read on with another token" : "read on");
        await FailAsync("ended token", By(static _ => ValueTask.FromResult(NewToken(DateTimeOffset.UtcNow.AddMinutes(-1)))));
        await FailAsync("no token", By(static _ => throw new InvalidOperationException(Canary)));
        return 0;
    }

    static async Task FailAsync(string what, StoreConnection connection)
    {
        await using var store = ObjectStores.Open("az://tokens/snap", connection);
        try
        {
            await store.GetAsync("_CURRENT", 1000, default);
        }
        catch (ShardyFusionException e)
        {
            Require(!$"{e.Message} {e.RecommendedAction} {store.Description} {connection}".Contains(Canary, StringComparison.Ordinal));
            Console.WriteLine($"{what}: {e.Kind}");
        }
    }

    static void Require(bool condition)
    {
        if (!condition) throw new InvalidOperationException("A condition of the test does not hold.");
    }
}
