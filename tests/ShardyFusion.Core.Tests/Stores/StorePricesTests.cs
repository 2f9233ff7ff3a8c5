using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Stores;

public sealed class StorePricesTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void EstimateCost_EachKindOfUsage_PricedOnceByItsOwnFigure()
    {
        var prices = new StorePrices { Per1000Writes = 5, Per1000Reads = 0.4m, PerGigabyteOut = 0.09m };
        Assert.Equal(10m, prices.EstimateCost(Usage(puts: 1500, lists: 500)));
        Assert.Equal(1.2m, prices.EstimateCost(Usage(gets: 1000, heads: 2000)));
        Assert.Equal(0.18m, prices.EstimateCost(Usage(bytesRead: 2L << 30)));
        Assert.Equal(0m, prices.EstimateCost(Usage(deletes: 7, retries: 9, bytesWritten: 1L << 40)));
    }

    [Fact]
    public void EstimateCost_NoFigureGiven_Zero() => Assert.Equal(0m, new StorePrices().EstimateCost(Usage(1, 2, 3, 4, 5, 6, 7, 8)));

    [Fact]
    public void EstimateCost_LargestUsage_DoesNotOverflow() =>
        Assert.True(new StorePrices { PerGigabyteOut = 1 }.EstimateCost(Usage(bytesRead: long.MaxValue)) > 8_000_000_000m);

    [Fact]
    public void Validate_NegativePrices_EachNamed() => Assert.Equal(
        ["Prices.Per1000Writes is -1; it must be at least 0.", "Prices.Per1000Reads is -0.1; it must be at least 0.",
        "Prices.PerGigabyteOut is -2; it must be at least 0."],
        new BuildOptions { Prices = new StorePrices { Per1000Writes = -1, Per1000Reads = -0.1m, PerGigabyteOut = -2 } }.Validate());

    [Fact]
    public async Task Build_WithPrices_CostOfItsOwnRequests()
    {
        await using var store = ObjectStores.Open(folder["snap"]);
        var prices = new StorePrices { Currency = "EUR", Per1000Writes = 3, Per1000Reads = 1 };
        var result = await BuiltSnapshots.PublishAsync(store, [1, 2, 3], options: new BuildOptions { ShardCount = 2, Prices = prices });
        Assert.Equal(prices.EstimateCost(result.Requests), result.EstimatedCost);
        Assert.True(result.EstimatedCost > 0);
        Assert.Equal("EUR", result.CostCurrency);
        Assert.Null((await BuiltSnapshots.PublishAsync(store, [1])).EstimatedCost);
    }

    static StoreUsage Usage(long gets = 0, long puts = 0, long heads = 0, long lists = 0, long deletes = 0, long retries = 0,
        long bytesRead = 0, long bytesWritten = 0) =>
        new(gets, puts, heads, lists, deletes, retries, bytesRead, bytesWritten);
}
