using System.Globalization;
using System.Text;
using ShardyFusion.Building.Input;
using ShardyFusion.Jobs.Slicing;

namespace ShardyFusion.Core.Tests.Jobs;

/// <summary>Slices of files: together they are the file, and each begins and ends with a record.</summary>
public sealed class InputSlicerTests : IDisposable
{
    readonly JobRig rig = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => rig.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RandomRows_AreCutBetweenRecords(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder("id,v\r\n");
        var starts = new HashSet<long>();
        for (var i = 0; i < 4000; i++)
        {
            starts.Add(text.Length);
            text.Append(CultureInfo.InvariantCulture, $"{i},");
            text.Append(random.Next(4) switch { 0 => "\"a\nb,\"\"c\"", 1 => "\"\r\n\"", 2 => "", _ => new string('x', random.Next(300)) });
            text.Append(random.Next(2) == 0 ? "\n" : "\r\n");
        }
        var path = rig.Write("rows.csv", text.ToString());
        var slicer = new InputSlicer(20_000);
        await slicer.AddAsync(new InputFile { Path = path, KeyField = "id" }, Token);
        Assert.InRange(slicer.Slices.Count, text.Length / 40_000, text.Length / 20_000 + 1);
        Assert.Equal(new FileInfo(path).Length, slicer.Slices[^1].End);
        var end = 6L;
        foreach (var slice in slicer.Slices)
        {
            Assert.Equal(end, slice.Offset);
            Assert.Contains(slice.Offset, starts);
            Assert.Equal(slice.RowsBefore, starts.Count(start => start < slice.Offset));
            end = slice.End;
        }
    }

    [Theory]
    [InlineData("a\tb\n", "rows.tsv", InputFormat.Auto)]
    [InlineData("", "rows.jsonl", InputFormat.Auto)]
    public async Task Lines_AreCutAfterLineFeeds(string header, string name, InputFormat format)
    {
        var path = rig.Write(name, header + string.Concat(Enumerable.Range(0, 3000).Select(i => $"{{\"a\":{i}\t}}\n")) + "{\"a\":1\t}");
        var slicer = new InputSlicer(5000);
        await slicer.AddAsync(new InputFile { Path = path, KeyField = "a", Format = format }, Token);
        var bytes = await File.ReadAllBytesAsync(path, Token);
        Assert.True(slicer.Slices.Count > 5);
        Assert.Equal(header.Length, slicer.Slices[0].Offset);
        Assert.All(slicer.Slices.SkipLast(1), slice => Assert.Equal((byte)'\n', bytes[slice.End - 1]));
        Assert.Equal(bytes.Length, slicer.Slices[^1].End);
        Assert.Equal(slicer.Slices.Skip(1).Select(slice => slice.Offset), slicer.Slices.SkipLast(1).Select(slice => slice.End));
    }

    [Fact]
    public async Task SmallFile_AndFileThatIsConverted_AreOneSlice()
    {
        var utf16 = rig["wide.csv"];
        await File.WriteAllTextAsync(utf16, "id,v\n" + string.Concat(Enumerable.Repeat("1,2\n", 5000)), Encoding.Unicode, Token);
        var slicer = new InputSlicer(5000);
        await slicer.AddAsync(new InputFile { Path = utf16, KeyField = "id" }, Token);
        await slicer.AddAsync(new InputFile { Path = rig.Write("small.csv", "id,v\n1,2\n"), KeyField = "id" }, Token);
        Assert.Equal(2, slicer.Slices.Count);
        Assert.Null(slicer.Files[0].Preamble);
        Assert.Equal("id,v\n", Encoding.UTF8.GetString(slicer.Files[1].Preamble!));
    }
}
