using System.Globalization;
using System.Text;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Core.Tests.Oracle;

namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>The tables under Golden/data/rocksdb, written by RocksDB; the README there says how.</summary>
static class GoldenTables
{
    public static IEnumerable<string> Readable => GoldenFiles.Names("rocksdb", "v*.sst");

    public static string PathOf(string name) => Path.Combine(GoldenFiles.Root, "rocksdb", name);

    public static byte[] Read(string name) => GoldenFiles.Read("rocksdb", name);

    /// <summary>What each of them holds.</summary>
    public static List<OracleRow> Rows { get; } = [.. Enumerable.Range(0, 40).Select(i => new OracleRow(Key(7 * i), Value(i)))];

    /// <summary>Keys before, between and behind those.</summary>
    public static List<byte[]> Absent { get; } =
        [.. Enumerable.Range(0, 40).Select(i => Key(7 * i + 3)), "user-"u8.ToArray(), "a"u8.ToArray(), "z"u8.ToArray(), [], [.. Key(7), 1],
            [.. Key(273), 0]];

    static byte[] Key(int number) => Encoding.ASCII.GetBytes("user-" + number.ToString("d6", CultureInfo.InvariantCulture));

    static byte[] Value(int i) =>
        Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"value {i} {new string('x', i % 13)}"));
}
