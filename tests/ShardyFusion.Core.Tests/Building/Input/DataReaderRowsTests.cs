using System.Data;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Core.Tests.Building.Input;

public sealed class DataReaderRowsTests : IDisposable
{
    readonly DataTable table = new() { Locale = System.Globalization.CultureInfo.InvariantCulture };

    public DataReaderRowsTests()
    {
        table.Columns.Add("Id", typeof(long));
        table.Columns.Add("name", typeof(string));
        table.Columns.Add("score", typeof(double));
        table.Rows.Add(7L, "Ada", 1.5);
        table.Rows.Add(8L, DBNull.Value, 2.0);
    }

    public void Dispose() => table.Dispose();

    [Fact]
    public void TryRead_AllColumns_GivesFieldsWithoutTheKey()
    {
        using var reader = table.CreateDataReader();
        var rows = new DataReaderRows(reader, "id", null, []);
        Assert.True(rows.TryRead(out var key, out var value, out _));
        Assert.Equal(7L, key);
        Assert.Equal("""{"name":"Ada","score":1.5}"""u8, new ValueEncoder(null).Encode(value));
        Assert.True(rows.TryRead(out _, out value, out _));
        Assert.Equal("""{"name":null,"score":2}"""u8, new ValueEncoder(null).Encode(value));
        Assert.False(rows.TryRead(out _, out _, out _));
    }

    [Fact]
    public void TryRead_OneColumn_GivesItsValueAndNull()
    {
        using var reader = table.CreateDataReader();
        var rows = new DataReaderRows(reader, "Id", ["name"], []);
        Assert.True(rows.TryRead(out _, out var value, out _));
        Assert.Equal("Ada", value);
        Assert.True(rows.TryRead(out _, out value, out _));
        Assert.Null(value);
    }

    [Fact]
    public void Constructor_NoSuchColumn_NamesItAndTheOthers()
    {
        using var reader = table.CreateDataReader();
        var e = Assert.Throws<ShardyFusionException>(() => new DataReaderRows(reader, "key", null, []));
        Assert.Equal(ErrorKind.InputInvalid, e.Kind);
        Assert.Contains("Id, name, score", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_NamesThatDifferInCase_FindsTheExactOneOnly()
    {
        table.Columns.Add("ID", typeof(long));
        using var exact = table.CreateDataReader();
        var rows = new DataReaderRows(exact, "ID", null, []);
        Assert.True(rows.TryRead(out _, out var value, out _));
        Assert.Equal("""{"Id":7,"name":"Ada","score":1.5}"""u8, new ValueEncoder(null).Encode(value));
        using var other = table.CreateDataReader();
        var e = Assert.Throws<ShardyFusionException>(() => new DataReaderRows(other, "id", null, []));
        Assert.Contains("Id, ID", e.Message, StringComparison.Ordinal);
    }
}
