namespace ShardyFusion.Cli.Tests;

/// <summary>The language of the machine changes neither what is shown nor what is read.</summary>
public sealed class CultureTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    static readonly string[] Cultures = ["th_TH", "ar_SA", "fa_IR", "he_IL", "ja_JP", "sv_SE", "de_DE", "tr_TR", "hi_IN"];

    static readonly string[][] Verbs = [["history"], ["info"], ["shards"], ["events"], ["runs"], ["key-history", "7"], ["verify"],
        ["cleanup", "--keep-last", "1", "--dry-run"], ["info", "--run-id", "nope"]];

    [Theory]
    [InlineData("LANG", "th_TH", "ar_SA", "fa_IR", "sv_SE")]
    [InlineData("LC_ALL", "fa_IR", "de_DE")]
    public async Task Output_UnderAnyLanguage_IsTheSame(string variable, params string[] cultures)
    {
        var compared = 0;
        foreach (var verb in Verbs)
        {
            foreach (var mode in new[] { "table", "text" })
            {
                var expected = await RunAsync(variable, "C.UTF-8", [.. verb, "-o", mode]);
                foreach (var culture in cultures)
                {
                    Assert.Equal(expected, await RunAsync(variable, culture + ".UTF-8", [.. verb, "-o", mode]));
                    compared++;
                }
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"counts: {compared} outputs in {cultures.Length} languages");
    }

    [Fact]
    public async Task Times_UnderAnyLanguage_AreReadAsGregorian()
    {
        foreach (var culture in Cultures)
        {
            var environment = new Dictionary<string, string> { ["LANG"] = culture + ".UTF-8", ["LC_ALL"] = culture + ".UTF-8" };
            var later = await ShardyProcess.RunWithAsync(null, environment, "history", "--prefix", published.Folder.Prefix, "--at",
                "2400-01-31T00:00:00Z");
            Assert.Equal("two", later.Json.GetProperty("manifests")[0].GetProperty("run_id").GetString());
            var before = await ShardyProcess.RunWithAsync(null, environment, "history", "--prefix", published.Folder.Prefix, "--before",
                "2001-02-03");
            Assert.Equal(0, before.Json.GetProperty("manifests").GetArrayLength());
        }
    }

    async Task<string> RunAsync(string variable, string language, string[] args)
    {
        var result = await ShardyProcess.RunWithAsync(null, new Dictionary<string, string> { [variable] = language },
            [.. args, "--prefix", published.Folder.Prefix]);
        // How long it took, and what the clock says meanwhile, is all that may differ.
        return System.Text.RegularExpressions.Regex.Replace(result.Out + result.Error, @"(?m)^.*(duration|took|\bage\b|ago).*$", "");
    }
}
