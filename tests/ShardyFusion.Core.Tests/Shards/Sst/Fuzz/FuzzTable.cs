using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Core.Tests.Shards.Sst.Reading;
using ShardyFusion.Core.Tests.Shards.Sst.Versions;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Fuzz;

/// <summary>A small whole table and what it holds.</summary>
sealed class FuzzTable(string name, bool isTheirs, byte[] file, List<OracleRow> rows, List<byte[]> absent)
{
    public string Name => name;

    /// <summary>Written by RocksDB.</summary>
    public bool IsTheirs => isTheirs;

    public byte[] File => file;

    public List<OracleRow> Rows => rows;

    public List<byte[]> Absent => absent;

    public TableBlocks Blocks { get; } = new(file);

    /// <summary>Its numbers that can lie.</summary>
    public List<TableLies.Field> Fields { get; } = TableLies.Fields(file, new TableBlocks(file));

    /// <summary>The golden tables, those of format version 7, tables of ours under every compression, and tables of RocksDB under every
    /// pair of its settings, where it is installed.</summary>
    /// <param name="folder">For RocksDB's files.</param>
    public static List<FuzzTable> All(OracleFolder folder)
    {
        var tables = GoldenTables.Readable.Select(name => new FuzzTable(name, true, GoldenTables.Read(name), GoldenTables.Rows,
            GoldenTables.Absent)).ToList();
        foreach (var (shape, count) in new[] { ("eight_byte", 300), ("nested_prefixes", 200), ("mixed", 60), ("one_byte", 5) })
        {
            var rows = OracleRows.Make(shape, count);
            foreach (var compression in Enum.GetValues<ShardCompression>())
                tables.Add(new FuzzTable($"{shape} {compression}", false,
                    SstWriting.Encode(new SstOptions { BlockSizeBytes = 512, Compression = compression }, rows), rows,
                    OracleRows.Absent(rows, 20)));
        }
        foreach (var file in VersionTable.All.Where(file => file.IsOfNewestFormat && file.Expect == "rows"))
            tables.Add(new FuzzTable(file.File, true, file.Read(), file.ReadRows(), [[0], [0xFF, 0xFF]]));
        if (RocksOracle.Find() is { } oracle)
            tables.AddRange(OfRocksDb(oracle, folder));
        return tables;
    }

    static IEnumerable<FuzzTable> OfRocksDb(RocksOracle oracle, OracleFolder folder)
    {
        var dimensions = OracleMatrix.Theirs(["2", "3", "4", "5"])
            .Where(dimension => dimension.Name is not ("shape" or "rows" or "block_size"))
            .Prepend(new Dimension("shape", "eight_byte", "nested_prefixes", "mixed", "user", "empty_values"))
                .Prepend(new Dimension("rows", "1", "20", "120"))
            .Append(new Dimension("block_size", "256", "1024")).ToList();
        foreach (var configuration in CoveringArray.Make(dimensions, 0, new Random(OracleMatrix.Seed)))
        {
            var rows = OracleRows.Make(configuration["shape"], OracleMatrix.RowCount(configuration));
            var path = folder.File("seed.sst");
            oracle.Write(rows, path, [.. OracleMatrix.Settings(configuration)]);
            yield return new FuzzTable(OracleMatrix.Describe(configuration), true, System.IO.File.ReadAllBytes(path), rows,
                OracleRows.Absent(rows, 10));
        }
    }
}
