using System.Text;

namespace ShardyFusion.Shards.Sqlite.Format;

/// <summary>How a SQLite file stores text, as its header numbers it.</summary>
enum SqliteText
{
    /// <summary>UTF-8.</summary>
    Utf8 = 1,
    /// <summary>UTF-16, low byte first.</summary>
    Utf16Low = 2,
    /// <summary>UTF-16, high byte first.</summary>
    Utf16High = 3,
}

/// <summary>Texts of a SQLite file.</summary>
static class SqliteTexts
{
    /// <summary>Reads a text; what is no valid text is replaced.</summary>
    public static string Decode(this SqliteText text, ReadOnlySpan<byte> stored) => (text switch
    {
        SqliteText.Utf16Low => Encoding.Unicode,
        SqliteText.Utf16High => Encoding.BigEndianUnicode,
        _ => Encoding.UTF8,
    }).GetString(stored);
}
