using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using ShardyFusion.Cli.Tests.Cases;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Cli.Tests;

/// <summary>The schemas, judged by a validator on every golden document and on what we write.</summary>
public sealed class SchemaCommandTests(PublishedFolder published) : IClassFixture<PublishedFolder>
{
    static readonly string Golden = Path.Combine(CaseFolder.RepositoryRoot(), "tests", "ShardyFusion.Core.Tests", "Golden", "data");

    static async Task<JsonSchema> SchemaAsync(string type) =>
        JsonSchema.FromText((await ShardyProcess.RunAsync("schema", "--type", type)).Out);

    static JsonNode? Read(byte[] content) =>
        ToJson(YamlReader.Read(content, DocumentLimits.Manifest, new DocumentFaults("document", "test")).ToValue());

    static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        long number => JsonValue.Create(number),
        double number when double.IsFinite(number) => JsonValue.Create(number),
        IReadOnlyDictionary<string, object?> map =>
            new JsonObject(map.Select(field => KeyValuePair.Create(field.Key, ToJson(field.Value)))),
        System.Collections.IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(ToJson)]),
        // Numbers that JSON has no word for, or that no integer type holds.
        _ => JsonNode.Parse(Convert.ToString(value, CultureInfo.InvariantCulture) is { } number
            && double.TryParse(number, CultureInfo.InvariantCulture, out var finite) && double.IsFinite(finite) ? number : "0"),
    };

    static string Faults(JsonSchema schema, JsonNode? document)
    {
        using var parsed = JsonDocument.Parse(document!.ToJsonString());
        var results = schema.Evaluate(parsed.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        if (results.IsValid) return "";
        var faults = (results.Details ?? []).Where(found => found.Errors is not null)
            .Select(found => $"{found.InstanceLocation}: {string.Join(", ", found.Errors!.Values)}");
        return $"invalid: {string.Join("; ", faults)}";
    }

    [Fact]
    public async Task Manifest_EveryGoldenDocument_Fits()
    {
        var schema = await SchemaAsync("manifest");
        var documents = Directory.EnumerateFiles(Golden, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) == "manifest"
                || (file.EndsWith(".yaml", StringComparison.Ordinal) && Path.GetFileName(Path.GetDirectoryName(file)) == "manifests"))
            .Where(file => Path.GetFileName(file) is not ("run-failed.yaml" or "run-running.yaml" or "run-succeeded.yaml")).ToList();
        Assert.True(documents.Count > 40, $"{documents.Count} documents");
        Assert.All(documents, file => Assert.Equal((file, ""), (file, Faults(schema, Read(File.ReadAllBytes(file))))));
    }

    [Fact]
    public async Task Pointer_EveryGoldenDocument_Fits()
    {
        var schema = await SchemaAsync("current-pointer");
        var documents = Directory.EnumerateFiles(Golden, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is "_CURRENT" or "current.json").ToList();
        Assert.True(documents.Count >= 5, $"{documents.Count} documents");
        Assert.All(documents, file => Assert.Equal((file, ""), (file, Faults(schema, JsonNode.Parse(File.ReadAllText(file))))));
    }

    [Theory]
    [InlineData("manifest", "manifest")]
    [InlineData("_CURRENT", "current-pointer")]
    public async Task Document_OfOurs_FitsAndEveryFieldIsDescribed(string name, string type)
    {
        var document = Read(await File.ReadAllBytesAsync(published.Folder.Files(name).First(), TestContext.Current.CancellationToken));
        Assert.Equal("", Faults(await SchemaAsync(type), document));
        // Whatever is not described would be let through: closed, the schema names it.
        var closed = JsonNode.Parse((await ShardyProcess.RunAsync("schema", "--type", type)).Out)!;
        foreach (var part in new[] { closed, closed["$defs"]?["required"], closed["$defs"]?["sharding"], closed["$defs"]?["shard"],
            closed["$defs"]?["shard"]?["properties"]?["writer_info"] })
            if (part is JsonObject map) map["additionalProperties"] = false;
        Assert.Equal("", Faults(JsonSchema.FromText(closed.ToJsonString()), document));
    }

    [Theory]
    [InlineData("manifest", "/required/format_version", "3")]
    [InlineData("manifest", "/required/num_dbs", "0")]
    [InlineData("manifest", "/required/run_id", "5")]
    [InlineData("manifest", "/shards/0/row_count", "-1")]
    [InlineData("manifest", "/shards/0/db_url", null)]
    [InlineData("manifest", "/required/sharding/strategy", "\"cel\"")]
    [InlineData("current-pointer", "/manifest_ref", "\"s3://bucket/elsewhere\"")]
    [InlineData("current-pointer", "/updated_at", "\"yesterday\"")]
    [InlineData("current-pointer", "/run_id", null)]
    public async Task Document_WithAFault_DoesNotFit(string type, string field, string? value)
    {
        var document = Read(await File.ReadAllBytesAsync(published.Folder.Files(type == "manifest" ? "manifest" : "_CURRENT").First(),
            TestContext.Current.CancellationToken))!;
        var steps = field.Split('/')[1..];
        var owner = steps[..^1].Aggregate(document, (node, step) => (int.TryParse(step, out var index) ? node[index] : node[step])!);
        if (value is null) ((JsonObject)owner).Remove(steps[^1]);
        else owner[steps[^1]] = JsonNode.Parse(value);
        Assert.NotEqual("", Faults(await SchemaAsync(type), document));
    }

    [Fact]
    public async Task Type_ThatIsNone_IsWrongUse() => Assert.Equal(2, (await ShardyProcess.RunAsync("schema", "--type", "shard")).ExitCode);
}
