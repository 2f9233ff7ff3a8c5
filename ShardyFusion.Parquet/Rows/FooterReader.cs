using System.Buffers.Binary;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Reads what a file says of itself, after a look at whether it is a Parquet file at all. Stateless.</summary>
static class FooterReader
{
    const int MagicBytes = 4, TailBytes = 8, MaxFooterBytes = 256 << 20, HeadBytes = 4096, EndBytes = 64 << 10;
    const string Whole = "is not a whole Parquet file";

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: it is something else, or not whole.</exception>
    public static (FileFooter Footer, long PagesEnd) Read(IFileBytes file, string name)
    {
        if (file.Length == 0) throw Invalid(name, "is empty, and a Parquet file is not", "Fetch or write the file again.");
        // Most footers are there with the first read of the end, which is a request where the file is far away.
        var end = new byte[Math.Min(file.Length, EndBytes)];
        var endStart = file.Length - end.Length;
        file.Read(endStart, end);
        var head = end[..(int)Math.Min(end.Length, HeadBytes)];
        if (endStart > 0) file.Read(0, head);
        RequireMagic(head, name);
        if (file.Length < MagicBytes + TailBytes) throw Cut(name, $"it has {file.Length} bytes");
        var tail = end.AsSpan(end.Length - TailBytes);
        if (tail[sizeof(int)..].SequenceEqual("PARE"u8)) throw Encrypted(name);
        if (!tail[sizeof(int)..].SequenceEqual("PAR1"u8)) throw Cut(name, "it does not end with PAR1");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        var room = file.Length - MagicBytes - TailBytes;
        if (length == 0 || length > room) throw Cut(name, $"its end says that its footer has {length} bytes, and there is room for {room}");
        if (length > MaxFooterBytes)
            throw Invalid(name, $"has a footer of {length} bytes; at most {MaxFooterBytes} are read", "Write it with fewer row groups.");
        var pagesEnd = file.Length - TailBytes - length;
        if (pagesEnd >= endStart) return (Parse(end.AsSpan((int)(pagesEnd - endStart), (int)length), name), pagesEnd);
        var bytes = new byte[length];
        file.Read(pagesEnd, bytes);
        return (Parse(bytes, name), pagesEnd);
    }

    static FileFooter Parse(ReadOnlySpan<byte> bytes, string name)
    {
        FileFooter footer;
        try
        {
            footer = FooterParser.Parse(bytes);
        }
        catch (DamageException e)
        {
            throw Cut(name, $"its footer is damaged: {e.Message}");
        }
        if (footer.IsEncrypted) throw Encrypted(name);
        if (footer.RowGroups.Aggregate((Int128)0, (rows, group) => rows + group.Rows) != footer.Rows)
            throw Cut(name, $"its footer says that it has {footer.Rows} rows, and its row groups say otherwise");
        return footer;
    }

    static void RequireMagic(byte[] head, string name)
    {
        if (head.AsSpan().StartsWith("PAR1"u8)) return;
        if (head.AsSpan().StartsWith("PARE"u8)) throw Encrypted(name);
        if (ForeignFormats.Find(head, name) is { } foreign)
            throw Invalid(name, $"is {foreign.Name}, not a Parquet file", "Write it as Parquet, CSV or JSON Lines.");
        if (head.Length >= MagicBytes && System.Text.Unicode.Utf8.IsValid(head.AsSpan(0, Math.Min(64, head.Length - 3)))
            && !head.AsSpan().Contains((byte)0))
            throw Invalid(name, "is not a Parquet file; it looks like text", "Name its format: csv, tsv or jsonl.");
        throw Invalid(name, $"is not a Parquet file: it does not begin with PAR1, and {Whole}", "Fetch or write the file again.");
    }

    static ShardyFusionException Encrypted(string name) => Invalid(name,
        "is an encrypted Parquet file; encryption is not supported", "Write it without encryption.");

    static ShardyFusionException Cut(string name, string reason) => Invalid(name, $"{Whole}: {reason}", "Fetch or write the file again.");

    static ShardyFusionException Invalid(string name, string what, string advice) => new(ErrorKind.InputInvalid, $"'{name}' {what}.")
    {
        Target = name,
        RecommendedAction = advice,
    };
}
