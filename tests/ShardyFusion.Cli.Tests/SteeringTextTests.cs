namespace ShardyFusion.Cli.Tests;

/// <summary>Nothing that a snapshot holds, and nothing on the command line, steers the terminal.</summary>
public sealed class SteeringTextTests : IDisposable
{
    /// <summary>Colour, title, clipboard, clear screen by C1, DEL, line break, direction.</summary>
    const string Hostile = "\u001b[31m\u001b]0;t\a\u001b]52;c;aGk=\a\u009b2J\u007f\r\u202e\u2066";

    static readonly string[] Modes = ["table", "text", "json", "jsonl"];

    readonly SnapshotFolder folder = new();

    public void Dispose() => folder.Dispose();

    async Task PublishAsync(string runId, string value)
    {
        var rows = folder.Write($"{runId}{Hostile}.csv", $"id,v\n\"a{Hostile}\",\"{value}{Hostile}\"\nb,2\n");
        var written = await folder.RunAsync("write", rows, "--key", "id", "--value", "v", "--shards", "2", "--run-id", runId, "--message",
            $"why {Hostile}");
        Assert.True(written.ExitCode == 0, written.ToString());
        AssertHarmless(written);
    }

    [Fact]
    public async Task EveryVerb_InEveryMode_ShowsControlsInsteadOfWritingThem()
    {
        await PublishAsync("one", "first");
        await PublishAsync("two", "second");
        var key = $"a{Hostile}";
        var file = folder.Write($"in{Hostile}.csv", $"id,v{Hostile}\n1,{Hostile}\n");
        string[][] verbs =
        [
            ["get", key], ["get", $"absent{Hostile}"], ["multiget", key, "b", Hostile], ["info"], ["shards"], ["route", key], ["history"],
                ["verify", "--level", "deep"],
            ["tag", "gold", "--run-id", "one", "--note", Hostile], ["tags"], ["untag", "gold"], ["tag", $"x{Hostile}"],
            ["block", "--run-id", "one", "--reason", Hostile], ["history"], ["rollback", "--run-id", "one", "--yes"],
            ["unblock", "--run-id", "one"],
            ["rollback", "--run-id", "one", "--yes"], ["undo", "--yes"], ["events"], ["freeze", "--reason", Hostile],
            ["rollback", "--run-id", "one", "--yes"], ["unfreeze"],
            ["cleanup", "--keep-last", "1", "--dry-run"], ["compare", "--reference", "one", "--level", "rows"],
            ["compare", "--ref", Hostile],
            ["key-history", key], ["export", folder.Write($"out{Hostile}.csv", ""), "--overwrite"], ["export", $"out{Hostile}"],
            ["copy", Path.Combine(folder.Root, $"copy{Hostile}")],
            ["runs"], ["stop", $"run{Hostile}"], ["health", "--deep"],
            ["report", Path.Combine(folder.Root, $"r{Hostile}.html"), "--overwrite"],
            ["warm"], ["publish", "--run-id", "one", "--yes"],
            ["write", file, "--key", $"nope{Hostile}"], ["write", file, "--key", "id", "--value", $"v{Hostile}", "--dry-run"],
            ["write", file, "--key", "id", "--min-rows", "5"],
            ["write", folder.Write("bad.csv", $"id,v\n\"{Hostile}\",1\n"), "--key", "id", "--key-encoding", "u64be"], [$"verb{Hostile}"],
            ["get", "a", $"--opt{Hostile}"], ["info", "--run-id", Hostile],
        ];
        foreach (var verb in verbs)
        {
            foreach (var mode in Modes)
            {
                var result = await folder.RunAsync([.. verb, "--output", mode]);
                AssertHarmless(result);
                // What names nothing hostile is understood: else nothing of it was looked at.
                if (!verb.Skip(1).Any(word => word.Contains('\u001b', StringComparison.Ordinal))
                    && !verb[0].Contains('\u001b', StringComparison.Ordinal)) Assert.True(result.ExitCode != 2, result.ToString());
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"counts: {verbs.Length} commands of {verbs.Select(v => v[0]).Distinct().Count()} verbs x {Modes.Length} modes");
    }

    [Theory]
    [InlineData("table", "\\x1b[31m\\x1b]0;t\\x07")]
    [InlineData("text", "\\x1b[31m\\x1b]0;t\\x07")]
    [InlineData("jsonl", "\\u001B[31m\\u001B]0;t\\u0007")]
    public async Task Get_HostileValue_IsShownEscaped(string mode, string shown)
    {
        await PublishAsync("one", "first");
        Assert.Contains($"first{shown}", (await folder.RunAsync("get", $"a{Hostile}", "-o", mode)).Out, StringComparison.Ordinal);
        if (mode == "jsonl")
            Assert.Equal($"first{Hostile}", (await folder.RunAsync("get", $"a{Hostile}", "-o", mode)).Json.GetProperty("value")
                .GetString());
    }

    [Fact]
    public async Task Export_HostileValue_KeepsTheBytes()
    {
        await PublishAsync("one", "first");
        var file = Path.Combine(folder.Root, "out.csv");
        Assert.Equal(0, (await folder.RunAsync("export", file)).ExitCode);
        Assert.Contains($"first{Hostile}", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_GuardFormulas_PutsAnApostropheBeforeThem()
    {
        var rows = folder.Write("rows.csv", "id,v\n=k,=1+1\na,\"+1,2\"\nb,-1\nc,@x\nd,\"\tx\"\ne,\"\rx\"\nf,a=1\ng,\n");
        await folder.RunAsync("write", rows, "--key", "id", "--value", "v", "--shards", "2");
        var guarded = await folder.RunAsync("export", "-", "--format", "csv", "--guard-formulas");
        Assert.Equal("key,value\n'=k,'=1+1\na,\"'+1,2\"\nb,'-1\nc,'@x\nd,'\tx\ne,\"'\rx\"\nf,a=1\ng,\n", guarded.Out);
        Assert.Equal(2, (await folder.RunAsync("export", "-", "--guard-formulas")).ExitCode);
    }

    /// <summary>Line breaks are the output's own; everything else that steers is not to be there.</summary>
    static void AssertHarmless(ShardyProcess.Result result)
    {
        Assert.DoesNotContain(result.Out + result.Error, c => (char.IsControl(c) && c != '\n') || c is >= '\u202a' and <= '\u202e'
            or >= '\u2066' and <= '\u2069');
        Assert.DoesNotContain("Unexpected", result.Error, StringComparison.Ordinal);
    }
}
