namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>A record: a header with the type of each column, then their contents.</summary>
static class SqliteRecord
{
    /// <summary>Finds a column.</summary>
    /// <param name="payload">The record, or the front of it: as much as there is.</param>
    /// <param name="column">Its number, from 0.</param>
    /// <param name="field">Where it lies; its content may lie behind what there is.</param>
    /// <returns>False when the header is damaged, does not have the column, or lies behind what there is.</returns>
    public static bool TryFind(ReadOnlySpan<byte> payload, int column, out SqliteField field)
    {
        field = default;
        var at = SqliteVarint.Read(payload, out var headerBytes);
        if (at == 0 || headerBytes < at || headerBytes > payload.Length)
            return false;
        var content = headerBytes;
        for (var i = 0; at < headerBytes; i++)
        {
            var read = SqliteVarint.Read(payload[at..(int)headerBytes], out var type);
            if (read == 0 || !TryLength(type, out var length))
                return false;
            at += read;
            if (i == column)
            {
                field = new SqliteField(type, content, length);
                return true;
            }
            content += length;
        }
        return false;
    }

    static bool TryLength(long type, out long length)
    {
        length = type switch
        {
            >= 12 => (type - 12) / 2,
            0 or 8 or 9 => 0,
            >= 1 and <= 4 => type,
            5 => 6,
            6 or 7 => 8,
            _ => -1,
        };
        return length >= 0;
    }
}

/// <summary>Where a column lies in its record.</summary>
/// <param name="Type">As the header numbers it: what it is and how long.</param>
/// <param name="Start">First byte in the record.</param>
/// <param name="Bytes">Its length.</param>
readonly record struct SqliteField(long Type, long Start, long Bytes)
{
    const int FirstOfLength = 12;

    /// <summary>True for bytes.</summary>
    public bool IsBlob => Type >= FirstOfLength && Type % 2 == 0;

    /// <summary>True for text.</summary>
    public bool IsText => Type >= FirstOfLength && Type % 2 == 1;

    /// <summary>True when there is no value.</summary>
    public bool IsNull => Type == 0;
}
