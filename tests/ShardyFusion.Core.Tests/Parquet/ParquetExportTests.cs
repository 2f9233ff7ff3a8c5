using Parquet.Serialization;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Parquet;

/// <summary>What an export writes, another library reads.</summary>
public sealed class ParquetExportTests : IDisposable
{
    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(KeyEncoding.U64BE, ValueEncoding.Utf8, 6_000)]
    [InlineData(KeyEncoding.U32BE, ValueEncoding.Json, 300)]
    [InlineData(KeyEncoding.Utf8, ValueEncoding.Utf8, 300)]
    [InlineData(KeyEncoding.Raw, ValueEncoding.Raw, 300)]
    public async Task Export_PagesAndRowGroups_AnotherLibraryReadsThem(KeyEncoding keys, ValueEncoding values, int count)
    {
        await using var store = SnapshotStore.Open(folder["snapshot"]);
        var filler = new string('ü', 6_000);
        var options = new BuildOptions { ShardCount = 3, KeyEncoding = keys, ValueEncoding = values };
        await using (var build = await store.StartBuildAsync(options, null, Token))
        {
            for (var i = 0; i < count; i++) build.Add(Key(keys, i), Value(values, i, filler));
            await build.CompleteAsync(Token);
        }
        var export = await store.OpenExportAsync(new ExportOptions(), Token);
        var written = await export.WriteFileAsync(folder["rows.parquet"], ExportFormat.Auto, false, null, Token);
        Assert.Equal((count, new FileInfo(written.Path).Length), (written.Rows, written.Bytes));

        await using var file = File.OpenRead(written.Path);
        var read = await ParquetSerializer.DeserializeUntypedAsync(file, cancellationToken: Token);
        var rows = read.Data.Select(row => (Shown(row["key"]!), Shown(row["value"]!))).ToHashSet();
        Assert.Equal(count, rows.Count);
        await foreach (var row in export.ReadAsync(Token))
            Assert.Contains((Shown(row.Key), values == ValueEncoding.Utf8 ? Text(row.Value) : Shown(row.Value)), rows);
        // It takes JSON for bytes. Our own reader takes all row groups and holds every page to its checksum.
        var ours = await ParquetCase.ReadAsync(new InputFile { Path = written.Path, KeyField = "key", ValueFields = ["value"] });
        Assert.Equal(count, ours.Count(row => row.Fault is null));
    }

    [Fact]
    public async Task Export_ValuesThatAreNoText_AreRefusedByName()
    {
        await using var store = SnapshotStore.Open(folder["snapshot"]);
        await using (var build = await store.StartBuildAsync(new BuildOptions { ShardCount = 1 }, null, Token))
        {
            build.Add("a", "b");
            await build.CompleteAsync(Token);
        }
        var export = await store.OpenExportAsync(new ExportOptions(), Token);
        var packed = await Assert.ThrowsAsync<ShardyFusionException>(() =>
            export.WriteFileAsync(folder["rows.parquet.gz"], ExportFormat.Auto, false, null, Token));
        Assert.Contains("does not show the format", packed.Message, StringComparison.Ordinal);
        await export.WriteFileAsync(folder["one.parquet"], ExportFormat.Auto, false, null, Token);
        Assert.Equal(("a", "b"), Assert.Single((await ParquetCase.ReadAsync(new InputFile
        {
            Path = folder["one.parquet"],
            KeyField = "key",
            ValueFields = ["value"],
        })).Select(row => (row.Key, row.Value))));
    }

    static object Key(KeyEncoding keys, int i) => keys switch
    {
        KeyEncoding.Utf8 => $"k{i}",
        KeyEncoding.Raw => BitConverter.GetBytes(i),
        _ => (long)i * 700_001,
    };

    static object Value(ValueEncoding values, int i, string filler) => values switch
    {
        ValueEncoding.Raw => BitConverter.GetBytes(i),
        ValueEncoding.Json => new Dictionary<string, object> { ["i"] = i, ["filler"] = filler },
        _ => $"{i} {filler}",
    };

    static string Shown(object value) => value switch
    {
        byte[] bytes => Convert.ToHexString(bytes),
        ReadOnlyMemory<byte> bytes => Convert.ToHexString(bytes.Span),
        ReadOnlyMemory<char> text => text.ToString(),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    static string Text(byte[] value) => System.Text.Encoding.UTF8.GetString(value);
}
