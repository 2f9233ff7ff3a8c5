using System.Globalization;
using System.Text;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Snapshots;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>Rows that lie in memory, taken by several threads.</summary>
public sealed class TableInputTests : IDisposable
{
    const int Rows = 200_000;

    readonly TempFolder folder = new();
    readonly IObjectStore store;

    public TableInputTests() => store = ObjectStores.Open(folder["snap"]);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    /// <summary>Every key twice, so that the later of two rows has to win whichever thread had it.</summary>
    readonly struct Table(bool hasIntegerKeys, long badRow = long.MinValue) : IRowTable
    {
        public long Count => Rows;
        public bool HasIntegerKeys => hasIntegerKeys;
        public long IntegerKey(long row) => row == badRow || row - 50_000 == badRow ? -row : row * 7919 % (Rows / 2);
        public ReadOnlySpan<byte> TextKey(long row) => Encoding.UTF8.GetBytes(IntegerKey(row).ToString(CultureInfo.InvariantCulture));
        public ReadOnlySpan<byte> Value(long row) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"v{row}"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddTable_EveryKeyTwice_TheLaterRowWins(bool hasIntegerKeys)
    {
        var table = new Table(hasIntegerKeys);
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var row = 0; row < Rows; row++)
            expected[table.IntegerKey(row).ToString(CultureInfo.InvariantCulture)] = Encoding.UTF8.GetString(table.Value(row));

        await using var build = await StartAsync(store, new BuildOptions { ShardCount = 5, Parallelism = 4 });
        await build.AddTableAsync(table, ValueEncoding.Raw, Token);
        var result = await build.CompleteAsync(Token);

        Assert.Equal((Rows, Rows / 2, Rows / 2), (result.RowsRead, result.RowsWritten, result.DuplicateRows));
        Assert.Equal(expected, await ReadCurrentAsync(store));
    }

    [Fact]
    public async Task AddTable_TwoBadRows_TheFirstIsNamed()
    {
        await using var build = await StartAsync(store, new BuildOptions { ShardCount = 5, Parallelism = 4 });
        build.Add(1L, "before"u8.ToArray());

        var error = await Assert.ThrowsAsync<RowException>(() => build.AddTableAsync(new Table(true, badRow: 100_000), ValueEncoding.Raw, Token));

        Assert.Equal((ErrorKind.ShardAssignment, 100_002L), (error.Kind, error.RowNumber));
    }

    [Fact]
    public async Task AddTable_ValuesOfAnotherEncoding_IsRefused()
    {
        await using var build = await StartAsync(store);
        build.Add(1L, "text");

        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => build.AddTableAsync(new Table(true), ValueEncoding.Raw, Token));

        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
    }
}
