using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Reading;

public sealed class CelReadTests : IDisposable
{
    readonly SnapshotFixture fixture = new();

    static CancellationToken Token => SnapshotFixture.Token;

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData(ReadMode.Auto)]
    [InlineData(ReadMode.Range)]
    public async Task Get_KeyAloneDecides_FindsEveryKeyWithoutContext(ReadMode mode)
    {
        fixture.AddCel("a", 0, CelSnapshots.RangeRows("a"), CelSnapshots.ByRange, 4);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions { Mode = mode }, Token);
        var many = await reader.GetManyAsync([.. Enumerable.Range(0, 401).Select(key => (object)key)], Token);
        for (var key = 0; key < 400; key++)
        {
            Assert.Equal($"a:{key}", Encoding.UTF8.GetString((await reader.GetAsync(key, Token)).Value!));
            Assert.Equal($"a:{key}", Encoding.UTF8.GetString(many[key].Value!));
            Assert.Equal(Math.Min(key / 100, 3), reader.ResolveShard(key));
        }
        Assert.False(many[400].Found);
    }

    [Fact]
    public async Task Pin_KeyAloneDecides_FindsKeysOneByOneAndTogether()
    {
        fixture.AddCel("a", 0, CelSnapshots.RangeRows("a"), CelSnapshots.ByRange, 4);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal("a:250", Encoding.UTF8.GetString(reader.Get(250UL)!));
        var sink = new Sum();
        using var pin = reader.Pin();
        pin.GetMany([5UL, 105, 205, 305, 4_000_000], ref sink);
        Assert.Equal(4, sink.Found);
    }

    [Fact]
    public async Task Get_ContextOfEachRegion_FindsItsRow()
    {
        fixture.AddCel("a", 0, CelSnapshots.RegionRows("a"), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions(), Token);
        foreach (var region in new[] { "africa", "asia", "europe" })
        {
            foreach (var context in new[] { RoutingContext.Parse([$"region={region}"]), Context(("region", region), ("unused", 1)) })
            {
                Assert.Equal($"a:{region}:7", Encoding.UTF8.GetString((await reader.GetAsync("k7", context, Token)).Value!));
                var many = await reader.GetManyAsync(["k1", "k2", "none"], context, Token);
                Assert.Equal([$"a:{region}:1", $"a:{region}:2", null],
                    many.Select(found => found.Value is { } value ? Encoding.UTF8.GetString(value) : null));
            }
        }
    }

    [Fact]
    public async Task Get_WithoutNeededColumns_NamesThemAndTheirTypes()
    {
        fixture.AddCel("a", 0, CelSnapshots.RangeRows("a", 100), CelSnapshots.ByTenant, 1);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions(), Token);
        var none = await Assert.ThrowsAsync<ShardyFusionException>(async () => await reader.GetAsync(3, Token));
        Assert.Equal(ErrorKind.ShardAssignment, none.Kind);
        Assert.Contains("'active', 'tenant'", none.Message, StringComparison.Ordinal);
        Assert.Contains("tenant (int)", none.RecommendedAction, StringComparison.Ordinal);
        Assert.False(reader.TryPrepareKey(3, Context(("tenant", 4)), out _, out var one));
        Assert.Contains("'active' has no value", one!.Message, StringComparison.Ordinal);
        Assert.Contains("active (bool)", one.RecommendedAction, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4", "true", 3, 1)]
    [InlineData("4", "false", 3, 0)]
    [InlineData("4", "true", 2, 0)]
    [InlineData("5", "true", 3, 0)]
    public async Task Route_ContextAsText_TakesTheTypesOfItsColumns(string tenant, string active, int key, int expected)
    {
        fixture.AddCel("a", 0, [(0, 0UL, "x"), (1, 1UL, "y")], CelSnapshots.ByTenant, 2);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Equal(expected, reader.ResolveShard(key, RoutingContext.Parse([$"tenant={tenant}", $"active={active}"])));
        Assert.Equal(expected, reader.ResolveShard(key,
            Context(("tenant", int.Parse(tenant, System.Globalization.CultureInfo.InvariantCulture)), ("active", bool.Parse(active)))));
    }

    [Fact]
    public async Task Route_ContextOfAnotherType_SaysWhichColumn()
    {
        fixture.AddCel("a", 0, [(0, 0UL, "x"), (1, 1UL, "y")], CelSnapshots.ByTenant, 2);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions(), Token);
        foreach (var context in new[] { RoutingContext.Parse(["tenant=four", "active=true"]), Context(("tenant", "4"), ("active", true)) })
        {
            var refused = Assert.Throws<ShardyFusionException>(() => reader.ResolveShard(3, context));
            Assert.Equal(ErrorKind.ShardAssignment, refused.Kind);
            Assert.Contains("'tenant' is int", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("region", "=")]
    [InlineData("=eu", "name")]
    [InlineData("key=5", "'key' is the key")]
    public void Context_TextThatIsNone_SaysWhy(string text, string reason)
    {
        var refused = Assert.Throws<ShardyFusionException>(() => RoutingContext.Parse([text]));
        Assert.Equal(ErrorKind.ConfigValidation, refused.Kind);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Throws<ShardyFusionException>(() => RoutingContext.Parse(["a=1", "a=2"]));
    }

    [Fact]
    public async Task Refresh_ToAnotherExpression_RoutesPreparedKeysAnew()
    {
        fixture.AddCel("a", 0, CelSnapshots.RegionRows("a"), CelSnapshots.ByRegion, 3, KeyEncoding.Utf8);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions(), Token);
        Assert.True(reader.TryPrepareKey("k3", Context(("region", "asia")), out var prepared, out _));
        fixture.AddCel("b", 1, [(0, "k3", "b:asia"), (1, "k3", "b:rest")], CelSnapshots.ByRegion with { Boundaries = ["b"] }, 2,
            KeyEncoding.Utf8);
        await reader.RefreshAsync(Token);
        Assert.Equal("b:asia", Encoding.UTF8.GetString((await reader.GetManyAsync([prepared], Token))[0].Value!));
    }

    [Theory]
    [InlineData("timestamp('2024-01-01T00:00:00Z').getFullYear()", "cannot be followed")]
    [InlineData("key +", "ends where more must follow")]
    [InlineData(null, "no expression")]
    public async Task Get_ExpressionThatCannotBeFollowed_SaysWhyAndScansAllTheSame(string? expression, string reason)
    {
        fixture.AddCel("a", 0, CelSnapshots.RangeRows("a"), CelSnapshots.ByRange with { CelExpr = expression }, 4);
        await using var reader = await fixture.Open().OpenReaderAsync(new ReaderOptions(), Token);
        var refused = Assert.Throws<ShardyFusionException>(() => reader.ResolveShard(1, Context(("region", "eu"))));
        Assert.Equal(ErrorKind.ShardAssignment, refused.Kind);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Equal(400, await reader.ScanAsync(null, Token).CountAsync(Token));
        Assert.Equal(expression, reader.Info.CelExpression);
    }

    static RoutingContext Context(params (string Name, object? Value)[] columns) =>
        RoutingContext.Of(columns.Select(column => KeyValuePair.Create(column.Name, column.Value)));

    struct Sum : ShardyFusion.Shards.Sst.Reading.IValueSink
    {
        public int Found;

        public void OnValue(int keyIndex, ReadOnlySpan<byte> value) => Found++;
    }
}
