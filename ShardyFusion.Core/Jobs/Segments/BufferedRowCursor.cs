using ShardyFusion.Building.Sorting;

namespace ShardyFusion.Jobs.Segments;

/// <summary>Walks sorted rows that lie in one buffer.</summary>
sealed class BufferedRowCursor(ReadOnlyMemory<byte> records) : RowCursor
{
    int position, recordBytes;

    public override RowRecord Current => RowRecord.Parse(records.Span[position..]);

    public override bool MoveNext()
    {
        position += recordBytes;
        if (position >= records.Length) return false;
        recordBytes = RowHeader.RecordBytes(records.Span[position..]);
        return true;
    }

    public override void Dispose() => records = default;
}
