using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Errors;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Core.Tests.Routing.Cel;

/// <summary>The shardings of manifests that shardyfusion wrote, and where its own reader routes keys by them.</summary>
public class CelManifestRouteTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("manifests")]
    [InlineData("head-manifests")]
    public void Route_EveryGoldenKey_GoesToTheSameShard(string folder)
    {
        var (manifests, equal, unknown, beyond, cutAtNul, bytesFound, errorTexts) = (0, 0, 0, 0, 0, 0, 0);
        var different = new List<string>();
        var file = JsonDocument.Parse(GoldenFiles.Read("cel", folder, "expect.json")).RootElement;
        foreach (var manifest in file.Items("manifests").Where(manifest => manifest.Has("routes")))
        {
            manifests++;
            Assert.True(KeyEncodingNames.TryParseStorageName(manifest.Text("key_encoding"), out var encoding));
            var sharding = Sharding(manifest.GetProperty("parsed"));
            var router = sharding.CreateRouter(manifest.GetProperty("num_dbs").GetInt32(), Encoding(sharding, encoding));
            foreach (var route in manifest.Items("routes"))
            {
                if (CelGolden.HasQuirk(route, "nul"))
                {
                    cutAtNul++;
                    continue;
                }
                var isRouted = TryRoute(router, sharding, route, out var dbId, out var reason);
                var expected = route.Has("db_id") ? route.GetProperty("db_id").GetInt32() : -1;
                if (isRouted && dbId == expected) equal++;
                else if (!isRouted && expected < 0) unknown++;
                else if (!isRouted && expected >= router.NumDbs) beyond++;
                // There a list of bytes comes back from its manifest as text, which no bytes equal.
                else if (isRouted && expected < 0 && encoding == KeyEncoding.Raw) bytesFound++;
                // There the text of an evaluation's error is routed like a value.
                else if (!isRouted && sharding.Boundaries?[0] is string && reason == CelFault.NoUtf8.Reason) errorTexts++;
                else different.Add($"{manifest.Text("name")} {route}: {(isRouted ? dbId : reason)}");
            }
        }
        output.WriteLine($"counts: {folder}: {manifests} manifests: {equal} keys to the same shard, {unknown} refused in both, {beyond} "
            + $"beyond the shards, "
            + $"{cutAtNul} left out (text cut at NUL there), {bytesFound} bytes that only we find, {errorTexts} errors whose text is "
            + $"routed there; different: {different.Count}");
        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.True(equal > 0);
    }

    // What a plain key cannot be under its encoding, such as a negative integer, comes as a column here.
    static KeyEncoding Encoding(CelSharding sharding, KeyEncoding encoding) =>
        sharding.Columns.TryGetValue("key", out var type) && type is CelType.Int or CelType.UInt ? KeyEncoding.U64BE : encoding;

    static CelSharding Sharding(JsonElement parsed) => new()
    {
        Expression = parsed.Text("cel_expr"),
        Columns = parsed.GetProperty("cel_columns").EnumerateObject().ToDictionary(column =>
            column.Name, column => CelGolden.Type(column.Value.GetString()!)),
        Boundaries = parsed.Has("boundaries") ? [.. parsed.Items("boundaries").Select(CelGolden.Value)] : null,
        RoutingValues = parsed.Has("routing_values") ? [.. parsed.Items("routing_values").Select(CelGolden.Value)] : null,
    };

    static bool TryRoute(CelRouter router, CelSharding sharding, JsonElement route, out int dbId, out string? reason)
    {
        var columns = router.CreateColumns();
        object? key = null;
        if (route.Has("context"))
        {
            foreach (var given in route.GetProperty("context").EnumerateObject())
            {
                var value = CelGolden.Value(sharding.Columns[given.Name].StorageName(), given.Value.GetString());
                if (given.Name == "key") key = value;
                else columns.Set(columns.SlotOf(given.Name), value);
            }
        }
        else
        {
            key = CelGolden.Value(route.GetProperty("key"));
        }
        var canonical = key switch
        {
            null => [],
            BigInteger number => BitConverter.GetBytes((long)(ulong)(number & ulong.MaxValue)),
            string text => System.Text.Encoding.UTF8.GetBytes(text),
            _ => (byte[])key,
        };
        return router.TryRoute(canonical, columns, out dbId, out reason);
    }
}
