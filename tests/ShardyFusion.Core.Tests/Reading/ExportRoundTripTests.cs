using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>What an export writes a build reads back equal, byte by byte, or the export refuses it and names the key.</summary>
public sealed class ExportRoundTripTests : IDisposable
{
    static readonly string[] Odd =
    [
        "a", "Z", "0", "7", " ", "\t", "\n", "\r", "\r\n", "\"", "\"\"", ",", ";", "|", "'", "\\", "\\N", "#", "key", "value", "sep=;",
            "\0", "\u0001", "\u001a", "\u001b[31m", "\u007f", "\u0085", "\u2028",
        "\uFEFF", "é", "e\u0301", "😀", "ß", "שלום", "=1+1", "null", "NaN", "{", "}", "[", "<html>", "0x61",
    ];

    readonly string folder = Directory.CreateTempSubdirectory("shardy-round-").FullName;
    readonly Random random;
    readonly int seed = Environment.TickCount;
    int builds, equal, refused;

    public ExportRoundTripTests()
    {
        random = new Random(seed);
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(KeyEncoding.U64BE)]
    [InlineData(KeyEncoding.U32BE)]
    [InlineData(KeyEncoding.Utf8)]
    [InlineData(KeyEncoding.Raw)]
    public async Task Export_RandomRows_AreReadBackEqualOrRefusedByName(KeyEncoding keys)
    {
        foreach (var values in Enum.GetValues<ValueEncoding>())
        {
            for (var round = 0; round < 3; round++)
            {
                var rows = new List<(object Key, object? Value)>();
                for (var i = 0; i < 40; i++) rows.Add((RandomKey(keys), RandomValue(values)));
                await RoundTripAsync(rows, keys, values);
                // Some alone as well, so that a row that a format cannot hold does not hide the others.
                foreach (var row in rows.Take(2)) await RoundTripAsync([row], keys, values);
            }
        }
        Assert.True(equal > refused, $"{equal} equal, {refused} refused");
        TestContext.Current.SendDiagnosticMessage($"{keys}: {equal} equal, {refused} refused");
    }

    async Task RoundTripAsync(List<(object Key, object? Value)> rows, KeyEncoding keys, ValueEncoding values)
    {
        var prefix = await BuildAsync(new BuildOptions { ShardCount = 2, KeyEncoding = keys, ValueEncoding = values }, build =>
        {
            foreach (var (key, value) in rows) build.Add(key, value);
            return Task.CompletedTask;
        });
        await using var store = SnapshotStore.Open(prefix);
        var export = await store.OpenExportAsync(new ExportOptions(), TestContext.Current.CancellationToken);
        var expected = await RowsAsync(prefix);
        // Parquet holds any row, so that rows need not be tried alone.
        foreach (var format in new[] { ExportFormat.Csv, ExportFormat.Tsv, ExportFormat.JsonLines, ExportFormat.Parquet }
            .Take(rows.Count > 1 ? 4 : 3))
        {
            if (await WriteAsync(export, format) is not { } text)
            {
                refused++;
                continue;
            }
            Assert.True(expected.SequenceEqual(await RowsAsync(await ReadBackAsync(text, format, export.ReadBack(format)))),
                $"seed {seed}, {keys}, {values}, {format}:\n{Encoding.UTF8.GetString(text.ToArray())}");
            equal++;
        }
    }

    /// <returns>Null when the format cannot hold a row.</returns>
    static async Task<MemoryStream?> WriteAsync(SnapshotExport export, ExportFormat format)
    {
        var text = new MemoryStream();
        try
        {
            await export.WriteAsync(text, format, null, TestContext.Current.CancellationToken);
            text.Position = 0;
            return text;
        }
        catch (ShardyFusionException e)
        {
            Assert.Equal(ErrorKind.ConfigValidation, e.Kind);
            Assert.NotEqual(ExportFormat.JsonLines, format);
            Assert.NotNull(e.Target);
            return null;
        }
    }

    async Task<string> ReadBackAsync(MemoryStream text, ExportFormat format, RowTextShape shape)
    {
        // Parquet is read from a file.
        var path = format == ExportFormat.Parquet ? Path.Combine(folder, $"{builds}.parquet") : null;
        if (path is not null) await File.WriteAllBytesAsync(path, text.ToArray(), TestContext.Current.CancellationToken);
        var file = new InputFile
        {
            Path = path,
            Stream = path is null ? text : null,
            Format = format switch
            {
                ExportFormat.Csv => InputFormat.Csv,
                ExportFormat.Tsv => InputFormat.Tsv,
                ExportFormat.Parquet => InputFormat.Parquet,
                _ => InputFormat.JsonLines
            },
            KeyField = RowTextShape.KeyField,
            KeyForm = shape.KeyForm,
            ValueFields = [shape.ValueField],
            ValueForm = shape.ValueForm,
        };
        var options = new BuildOptions { ShardCount = 3, KeyEncoding = shape.KeyEncoding, ValueEncoding = shape.ValueEncoding };
        return await BuildAsync(options, build => build.AddFileAsync(file, TestContext.Current.CancellationToken));
    }

    async Task<string> BuildAsync(BuildOptions options, Func<SnapshotBuild, Task> fill)
    {
        var prefix = Path.Combine(folder, $"{++builds}");
        await using var store = SnapshotStore.Open(prefix);
        await using var build = await store.StartBuildAsync(options, null, TestContext.Current.CancellationToken);
        await fill(build);
        await build.CompleteAsync(TestContext.Current.CancellationToken);
        return prefix;
    }

    static async Task<List<string>> RowsAsync(string prefix)
    {
        await using var store = SnapshotStore.Open(prefix);
        var export = await store.OpenExportAsync(new ExportOptions(), TestContext.Current.CancellationToken);
        var rows = new List<string>();
        await foreach (var row in export.ReadAsync(TestContext.Current.CancellationToken))
            rows.Add($"{(row.Key is byte[] bytes ? Convert.ToHexString(bytes) : row.Key)}\0{Convert.ToHexString(row.Value)}");
        return rows;
    }

    object RandomKey(KeyEncoding encoding) => encoding switch
    {
        KeyEncoding.U64BE => random.NextInt64(),
        KeyEncoding.U32BE => random.NextInt64(1L << 32),
        KeyEncoding.Utf8 => RandomText(1),
        _ => RandomBytes(1),
    };

    object? RandomValue(ValueEncoding encoding) => encoding switch
    {
        ValueEncoding.Raw => RandomBytes(0),
        ValueEncoding.Utf8 => RandomText(0),
        _ => RandomJson(0),
    };

    byte[] RandomBytes(int least)
    {
        var bytes = new byte[random.Next(least, 12)];
        random.NextBytes(bytes);
        return bytes;
    }

    string RandomText(int least) => string.Concat(Enumerable.Range(0, random.Next(least, 6)).Select(_ => Odd[random.Next(Odd.Length)]));

    object? RandomJson(int depth) => random.Next(depth > 3 ? 6 : 8) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        3 => Math.Round(random.NextDouble() * 1e6, 3),
        4 => -0.0,
        5 => RandomText(0),
        6 => Enumerable.Range(0, random.Next(4)).Select(_ => RandomJson(depth + 1)).ToList(),
        _ => Enumerable.Range(0, random.Next(4)).Select(i => $"{i}{RandomText(0)}").ToDictionary(n => n, _ => RandomJson(depth + 1)),
    };
}
