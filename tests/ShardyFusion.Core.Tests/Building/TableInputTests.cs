using System.Globalization;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
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
    readonly struct Table(bool hasIntegerKeys, long badRow = long.MinValue, bool keepsRows = false) : IRowTable
    {
        public bool KeepsRows => keepsRows;
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

    [Theory]
    [InlineData(true, null, 2)]
    [InlineData(true, KeyEncoding.Utf8, 2)]
    [InlineData(true, KeyEncoding.U32BE, 2)]
    [InlineData(false, null, 2)]
    [InlineData(false, KeyEncoding.U64BE, 2)]
    [InlineData(true, null, 12)]
    [InlineData(false, null, 12)]
    public async Task AddTable_KeptRowsAmongOthers_GiveTheSameShardsAsCopiedOnes(bool hasIntegerKeys, KeyEncoding? encoding, int tables)
    {
        async Task<BuildResult> BuildAsync(IObjectStore target, bool keepsRows)
        {
            await using var build = await StartAsync(target, new BuildOptions
            {
                ShardCount = 5,
                Parallelism = 4,
                KeyEncoding = encoding,
                ValueEncoding = ValueEncoding.Raw,
                MemoryBudgetBytes = 16 << 20,
            });
            build.Add(hasIntegerKeys ? 7L : "7", "first"u8.ToArray());
            for (var table = 0; table < tables; table++)
                await build.AddTableAsync(new Table(hasIntegerKeys, keepsRows: keepsRows), ValueEncoding.Raw, Token);
            build.Add(hasIntegerKeys ? 11L : "11", "last"u8.ToArray());
            return await build.CompleteAsync(Token);
        }

        var copied = await BuildAsync(store, keepsRows: false);
        var kept = await BuildAsync(ObjectStores.Open(folder["kept"]), keepsRows: true);

        Assert.Equal((tables * Rows + 2, Rows / 2), (kept.RowsRead, kept.RowsWritten));
        Assert.Equal(copied.DuplicateRows, kept.DuplicateRows);
        Assert.Equal(copied.Shards.Select(s => s.Sha256), kept.Shards.Select(s => s.Sha256));
        // Only entries count against the budget when rows are kept, and twelve tables have too many of those too.
        if (tables > 2) Assert.True(kept.SpilledBytes > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AddTable_KeptRowsWithEqualKeysUnderFail_NamesKeyAndBothRows(bool hasIntegerKeys)
    {
        await using var build = await StartAsync(store, new BuildOptions
        {
            ShardCount = 1,
            Parallelism = 1,
            DuplicateKey = DuplicateKeyPolicy.Fail
        });
        build.Add(hasIntegerKeys ? 0L : "0", "first"u8.ToArray());
        await build.AddTableAsync(new Table(hasIntegerKeys, keepsRows: true), ValueEncoding.Raw, Token);

        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => build.CompleteAsync(Token));

        Assert.Equal((ErrorKind.InputInvalid, "0"), (error.Kind, error.Target));
        Assert.Contains("Rows 1 and 2 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddTable_TwoBadRows_TheFirstIsNamed()
    {
        await using var build = await StartAsync(store, new BuildOptions { ShardCount = 5, Parallelism = 4 });
        build.Add(1L, "before"u8.ToArray());

        var error = await Assert.ThrowsAsync<RowException>(() => build.AddTableAsync(new Table(true, badRow: 100_000), ValueEncoding.Raw,
            Token));

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
