using System.Text.RegularExpressions;
using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Shards.Sst.Reading;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;

namespace ShardyFusion.Core.Tests.Shards.Sst.Versions;

/// <summary>Tables of RocksDB 5.18 to 11.8 and of others: their rows, or a refusal that says what they are.</summary>
public sealed class VersionTableTests(ITestOutputHelper output) : IDisposable
{
    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Take_EveryTable_GivesItsRowsOrSaysWhatItIs()
    {
        int taken = 0, unsupported = 0, others = 0;
        long rows = 0;
        foreach (var table in VersionTable.All)
        {
            try
            {
                rows += await TakeAsync(table);
                taken++;
            }
            catch (ShardyFusionException refusal)
            {
                AssertMayRefuse(table, refusal);
                if (refusal.Kind == ErrorKind.ShardUnsupported)
                    unsupported++;
                else
                    others++;
            }
        }
        output.WriteLine($"counts: {taken} tables taken, {rows} rows; {unsupported} unsupported, {others} with keys that no snapshot has; "
            + "wrong results: 0");
        // The one with the empty key is whole and supported, but nobody could look its row up.
        Assert.Equal((197, 157, 39, 1), (VersionTable.All.Count, taken, unsupported, others));
    }

    [Theory]
    [InlineData("dict-none-6.6.4.sst")]
    [InlineData("dict-snappy-11.8.1.sst")]
    public async Task Take_DictionaryThatNoBlockUses_IsNoReasonToRefuse(string file) =>
        Assert.True(await TakeAsync(VersionTable.All.Single(table => table.File == file)) > 0);

    [Theory]
    [InlineData("db-versions-11.8.1.sst", "compact first")]
    [InlineData("comp-zstdnotfinal-9.11.2.sst", "ZstdNotFinal")]
    [InlineData("separate-kv-11.8.1.sst", "keys and values stored apart")]
    [InlineData("dict-zstd-trained-6.6.4.sst", "Zstd and a dictionary")]
    [InlineData("db-plaintable-11.8.1.sst", "plain table")]
    [InlineData("pebble-4.sst", "Pebble")]
    [InlineData("format-1-5.18.4.sst", "format version 1; versions 2 to 7")]
    public async Task Take_WholeTableOfAnotherKind_IsNotCalledCorrupt(string file, string what)
    {
        var table = VersionTable.All.Single(table => table.File == file);
        var error = await Assert.ThrowsAnyAsync<ShardyFusionException>(() => TakeAsync(table));
        Assert.Equal(ErrorKind.ShardUnsupported, error.Kind);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("copy", error.RecommendedAction, StringComparison.Ordinal);
    }

    /// <summary>Makes a snapshot of one table, and reads the table in every way there is.</summary>
    async Task<long> TakeAsync(VersionTable table)
    {
        var input = Directory.CreateDirectory(folder[$"in-{table.File}"]).FullName;
        File.Copy(table.Path, Path.Combine(input, "0.sst"));
        await using var store = SnapshotStore.Open(folder[$"out-{table.File}"]);
        await using var files = await store.FindShardFilesAsync(input, null, Token);
        await using var build = await store.StartBuildAsync(new BuildOptions
        {
            ShardFiles = files,
            ShardCount = 1,
            KeyEncoding = table.KeyEncoding,
        }, null, Token);
        var result = await build.CompleteAsync(Token);
        Assert.True(table.Expect != "refused", $"{table.File} was taken");
        var rows = table.ReadRows();
        Assert.Equal(rows.Count, result.RowsWritten);
        var keys = rows.Select(row => Convert.ToHexString(row.Key)).ToHashSet();
        var longer = rows.Select(row => (byte[])[.. row.Key, 0]).Where(key => !keys.Contains(Convert.ToHexString(key)));
        List<byte[]> absent = [.. longer, [0, 1]];
        ShardChecks.AssertMappedHolds(table.Path, rows, absent, table.File);
        await ShardChecks.AssertRemoteHoldsAsync(new MemorySource(table.Read(), table.File), null, rows, absent, table.File);
        return rows.Count;
    }

    static void AssertMayRefuse(VersionTable table, ShardyFusionException refusal)
    {
        Assert.True(table.Expect != "rows", $"{table.File}: {refusal.Message}");
        Assert.True(refusal.Kind == ErrorKind.ShardUnsupported || table.File.StartsWith("rows-emptykey", StringComparison.Ordinal),
            $"{table.File}: {refusal.Kind}: {refusal.Message}");
        foreach (var pattern in table.Must)
            Assert.True(Regex.IsMatch(refusal.Message, pattern), $"{table.File}: no {pattern} in {refusal.Message}");
    }
}
