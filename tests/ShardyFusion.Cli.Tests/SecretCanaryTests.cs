using System.Text;

namespace ShardyFusion.Cli.Tests;

/// <summary>What is a secret by its form or its place is in no output and in no stored file, whatever the command.</summary>
public sealed class SecretCanaryTests : IDisposable
{
    /// <summary>Part of every secret, and of nothing else.</summary>
    const string Canary = "C4n4ry";

    const string Text =
        $"deploy password={Canary}1 of https://u:{Canary}2@host/x?X-Amz-Signature={Canary}3&sig={Canary}4 AccountKey={Canary}5 "
        + $"aws_secret_access_key = {Canary}6 Authorization: Bearer {Canary}7abcdef https://hooks.slack.com/services/T0/B0/{Canary}8";

    static readonly string[] Modes = ["table", "text", "json", "jsonl"];

    static readonly Dictionary<string, string> Environment = new()
    {
        ["AWS_ACCESS_KEY_ID"] = "EXAMPLEID",
        ["AWS_SECRET_ACCESS_KEY"] = $"{Canary}secret",
        ["AWS_SESSION_TOKEN"] = $"{Canary}token",
        ["AWS_MAX_ATTEMPTS"] = "1",
    };

    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task EveryVerb_InEveryMode_TellsNoSecretAndStoresNone()
    {
        var rows = folder.Write("rows.csv", "id,v\na,1\nb,2\n");
        var named = folder.Write($"password={Canary}.csv", "id,v\na,1\n");
        foreach (var run in new[] { "one", "two" })
            await CheckAsync("write", rows, "--key", "id", "--value", "v", "--shards", "2", "--run-id", run, "--message", Text,
                "--metrics-file", Path.Combine(folder.Root, "m.prom"));
        string[][] verbs =
        [
            ["get", "a"], ["multiget", "a", "b"], ["info"], ["shards"], ["route", "a"], ["history"], ["verify"],
                ["tag", "gold", "--run-id", "one", "--note", Text], ["tags"], ["untag", "gold"],
            ["block", "--run-id", "one", "--reason", Text], ["rollback", "--run-id", "one", "--yes"],
            ["rollback", "--run-id", "one", "--yes", "--ignore-block", "--reason", Text], ["unblock", "--run-id", "one"],
            ["undo", "--yes"], ["events"], ["freeze", "--reason", Text], ["publish", "--run-id", "one", "--yes"], ["unfreeze"],
            ["cleanup", "--keep-last", "1", "--dry-run"],
            ["compare", "--reference", "one", "--level", "rows"], ["key-history", "a"],
            ["export", Path.Combine(folder.Root, $"pwd={Canary}.csv"), "--overwrite"],
            ["copy", Path.Combine(folder.Root, "copy"), "--shards", "1"],
            ["runs"], ["stop", "two", "--reason", Text], ["health"], ["report", Path.Combine(folder.Root, "r.html"), "--overwrite"],
            ["warm"],
            ["publish", "--run-id", "one", "--yes"],
            ["write", rows, "--key", "id", "--run-id", $"eyJ{Canary}abcdef.eyJabcdefgh.x"], ["write", rows, "--key", $"password={Canary}"],
            ["write", named, "--key", "nope"], ["write", named, "--key", "id", "--dry-run"],
            ["write", rows, "--key", "id", "--message", Text, "--min-rows", "5"], ["get", "a", $"--password={Canary}"],
            [$"password={Canary}"], ["info", "--run-id", $"password={Canary}"],
            ["get", "a", "--otlp-endpoint", $"http://u:{Canary}@127.0.0.1:1/?key={Canary}"],
            ["get", "a", "--otlp-endpoint", $"ftp://u:{Canary}@h/?key={Canary}"],
        ];
        string[][] elsewhere =
        [
            ["info", "--prefix", $"s3://EXAMPLEID:{Canary}@bucket/p"], ["info", "--prefix", $"s3://bucket/p?X-Amz-Signature={Canary}"],
                ["info", "--prefix", $"https://u:{Canary}@host/p?sig={Canary}"],
            ["info", "--prefix", Path.Combine(folder.Root, $"password={Canary}")], ["info", "--prefix", "s3://bucket/p", "--endpoint-url",
                $"http://u:{Canary}@127.0.0.1:1"],
            ["info", "--prefix", "s3://bucket/p", "--endpoint-url", $"http://127.0.0.1:1/?key={Canary}"],
                ["copy", $"s3://EXAMPLEID:{Canary}@bucket/p", "--prefix", folder.Prefix],
        ];
        var outputs = 0;
        foreach (var mode in Modes)
        {
            foreach (var verb in verbs) await CheckAsync([.. verb, "--verbose", "--output", mode]);
            foreach (var verb in elsewhere)
                Check(await ShardyProcess.RunWithAsync(null, Environment, [.. verb, "--verbose", "--output", mode]));
            outputs += verbs.Length + elsewhere.Length;
        }
        var files = Directory.EnumerateFiles(folder.Root, "*", SearchOption.AllDirectories).ToList();
        foreach (var file in files)
            Assert.False((await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken)).AsSpan()
                .IndexOf(Encoding.UTF8.GetBytes(Canary)) >= 0, file);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"counts: {outputs} outputs of {verbs.Select(v => v[0]).Distinct().Count()} verbs, {files.Count} files, 0 secrets");
        Assert.Contains("deploy password=*** of https://***@host/x", (await folder.RunAsync("history")).Out, StringComparison.Ordinal);

        async Task CheckAsync(params string[] args) =>
            Check(await ShardyProcess.RunWithAsync(null, Environment, [.. args, "--prefix", folder.Prefix]));
    }

    static void Check(ShardyProcess.Result result) => Assert.DoesNotContain(Canary, result.ToString(), StringComparison.OrdinalIgnoreCase);
}
