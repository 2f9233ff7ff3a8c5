using System.Text.Json;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Routing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Versions;

/// <summary>A table under Golden/data/rocksdb-versions, and what must become of it.</summary>
/// <param name="File">Its name.</param>
/// <param name="KeyEncoding">Of its keys.</param>
/// <param name="Expect">"rows", "refused" or "rows-or-refused".</param>
/// <param name="RowsFile">Its rows; null where none are expected.</param>
/// <param name="Must">Patterns that are found in the message of a refusal.</param>
sealed record VersionTable(string File, KeyEncoding KeyEncoding, string Expect, string? RowsFile, IReadOnlyList<string> Must)
{
    const string Folder = "rocksdb-versions";
    const int VersionFromEnd = 12;

    public static IReadOnlyList<VersionTable> All { get; } = Load();

    public string Path => System.IO.Path.Combine(GoldenFiles.Root, Folder, File);

    /// <summary>Of format version 7.</summary>
    public bool IsOfNewestFormat => Read()[^VersionFromEnd] == 7;

    public byte[] Read() => GoldenFiles.Read(Folder, File);

    public List<OracleRow> ReadRows() =>
        [.. System.IO.File.ReadLines(System.IO.Path.Combine(GoldenFiles.Root, Folder, RowsFile!)).Select(line =>
        {
            using var row = JsonDocument.Parse(line);
            return new OracleRow(row.RootElement.GetProperty("key_b64").GetBytesFromBase64(),
                row.RootElement.GetProperty("value_b64").GetBytesFromBase64());
        })];

    static List<VersionTable> Load()
    {
        using var document = JsonDocument.Parse(GoldenFiles.Read(Folder, "expected.json"));
        return [.. document.RootElement.EnumerateArray().Select(table => new VersionTable(
            table.GetProperty("file").GetString()!,
            table.GetProperty("key_encoding").GetString() switch
            {
                "utf8" => KeyEncoding.Utf8,
                "u64be" => KeyEncoding.U64BE,
                _ => KeyEncoding.Raw,
            },
            table.GetProperty("expect").GetString()!,
            table.TryGetProperty("rows", out var rows) ? rows.GetString() : null,
            table.TryGetProperty("must", out var must) ? [.. must.EnumerateArray().Select(pattern => pattern.GetString()!)] : []))];
    }
}
