using System.Text;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet.Columns;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Hands the rows of one row group to a sink. For one thread.</summary>
sealed class RowGroupReader : IDisposable
{
    readonly GroupColumns columns;
    readonly long rows;
    readonly KeyReader key;
    readonly SingleValue? single;
    readonly (byte[] Name, NodeWriter? Writer, byte[]? Text)[] fields = [];
    readonly RoutingReader routing;
    readonly SortedJsonWriter json = new();
    int field;

    /// <param name="part">The file.</param>
    /// <param name="group">Number of the row group.</param>
    /// <param name="plan">What to read.</param>
    /// <param name="encoding">How values are stored.</param>
    public RowGroupReader(ParquetPart part, int group, ColumnPlan plan, ValueEncoding encoding)
    {
        columns = new GroupColumns(part, group);
        try
        {
            rows = part.Footer.RowGroups[group].Rows;
            key = new KeyReader(plan.KeyOf(part), plan.KeyFormOf(part), columns.Open);
            routing = new RoutingReader(plan.RoutingOf(part), columns.Open);
            var values = plan.ValuesOf(part);
            if (plan.IsSingleValue) single = new SingleValue(values[0], encoding, columns.Open);
            else fields = [.. values.Select(Field)];
        }
        catch
        {
            columns.Dispose();
            throw;
        }
    }

    /// <summary>Reads all rows.</summary>
    /// <param name="sink">Takes them.</param>
    /// <param name="firstOrdinal">Number of the first.</param>
    /// <param name="cancellationToken">Ends the work within some thousand rows.</param>
    public void Read(IRowSink sink, long firstOrdinal, CancellationToken cancellationToken)
    {
        for (var row = 0L; row < rows; row++)
        {
            if ((row & 0xfff) == 0) cancellationToken.ThrowIfCancellationRequested();
            columns.Begin(row);
            Add(sink, firstOrdinal + row);
            columns.End(row);
        }
        columns.EndAll();
    }

    public void Dispose() => columns.Dispose();

    (byte[] Name, NodeWriter? Writer, byte[]? Text) Field(ColumnPick pick) => (Encoding.UTF8.GetBytes(pick.Name),
        pick.Node is { } node ? NodeWriter.Of(node, columns.Open) : null, pick.Text is { } text ? Encoding.UTF8.GetBytes(text) : null);

    void Add(IRowSink sink, long ordinal)
    {
        ReadOnlySpan<byte> value = default;
        var fault = key.Fault();
        try
        {
            if (fault is null && sink.Columns is { } room) routing.Set(room);
            if (fault is null) value = single is null ? WriteFields() : single.Read(out fault);
        }
        catch (ValueFault e)
        {
            fault = $"Its field '{(single is null ? Encoding.UTF8.GetString(fields[field].Name) : single.Name)}' {e.Message}.";
        }
        catch (ShardyFusionException e) when (e is not DamagedFileException)
        {
            fault = e.Message;
        }
        if (fault is not null) sink.Reject(fault, key.Shown(), ordinal);
        else key.Add(sink, value, ordinal);
    }

    ReadOnlySpan<byte> WriteFields()
    {
        json.Clear();
        json.StartObject();
        for (field = 0; field < fields.Length; field++)
        {
            var (name, writer, text) = fields[field];
            json.Name(name);
            if (writer is not null) writer.Write(json);
            else if (text is not null) json.String(text);
            else json.Null();
        }
        json.EndObject();
        return json.Written;
    }
}
