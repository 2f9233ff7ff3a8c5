using System.Text.Json;

namespace ShardyFusion.Cli.Tests;

/// <summary>What the original's command line prints, field by field: ours says the same things by the same names, and more.</summary>
public sealed class OriginalFieldTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    static readonly JsonElement[] Printed = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Golden", "cli-output.jsonl"))
        .Select(line => JsonDocument.Parse(line).RootElement)];

    [Fact]
    public void Printed_Verbs_AreThoseOfTheOriginal() =>
        Assert.Equal(["cleanup", "get", "health", "history", "info", "multiget", "refresh", "route", "shards"],
            Printed.Select(answer => answer.GetProperty("op").GetString()).Distinct().Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("info")]
    [InlineData("shards")]
    [InlineData("health")]
    [InlineData("get", "1")]
    [InlineData("get", "5000")]
    [InlineData("multiget", "1", "2", "5000")]
    [InlineData("route", "1")]
    [InlineData("history")]
    [InlineData("cleanup", "--dry-run")]
    [InlineData("get", "no-number")]
    public async Task Answer_OfAVerb_HasEveryFieldInItsType(params string[] args)
    {
        var result = await published.Folder.RunAsync(args);
        var ours = result.Out.Length > 0 ? result.Json : result.ErrorJson;
        var theirs = Printed.First(answer => answer.GetProperty("op").GetString() == args[0]
            && answer.TryGetProperty("error", out _) == ours.TryGetProperty("error", out _)
            && (!ours.TryGetProperty("found", out var found) || answer.GetProperty("found").ValueKind == found.ValueKind));
        AssertCovered(ours, theirs, args[0]);
    }

    [Fact]
    public async Task Refresh_OfASession_HasItsFields()
    {
        var result = await ShardyProcess.RunWithAsync("refresh\n", null, "shell", "--prefix", published.Folder.Prefix);
        AssertCovered(result.Json, Printed.Single(answer => answer.GetProperty("op").GetString() == "refresh"), "refresh");
    }

    static void AssertCovered(JsonElement ours, JsonElement theirs, string path)
    {
        if (theirs.ValueKind == JsonValueKind.Array)
        {
            foreach (var (mine, other) in ours.EnumerateArray().Zip(theirs.EnumerateArray())) AssertCovered(mine, other, path + "[]");
            return;
        }
        if (theirs.ValueKind != JsonValueKind.Object) return;
        foreach (var field in theirs.EnumerateObject())
        {
            Assert.True(ours.TryGetProperty(field.Name, out var mine), $"{path}.{field.Name} is missing in {ours}");
            // The value of a key that is not there is null, where the original's is the text of a setting.
            if (field.Name == "value" && mine.ValueKind == JsonValueKind.Null) continue;
            Assert.True(Same(mine, field.Value), $"{path}.{field.Name} is {mine.ValueKind}, there {field.Value.ValueKind}");
            AssertCovered(mine, field.Value, $"{path}.{field.Name}");
        }
    }

    static bool Same(JsonElement ours, JsonElement theirs) => ours.ValueKind == theirs.ValueKind
        || (ours.ValueKind is JsonValueKind.True or JsonValueKind.False && theirs.ValueKind is JsonValueKind.True or JsonValueKind.False);
}
