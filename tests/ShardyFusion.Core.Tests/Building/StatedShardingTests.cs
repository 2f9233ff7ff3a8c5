using System.Text;
using System.Text.Json;
using ShardyFusion.Building;
using ShardyFusion.Building.Placing;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Core.Tests.Routing.Cel;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>What builds state of their sharding, beside what shardyfusion wrote for the same.</summary>
public class StatedShardingTests
{
    public static TheoryData<string> Manifests() => [.. GoldenFiles.Names(Path.Combine("cel", "manifests"), "*.yaml")];

    [Theory, MemberData(nameof(Manifests))]
    public void Write_ManifestOfTheSameSharding_HasTheSameBytes(string name)
    {
        var golden = GoldenFiles.Read("cel", "manifests", name);
        var manifest = ManifestCodec.Read(golden, name);
        var given = JsonDocument.Parse(GoldenFiles.Read("cel", "manifests", "expect.json")).RootElement.Items("manifests")
            .Single(item => item.Text("file") == name).GetProperty("given");
        var boundaries = given.Has("boundaries") ? given.Items("boundaries").Select(CelGolden.Value).ToArray() : null;
        // There bytes become the text that they are in UTF-8; here who gives them as text says so.
        var sharding = ShardingOptions.ByExpression(given.Text("cel_expr"),
            given.GetProperty("cel_columns").EnumerateObject().ToDictionary(column => column.Name, column => column.Value.GetString()!),
            boundaries is null ? null : [.. boundaries.Select(value => value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value!)]);

        var fields = RowPlacement.Of(new BuildOptions { Sharding = sharding, KeyEncoding = manifest.Required.KeyEncoding }).Fields;

        // An empty list there is no list here: both say that the value is the shard's number.
        if (boundaries is { Length: 0 }) fields = fields with { Boundaries = [] };
        var written = ManifestCodec.Write(manifest with { Required = manifest.Required with { Sharding = fields } });
        Assert.Equal(Encoding.UTF8.GetString(golden), Unsealed.TextOf(written));
    }
}
