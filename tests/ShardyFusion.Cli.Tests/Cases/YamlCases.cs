namespace ShardyFusion.Cli.Tests.Cases;

/// <summary>Texts that YAML readers take for something else.</summary>
public sealed class YamlCases : CaseFolder
{
    static readonly string[] Messages =
    [
        "null", "~", "true", "no", "on", "1", "0x1F", "0o17", "1_000", "1e3", ".inf", ".nan", "12:30:45", "2026-11-30", "=", "<<", "- a",
            "? a", ": a", "a: b", "a #b", "# a", "'", "\"", "\\",
        "{a}", "[a]", "&a", "*a", "!a", "|", ">", "%a", "@a", "`a`", " a", "a ", "a\tb", "a\nb", "\na", "a\r\nb", "\u0085", "\u2028", "é😀",
        "---", "...", "--- a", "\u007f", "a:", ",", "\u00a0",
    ];

    static readonly string[] RunIds = ["null", "true", "No", "1", "0123", "0x1F", "1e3", "1_000", "2026-11-30", ".inf", "-", "--", "...",
        "a.b", "a-b", "a_b", "Y", "on", "1.0", "0o7", "0b1", "00", "_"];

    [Fact]
    public async Task Case34_MessagesAndRunIds_ComeBackAsTheyWere()
    {
        var rows = Folder.Write("rows.csv", "id,v\n1,a\n");
        var expected = new List<(string, string)>();
        for (var i = 0; i < Messages.Length; i++)
        {
            // "..." and names of dots alone are no names of runs.
            var runId = i < RunIds.Length && RunIds[i].Trim('.').Length > 0 ? RunIds[i] : $"run-{i}";
            var written = await ShardyProcess.RunAsync("write", rows, "--key", "id", "--shards", "1", $"--run-id={runId}",
                $"--message={Messages[i]}", "--prefix", Folder.Prefix);
            Assert.True(written.ExitCode == 0, $"{runId}: {written}");
            expected.Add((runId, Messages[i]));
        }
        var history = await Folder.RunAsync("history", "--limit", "0");
        var found = history.Json.GetProperty("manifests").EnumerateArray()
            .Select(e => (e.GetProperty("run_id").GetString()!, e.GetProperty("message").GetString()!)).Reverse();
        Assert.Equal(expected, found);
    }
}
