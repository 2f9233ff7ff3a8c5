using System.Text.Json;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Core.Tests.Oracle;

namespace ShardyFusion.Core.Tests.RocksDb;

/// <summary>A column family of a database under Golden/data/rocksdb-databases, and what must become of it.</summary>
/// <param name="Folder">The database's folder.</param>
/// <param name="Family">The column family.</param>
/// <param name="Expect">"rows" or "rows-or-refused".</param>
/// <param name="RowsFile">Its rows.</param>
/// <param name="Must">Patterns that are found in the message of a refusal.</param>
sealed record SharedDatabase(string Folder, string Family, string Expect, string RowsFile, IReadOnlyList<string> Must)
{
    const string Set = "rocksdb-databases";

    public static IReadOnlyList<SharedDatabase> All { get; } = Load();

    /// <summary>Copies the database: the files of the repository stay as they are whatever a test does.</summary>
    public string CopyTo(string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(GoldenFiles.Root, Set, Folder)))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        return target;
    }

    public List<OracleRow> ReadRows() => [.. File.ReadLines(Path.Combine(GoldenFiles.Root, Set, RowsFile)).Select(line =>
    {
        using var row = JsonDocument.Parse(line);
        return new OracleRow(row.RootElement.GetProperty("key_b64").GetBytesFromBase64(),
            row.RootElement.GetProperty("value_b64").GetBytesFromBase64());
    })];

    static List<SharedDatabase> Load()
    {
        using var document = JsonDocument.Parse(GoldenFiles.Read(Set, "expected.json"));
        return [.. document.RootElement.GetProperty("databases").EnumerateArray().SelectMany(database => database
            .GetProperty("column_families").EnumerateArray().Select(family => new SharedDatabase(
                database.GetProperty("folder").GetString()!,
                family.GetProperty("name").GetString()!,
                family.GetProperty("expect").GetString()!,
                family.GetProperty("rows").GetString()!,
                family.TryGetProperty("must", out var must) ? [.. must.EnumerateArray().Select(pattern => pattern.GetString()!)] : [])))];
    }
}
