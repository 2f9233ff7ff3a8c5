using System.Text;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Values;

namespace ShardyFusion.Core.Tests.Building.Input;

/// <summary>Keeps every row it is given, in the order of the input.</summary>
sealed class RowRecorder(bool stopAtReject = false) : IRowSinkProvider
{
    readonly List<Sink> sinks = [];
    int open;

    public List<Row> Rows => [.. sinks.SelectMany(s => s.Rows).OrderBy(r => r.Ordinal)];

    public int OpenSinks => open;

    public IRowSink Open()
    {
        Interlocked.Increment(ref open);
        var sink = new Sink(stopAtReject);
        lock (sinks) sinks.Add(sink);
        return sink;
    }

    public void Close(IRowSink sink) => Interlocked.Decrement(ref open);

    public sealed record Row(long Ordinal, string? Key, string? Value, string? Fault = null, bool IsInteger = false);

    sealed class Sink(bool stopAtReject) : IRowSink
    {
        public List<Row> Rows { get; } = [];

        public void Add(ReadOnlySpan<byte> keyText, ReadOnlySpan<byte> value, long ordinal) =>
            Rows.Add(new Row(ordinal, Encoding.UTF8.GetString(keyText), Encoding.UTF8.GetString(value)));

        public void AddInteger(long key, ReadOnlySpan<byte> value, long ordinal) =>
            Rows.Add(new Row(ordinal, $"{key}", Encoding.UTF8.GetString(value), IsInteger: true));

        public void AddBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long ordinal) =>
            Rows.Add(new Row(ordinal, Convert.ToBase64String(key), Encoding.UTF8.GetString(value)));

        public void Reject(string reason, string? key, long ordinal)
        {
            if (stopAtReject) throw new RowException(ErrorKind.InputInvalid, ordinal, reason);
            Rows.Add(new Row(ordinal, key, null, reason));
        }
    }

    public static Task<List<Row>> ReadAsync(string text, InputFormat format = InputFormat.Csv, string key = "id", string[]? values = null,
        int chunkBytes = 512 << 10, char? delimiter = null, ValueEncoding? encoding = null) =>
        ReadAsync(Encoding.UTF8.GetBytes(text), format, key, values, chunkBytes, delimiter, encoding);

    /// <summary>Reads text as a description says; its stream and key need not be given.</summary>
    public static async Task<(List<Row> Rows, string? Warning)> ReadAsync(string text, InputFile file, ValueEncoding? encoding = null,
        int chunkBytes = 512 << 10)
    {
        var collector = new RowRecorder();
        var source = new FileRowSource(file with { Stream = new MemoryStream(Encoding.UTF8.GetBytes(text)) }, new ValueEncoder(encoding),
            workers: 3)
        {
            ChunkBytes = chunkBytes,
        };
        var count = await source.ReadAsync(collector, 0, TestContext.Current.CancellationToken);
        var rows = collector.Rows;
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(i => (long)i), rows.Select(r => r.Ordinal));
        Assert.Equal(count, rows.Count);
        return (rows, source.Warnings.SingleOrDefault());
    }

    public static async Task<List<Row>> ReadAsync(byte[] bytes, InputFormat format = InputFormat.Csv, string key = "id",
        string[]? values = null,
        int chunkBytes = 512 << 10, char? delimiter = null, ValueEncoding? encoding = null, Encoding? textEncoding = null)
    {
        var collector = new RowRecorder();
        var file = new InputFile
        {
            Stream = new MemoryStream(bytes),
            Format = format,
            KeyField = key,
            ValueFields = values,
            Delimiter = delimiter,
            Encoding = textEncoding,
        };
        var source = new FileRowSource(file, new ValueEncoder(encoding), workers: 3) { ChunkBytes = chunkBytes };
        var count = await source.ReadAsync(collector, 0, TestContext.Current.CancellationToken);
        Assert.Equal(0, collector.OpenSinks);
        var rows = collector.Rows;
        Assert.Equal(Enumerable.Range(1, rows.Count).Select(i => (long)i), rows.Select(r => r.Ordinal));
        Assert.Equal(count, rows.Count);
        return rows;
    }
}
