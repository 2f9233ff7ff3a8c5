using System.Diagnostics;

namespace ShardyFusion.Cli.Tests;

/// <summary>Every way in which a profile of the AWS configuration files can fail says what it is and what to do.</summary>
public sealed class ProfileTests : IDisposable
{
    const string Profiles = """
        [profile nosource]
        role_arn = arn:aws:iam::123456789012:role/loader
        source_profile = gone
        [profile mfa]
        role_arn = arn:aws:iam::123456789012:role/loader
        source_profile = keys
        mfa_serial = arn:aws:iam::123456789012:mfa/me
        [profile process]
        credential_process = /bin/false
        [profile words]
        credential_process = /bin/echo hello
        [profile sso]
        sso_start_url = https://example.awsapps.com/start
        sso_region = eu-central-1
        sso_account_id = 123456789012
        sso_role_name = reader
        [profile keys]
        aws_access_key_id = AKIAEXAMPLEEXAMPLE12
        aws_secret_access_key = not-the-secret-42
        region = eu-south-2
        [profile empty]
        region = eu-south-2
        """;

    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    Task<ShardyProcess.Result> InfoAsync(params string[] way) => ShardyProcess.RunWithAsync(null, new Dictionary<string, string>
    {
        ["AWS_CONFIG_FILE"] = folder.Write("config", Profiles),
        ["AWS_SHARED_CREDENTIALS_FILE"] = folder.Write("credentials", ""),
        ["AWS_EC2_METADATA_DISABLED"] = "true",
    }, ["info", "--prefix", "s3://bucket/users", .. way]);

    [Theory]
    [InlineData("nobody", "ConfigValidation", "There is no profile 'nobody'", "list-profiles")]
    [InlineData("nosource", "ConfigValidation", "'gone' (source_profile), which does not exist", "Add profile 'gone'")]
    [InlineData("mfa", "ConfigValidation", "MFA device (mfa_serial)", "get-session-token")]
    [InlineData("empty", "ConfigValidation", "holds no credentials", "source_profile")]
    [InlineData("process", "StorageDenied", "credential_process of profile 'process' gave no credentials", "exit code 0")]
    [InlineData("words", "StorageDenied", "credential_process of profile 'words' gave no credentials", "JSON with Version 1")]
    [InlineData("sso", "CredentialsExpired", "single sign-on of profile 'sso'", "aws sso login --profile sso")]
    public async Task Profile_ThatCannotBeUsed_SaysWhyAndWhatToDo(string profile, string errorId, string says, string advises)
    {
        if (OperatingSystem.IsWindows() && profile is "process" or "words") Assert.Skip("Runs programs of Linux and macOS.");
        var clock = Stopwatch.StartNew();
        var result = await InfoAsync("--profile", profile, "--region", "eu-south-2", "--endpoint-url", "http://127.0.0.1:1");
        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal(errorId, result.ErrorJson.GetProperty("error_id").GetString());
        Assert.Contains(says, result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains(advises, result.ErrorJson.GetProperty("action").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret-42", result.ToString(), StringComparison.Ordinal);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"it took {clock.Elapsed}");
    }

    [Fact]
    public async Task Profile_WithARegion_GivesItAndTheEndpointShownIsTheOneUsed()
    {
        var result = await InfoAsync("--profile", "keys", "--endpoint-url", "http://127.0.0.1:1", "--verbose", "--timeout", "1");
        Assert.Contains("endpoint http://127.0.0.1:1", result.Error, StringComparison.Ordinal);
        Assert.Contains("region eu-south-2", result.Error, StringComparison.Ordinal);
        Assert.Contains("profile keys", result.Error, StringComparison.Ordinal);
    }
}
