using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Parquet;

/// <summary>Every file of the cases, by several writers, gives exactly its rows or is refused in its own words.</summary>
public sealed class ParquetRowTests
{
    static readonly string[] NotAllColumns = ["column-names-twice.parquet", "invalid-utf8.parquet", "amplify.parquet"];

    public static TheoryData<string> Whole => [.. ParquetCase.All.Values
        .Where(file => file.Expect == "rows" && !NotAllColumns.Contains(file.Name)).Select(file => file.Name)];

    public static TheoryData<string> Refused => [.. ParquetCase.All.Values
        .Where(file => file.Expect == "refused").Select(file => file.Name)];

    [Theory, MemberData(nameof(Whole))]
    public async Task Read_WholeFile_GivesEveryRowWithEveryColumn(string name)
    {
        var file = ParquetCase.All[name];
        var faults = file.Expected.TryGetProperty("key_errors", out var errors)
            ? errors.EnumerateArray().Select(error => error.GetProperty("row").GetInt32()).ToHashSet() : [];
        var types = file.Types;
        var isFolder = file.Expected.TryGetProperty("kind", out _);
        var values = isFolder ? types.Keys.Where(column => column != file.Key).ToArray() : null;
        var rows = await file.ReadAsync(values: values);
        var expected = file.Rows().ToList();
        Assert.Equal(expected.Count, rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            if (faults.Contains(i))
            {
                Assert.NotNull(rows[i].Fault);
                continue;
            }
            Assert.Null(rows[i].Fault);
            if (expected[i].TryGetProperty(file.Key, out var key)) Assert.Equal(ExpectedForm.KeyText(key), rows[i].Key);
            else Assert.Equal(ExpectedForm.KeyText(expected[i].GetProperty("user").GetProperty("id")), rows[i].Key);
            Assert.Equal(ExpectedForm.Of(types.Where(type => type.Key != file.Key)
                .Select(type => (type.Key, type.Value, expected[i].GetProperty(type.Key)))), rows[i].Value);
        }
    }

    [Theory, MemberData(nameof(Refused))]
    public async Task Read_FileThatIsNotWhole_IsRefusedByName(string name)
    {
        var file = ParquetCase.All[name];
        var before = GC.GetTotalAllocatedBytes();
        var error = await Assert.ThrowsAnyAsync<ShardyFusionException>(() => file.ReadAsync());
        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 300 << 20);
        Assert.Equal(ErrorKind.InputInvalid, error.Kind);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper!.WriteLine($"{error.Message} | {error.RecommendedAction}");
    }
}
