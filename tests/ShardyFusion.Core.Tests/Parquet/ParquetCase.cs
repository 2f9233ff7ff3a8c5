using System.IO.Compression;
using System.Text.Json;
using ShardyFusion.Building.Input;
using ShardyFusion.Core.Tests.Building.Input;
using ShardyFusion.Core.Tests.House;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet;

namespace ShardyFusion.Core.Tests.Parquet;

/// <summary>One file or folder under tests/parquet, with what is expected of it.</summary>
sealed class ParquetCase(JsonElement expected)
{
    public static string Root { get; } = Path.Combine(SourceTree.Root, "tests", "parquet");

    static readonly JsonDocument Document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root, "expected.json")));

    public static IReadOnlyDictionary<string, ParquetCase> All { get; } = Document.RootElement.GetProperty("files").EnumerateArray()
        .ToDictionary(file => file.GetProperty("file").GetString()!, file => new ParquetCase(file));

    public JsonElement Expected => expected;

    public string Name => expected.GetProperty("file").GetString()!;

    public string FullPath => Path.Combine(Root, Name);

    public string Expect => expected.GetProperty("expect").GetString()!;

    public string Key => expected.GetProperty("key_column").GetString()!;

    /// <summary>Names of the columns with their types, as the rows show them.</summary>
    public IReadOnlyDictionary<string, string> Types => expected.GetProperty("types").EnumerateObject()
        .ToDictionary(type => type.Name, type => type.Value.GetString()!);

    /// <summary>The rows that are expected.</summary>
    public IEnumerable<JsonElement> Rows()
    {
        var path = Path.Combine(Root, expected.GetProperty("rows_file").GetString()!);
        using Stream file = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(File.OpenRead(path), CompressionMode.Decompress)
            : File.OpenRead(path);
        using var lines = new StreamReader(file);
        while (lines.ReadLine() is { } line) yield return JsonDocument.Parse(line).RootElement;
    }

    public static async Task<List<RowRecorder.Row>> ReadAsync(InputFile file, ValueEncoding? encoding = null, int workers = 3)
    {
        var recorder = new RowRecorder();
        var source = new ParquetReader().Rows(file, new ValueEncoder(encoding), workers);
        var count = await source.ReadAsync(recorder, 0, TestContext.Current.CancellationToken);
        Assert.Equal(0, recorder.OpenSinks);
        var rows = recorder.Rows;
        Assert.Equal(count, rows.Count);
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(i => (long)i), rows.Select(row => row.Ordinal));
        return rows;
    }

    public Task<List<RowRecorder.Row>> ReadAsync(string? key = null, string[]? values = null, ValueEncoding? encoding = null) =>
        ReadAsync(new InputFile { Path = FullPath, KeyField = key ?? Key, ValueFields = values }, encoding);
}
