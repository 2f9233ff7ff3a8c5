namespace ShardyFusion.Core.Tests.Shards.Sst.Reading;

/// <summary>Reading RocksDB's files where RocksDB is not installed.</summary>
public class GoldenTableTests
{
    public static TheoryData<string> Names() => [.. GoldenTables.Readable];

    [Theory]
    [MemberData(nameof(Names))]
    public void Mapped_GoldenTable_HoldsTheRows(string name) =>
        ShardChecks.AssertMappedHolds(GoldenTables.PathOf(name), GoldenTables.Rows, GoldenTables.Absent, name);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Remote_GoldenTable_HoldsTheRows(string name)
    {
        var source = new MemorySource(GoldenTables.Read(name), name);
        await ShardChecks.AssertRemoteHoldsAsync(source, null, GoldenTables.Rows, GoldenTables.Absent, name);
        await ShardChecks.AssertRemoteHoldsAsync(source, 0, GoldenTables.Rows, GoldenTables.Absent, name);
    }

    [Fact]
    public void Names_Always_CoverEveryFile() => Assert.Equal(9, GoldenTables.Readable.Count());
}
