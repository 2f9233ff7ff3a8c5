using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Shards.Sst.Writing;

/// <summary>docs/format/shard.md must say what the writer does.</summary>
public partial class ShardFormatPageTests
{
    static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "format", "shard.md"));

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "ShardyFusion.slnx")))
            folder = folder.Parent!;
        return folder.FullName;
    }

    [GeneratedRegex("^\\| `(?<name>rocksdb\\.[^`]+)` \\| (u32|u64|text|number) \\|", RegexOptions.Multiline)]
    private static partial Regex PropertyRow();

    [GeneratedRegex("^([0-9a-f]{2} +)+", RegexOptions.Multiline)]
    private static partial Regex HexAtLineStart();

    [Fact]
    public void PropertiesTable_NamesWhatTheFileHolds()
    {
        var file = SstWriting.Encode(new SstOptions(), OracleRows.Make("dense", 10));
        Assert.True(Footer.TryRead(file, file.Length, out var footer, out _));
        var metaindex = Entries(file, footer!.Metaindex);
        Assert.True(BlockHandle.TryRead(metaindex["rocksdb.properties"], out var handle, out _));
        Assert.Equal(Entries(file, handle).Keys.Order(StringComparer.Ordinal),
            PropertyRow().Matches(Page).Select(match => match.Groups["name"].Value));
        Assert.All(metaindex.Keys, name => Assert.Contains($"| `{name}` |", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void DataBlockExample_IsWhatTheWriterWrites()
    {
        OracleRow[] rows = [new("k1"u8.ToArray(), "v1"u8.ToArray()), new("k2"u8.ToArray(), "v2"u8.ToArray()), new([.. "k2"u8, 1], [])];
        var file = SstWriting.Encode(new SstOptions(), rows, out var summary);
        var example = Page.Split("<!-- example: data block -->\n```\n")[1].Split("```")[0];
        var bytes = HexAtLineStart().Matches(example).SelectMany(match => match.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Select(hex => byte.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(Convert.ToHexString(bytes), Convert.ToHexString(file.AsSpan(0, (int)summary.TailOffset)));
    }

    static Dictionary<string, byte[]> Entries(byte[] file, BlockHandle handle)
    {
        var block = file.AsSpan((int)handle.Offset, (int)handle.Size);
        var restarts = BitConverter.ToInt32(block[^4..]);
        var entries = new Dictionary<string, byte[]>();
        var at = 0;
        byte[] name = [];
        while (at < block.Length - 4 - 4 * restarts)
        {
            var numbers = new int[3];
            foreach (ref var number in numbers.AsSpan())
            {
                Assert.True(Varint.TryRead32(block[at..], out var value, out var length));
                number = (int)value;
                at += length;
            }
            name = [.. name.AsSpan(0, numbers[0]), .. block.Slice(at, numbers[1])];
            entries.Add(Encoding.ASCII.GetString(name), block.Slice(at + numbers[1], numbers[2]).ToArray());
            at += numbers[1] + numbers[2];
        }
        return entries;
    }
}
