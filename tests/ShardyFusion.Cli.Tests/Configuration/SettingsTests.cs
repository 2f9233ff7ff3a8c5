namespace ShardyFusion.Cli.Tests.Configuration;

/// <summary>The original's settings files, variables and options.</summary>
public sealed class SettingsTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    readonly SnapshotFolder folder = published.Folder;

    string Url => $"{folder.Prefix}/_CURRENT";

    string Reader(string text) => folder.Write($"{Guid.NewGuid():N}.toml", text);

    [Fact]
    public async Task CurrentUrl_AsOptionVariableOrFile_NamesThePrefix()
    {
        Assert.Equal(0, (await ShardyProcess.RunAsync("--current-url", Url, "--output-format", "json", "get", "1")).ExitCode);
        var variable = new Dictionary<string, string> { ["SHARDY_CURRENT"] = Url };
        Assert.Equal("second 1", (await ShardyProcess.RunWithAsync(null, variable, "get", "1")).Json.GetProperty("value").GetString());
        var file = new Dictionary<string, string> { ["SHARDY_CONFIG"] = Reader($"[reader]\ncurrent_url = \"{Url}\"\nmax_workers = 4\n") };
        Assert.Equal("second 1", (await ShardyProcess.RunWithAsync(null, file, "get", "1")).Json.GetProperty("value").GetString());
    }

    [Fact]
    public async Task Prefix_OfTheCommandLine_ComesBeforeVariables()
    {
        var variable = new Dictionary<string, string> { ["SHARDY_CURRENT"] = "/nowhere/_CURRENT" };
        Assert.Equal(0, (await ShardyProcess.RunWithAsync(null, variable, "get", "1", "--prefix", folder.Prefix)).ExitCode);
    }

    [Fact]
    public async Task Output_OfTheReaderFile_IsUsedWhereNoOptionSaysOtherwise()
    {
        var path = Reader("[output]\nformat = \"text\"\nvalue_encoding = \"hex\"\nnull_repr = \"-\"\n");
        Assert.Equal("1=7365636f6e642031\n", (await folder.RunAsync("get", "1", "--config", path)).Out);
        Assert.Equal("5000=-\n", (await folder.RunAsync("get", "5000", "--config", path)).Out);
        Assert.Equal("-", (await folder.RunAsync("get", "5000", "--config", path, "-o", "json")).Json.GetProperty("value").GetString());
        Assert.Equal("1=second 1\n", (await folder.RunAsync("get", "1", "--config", path, "--value-encoding", "utf8")).Out);
    }

    [Fact]
    public async Task Pin_BeforeTheCommand_IsThatOfTheCommand()
    {
        Assert.Equal("one", (await folder.RunAsync("--offset", "1", "info")).Json.GetProperty("run_id").GetString());
        var reference = (await folder.RunAsync("info", "--run-id", "one")).Json.GetProperty("manifest_ref").GetString()!;
        Assert.Equal("one", (await folder.RunAsync("--ref", reference, "shards")).Json.GetProperty("run_id").GetString());
        Assert.Equal(2, (await folder.RunAsync("--offset", "1", "history")).ExitCode);
        Assert.Equal(2, (await folder.RunAsync("--offset", "1", "info", "--run-id", "one")).ExitCode);
        // As the history shows newer ones; the newest is current here.
        Assert.Equal((1, "SnapshotNotFound"), await folder.RunAsync("--offset", "-1", "info") is var newer
            ? (newer.ExitCode, newer.ErrorJson.GetProperty("error_id").GetString()) : default);
    }

    [Theory]
    [InlineData("[reader]\ncurrent_url = \"s3://bucket/x\"", "current_url")]
    [InlineData("[reader]\ncurrent_url = 5", "reader.current_url")]
    [InlineData("[output]\nformat = \"xml\"", "output.format")]
    [InlineData("[manifest_store]\nbackend = \"comdb2\"", "manifest_store.backend")]
    [InlineData("[output\n", "line 1")]
    public async Task ReaderFile_WithAFault_IsNamedWithItsField(string text, string named)
    {
        var path = Reader(text);
        var result = await ShardyProcess.RunAsync("get", "1", "--config", path);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(named, result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains(path, result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task CredentialsFile_OfAProfile_SaysHowTheStoreIsReached()
    {
        var reader = Reader("[reader]\ncurrent_url = \"s3://bucket/snap/_CURRENT\"\ncredentials_profile = \"prod\"\n");
        var credentials = Reader(
            """
            [prod]
            endpoint_url = "http://127.0.0.1:9"
            region = "eu-west-9"
            access_key_id = "THEKEYID"
            secret_access_key = "thesecret"
            addressing_style = "path"
            max_attempts = 1
            """);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var result = await ShardyProcess.RunAsync("info", "--config", reader, "--credentials", credentials, "--verbose");
        Assert.Contains("endpoint http://127.0.0.1:9, region eu-west-9, credentials from the given access key THEKEYID", result.Error,
            StringComparison.Ordinal);
        Assert.DoesNotContain("thesecret", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Warning", result.Error, StringComparison.Ordinal);
        var option = await ShardyProcess.RunAsync("info", "--config", reader, "--credentials", credentials, "--verbose", "--s3-option",
            "region_name=us-1");
        Assert.Contains("region us-1", option.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CredentialsFile_ForOthersToRead_IsWarnedOf()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("File modes are those of Unix.");
        var credentials = Reader("[default]\nregion = \"x\"\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(credentials, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        var result = await folder.RunAsync("get", "1", "--credentials", credentials);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("chmod 600", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kms_key_id=k", "KmsKeyId needs ServerSideEncryption")]
    [InlineData("server_side_encryption=rot13", "aws:kms")]
    [InlineData("storage_class=GLACIER", "StorageClass")]
    [InlineData("expected_bucket_owner=me", "12 digits")]
    [InlineData("role_arn=reader", "RoleArn")]
    [InlineData("external_id=7", "RoleArn")]
    public async Task S3Option_OfAnEnterprise_ReachesTheStore(string option, string answer)
    {
        var result = await ShardyProcess.RunAsync("info", "--prefix", "s3://bucket/snap", "--s3-option", option);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(answer, result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task S3Options_OfOneCommand_AreAddedToThoseOfTheFile()
    {
        var credentials = Reader("[default]\nserver_side_encryption = \"aws:kms\"\nkms_key_id = \"k\"\n"
            + "endpoint_url = \"http://127.0.0.1:9\"\n"
            + "region = \"eu-west-9\"\naccess_key_id = \"K\"\nsecret_access_key = \"s\"\nmax_attempts = 1\nread_timeout = 5\n");
        var result = await ShardyProcess.RunAsync("info", "--prefix", "s3://bucket/snap", "--credentials", credentials, "--verbose",
            "--s3-option", "role_arn=arn:aws:iam::123456789012:role/reader", "--s3-option", "tags=team=search%20%26%20find&cost=4711");
        Assert.Contains("role arn:aws:iam::123456789012:role/reader", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("KmsKeyId", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("verify_ssl=maybe", "verify_ssl")]
    [InlineData("verify_ssl=false", "SSL_CERT_FILE")]
    [InlineData("colour=red", "colour")]
    [InlineData("region_name", "region_name")]
    [InlineData("secret_access_key=x", "secret_access_key")]
    [InlineData("read_timeout=long", "read_timeout")]
    [InlineData("requester_pays=perhaps", "requester_pays")]
    [InlineData("tags=team", "tags")]
    [InlineData("customer_key=x", "customer_key")]
    public async Task S3Option_WithAFault_IsNamed(string option, string named)
    {
        var result = await folder.RunAsync("info", "--s3-option", option);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(named, result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_ThatIsNotInTheFile_IsNamed()
    {
        var result = await folder.RunAsync("info", "--credentials", Reader("[other]\nregion = \"x\"\n"));
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("[default]", result.ErrorJson.GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
