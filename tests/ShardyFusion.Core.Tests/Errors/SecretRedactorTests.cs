using ShardyFusion.Errors;

namespace ShardyFusion.Core.Tests.Errors;

public class SecretRedactorTests
{
    // Put together at run time, so that no scanner takes this file for a leak.
    const string KeyId = "AKIA" + "IOSFODNN7EXAMPLE";
    const string Secret = "wJalrXUtnFEMI/K7MDENG" + "+bPxRfiCYEXAMPLEKEY==";

    public static TheoryData<string, string> Shapes() => new()
    {
        { $"key {KeyId} refused", KeyId },
        { $"ASIA{KeyId[4..]}", "ASIA" + KeyId[4..] },
        { $"aws_secret_access_key={Secret}", Secret },
        { $"aws_secret_access_key = {Secret}\nregion = x", Secret },
        { $"AWS_SECRET_ACCESS_KEY: '{Secret}'", Secret },
        { $"{{\"SecretAccessKey\":\"{Secret}\",\"x\":1}}", Secret },
        { $"{{\"SecretAccessKey\" : \"{Secret}", Secret },
        { $"AccessKeyId=\"{KeyId.ToLowerInvariant()}\"", KeyId.ToLowerInvariant() },
        { $"S3_SECRET_ACCESS_KEY={Secret}; S3_REGION=eu", Secret },
        { $"--secret-access-key {Secret} --region x", Secret },
        { $"aws_session_token={Secret}", Secret },
        { $"SessionToken: {Secret}", Secret },
        { $"x-amz-security-token: {Secret}", Secret },
        { $"https://b.s3.amazonaws.com/k?X-Amz-Algorithm=A&X-Amz-Credential={KeyId}%2F20260314&X-Amz-Date=1", KeyId },
        { "https://b.s3.amazonaws.com/k?X-Amz-Expires=5&X-Amz-Signature=0123abcd0123abcd&x=1", "0123abcd0123abcd" },
        { "https://b.s3.amazonaws.com/k?X-Amz-Security-Token=FwoGZXIvYXdzEJ%2F%2F", "FwoGZXIvYXdzEJ" },
        { "https://a.blob.core.windows.net/c?sv=2024&sig=abc%2Bdef%3D&se=2026", "abc%2Bdef" },
        { "Authorization: AWS4-HMAC-SHA256 Credential=" + KeyId + "/20260314/eu/s3/aws4_request, SignedHeaders=host, Signature=fe5f80f7",
            "fe5f80f7" },
        { "Authorization: Bearer abcdef.ghijkl-mnop", "abcdef.ghijkl-mnop" },
        { "Authorization: SharedKey account:Q2FuYXJ5c2lnbmF0dXJl+/==", "Q2FuYXJ5c2lnbmF0dXJl" },
        { "DefaultEndpointsProtocol=https;AccountName=account;AccountKey=Q2FuYXJ5+/==;EndpointSuffix=core.windows.net", "Q2FuYXJ5" },
        { "BlobEndpoint=https://account.blob.core.windows.net;SharedAccessSignature=sv=2025-01-05&sig=Q2FuYXJ5%3D", "Q2FuYXJ5" },
        { "authorization: basic dXNlcjpwYXNz", "dXNlcjpwYXNz" },
        { "postgres://bob:hunter2@db.example:5432/x", "hunter2" },
        { "https://bob:p%40ss:w@proxy:8080", "p%40ss:w" },
        { "https://" + "ghp_0123456789abcdef" + "@github.com/x", "ghp_0123456789abcdef" },
        { "Host=db;Username=bob;Password=hunter2;Timeout=5", "hunter2" },
        { "Password=\"hunter 2\";x", "hunter 2" },
        { "pwd: hunter2", "hunter2" },
        { "client_secret=abc123def", "abc123def" },
        { "AccountKey=" + Secret + ";EndpointSuffix=x", Secret },
        { "api-key: 12345abcde", "12345abcde" },
        { "token eyJ" + "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN sent", "dozjgNryP4J3jVmN" },
        { "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\nabc\n-----END RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEA" },
        { "posted to https://hooks.slack.com/services/T01/B02/x1y2z3 twice", "x1y2z3" },
        { "https://discord.com/api/webhooks/123/abc-def", "abc-def" },
        { "https://api.telegram.org/bot123:abcdef/send", "abcdef" },
        { "https://corp.webhook.office.com/webhookb2/guid@guid/IncomingWebhook/s3cr3t/x", "s3cr3t" },
        { "-----BEGIN PRIVATE KEY-----\nMIIEpAIBAAKCAQEA", "MIIEpAIBAAKCAQEA" },
    };

    [Theory, MemberData(nameof(Shapes))]
    public void Redact_ASecret_IsHidden(string text, string secret)
    {
        var redacted = SecretRedactor.Redact(text);

        Assert.Contains(secret, text, StringComparison.Ordinal);
        Assert.DoesNotContain(secret, redacted, StringComparison.Ordinal);
        Assert.Contains("***", redacted, StringComparison.Ordinal);
        Assert.Equal(redacted, SecretRedactor.Redact(redacted));
    }

    [Theory]
    [InlineData("The manifest 's3://bucket/prefix/manifests/2026-03-14T10:30:00.123456Z_run_id=abc123/manifest' is missing.")]
    [InlineData("Key 'user:42' cannot be a u64be key: an integer key is written in plain decimal digits.")]
    [InlineData(
        "file:///data/snap/shards/run_id=x/db=00000/attempt=00/shard.sst at offset 4096: "
            + "sha256 998fb0b96d417195735f883b383316d795dc6721f4bec8a4")]
    [InlineData("HTTP 503 SlowDown from s3.eu-central-1.amazonaws.com, request id 4442587FB7D0A2F9")]
    [InlineData("Row 17: column 'email' bob@example.org is no integer")]
    [InlineData("https://host/path?x=1&tokens=5 took 3 s")]
    [InlineData("The secret of a good load: keys are sorted, the token count is 5, passwords are not in it.")]
    [InlineData("see https://slack.com/help and https://hooks.example.com/services/x")]
    [InlineData("Signature of the day: basic training for 12 key accounts")]
    public void Redact_OrdinaryText_IsUnchanged(string text) => Assert.Equal(text, SecretRedactor.Redact(text));

    [Fact]
    public void Redact_KeepsWhatSurroundsASecret() => Assert.Equal("put s3://b/k?X-Amz-Signature=***&x=1 failed: 403",
        SecretRedactor.Redact("put s3://b/k?X-Amz-Signature=abcdef&x=1 failed: 403"));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void Redact_Nothing_IsEmpty(string? text) => Assert.Equal("", SecretRedactor.Redact(text));

    [Fact]
    public void ForRecord_LongText_IsCutTo300CharactersAfterRedaction()
    {
        // Cut first, the secret would lose its end and with it its shape.
        var text = new string('x', 290) + " " + KeyId;

        var record = SecretRedactor.ForRecord(text);

        Assert.True(record.Length <= 300);
        Assert.DoesNotContain("AKIA", record, StringComparison.Ordinal);
        Assert.Equal(300, SecretRedactor.ForRecord(new string('y', 301)).Length);
        Assert.Equal(new string('y', 300), SecretRedactor.ForRecord(new string('y', 300)));
        Assert.False(char.IsHighSurrogate(SecretRedactor.ForRecord(new string('y', 298) + "😀😀😀")[^2]));
    }

    [Fact]
    public void Redact_HostileText_TakesLinearTime()
    {
        // Patterns that scan to the end from every position would need minutes for these.
        foreach (var piece in new[] { "a", "a.", "a://", "secret", "--secret", "password=", "x-", "eyJa.", "eyJ-", "-----BEGIN ",
            "-----BEGIN PRIVATE KEY-----",
            "Bearer ", "https://a:", ":", "://", "@", "AKIA", "sig=", "?sig", "'", "\"", " " })
            Assert.NotNull(SecretRedactor.Redact(string.Concat(Enumerable.Repeat(piece, 30_000 / piece.Length))));
    }

    [Theory]
    [InlineData("http://u:pw@h:4318/x?key=abc&b=c", "http://***@h:4318/x?key=***&b=***")]
    [InlineData("https://h:4318/v1", "https://h:4318/v1")]
    public void Address_UserAndQuery_AreHidden(string address, string expected) => Assert.Equal(expected, SecretRedactor.Address(address));

    [Fact]
    public void Fields_AtEveryDepth_HoldNoSecret()
    {
        var fields = SecretRedactor.Fields(new Dictionary<string, object?>
        {
            ["password"] = "hunter2",
            ["ticket"] = "T-1",
            ["n"] = 5,
            ["inner"] = new Dictionary<string, object?>
            {
                ["note"] = "pwd=hunter2",
                ["list"] = new object[] { "sas ?sig=hunter2", 1, null! }
            },
        });
        Assert.DoesNotContain("hunter2", System.Text.Json.JsonSerializer.Serialize(fields), StringComparison.Ordinal);
        Assert.Equal(("T-1", 5), (fields["ticket"], fields["n"]));
    }
}
