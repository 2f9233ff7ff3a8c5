using System.Text;

namespace ShardyFusion.Building.Input;

/// <summary>Names files that are no rows of text, by their first bytes.</summary>
static class ForeignFormats
{
    const string Convert = "Write it as Parquet, CSV or JSON Lines first.";

    static readonly Signature[] Signatures =
    [
        new("packed with Zstandard twice", "28B52FFD", "Unpack it once: 'zstd -dc' does that."),
        new("xz-compressed", "FD377A585A00", Unpack("xz")),
        new("bzip2-compressed", "425A68", Unpack("bzip2")),
        new("LZ4-compressed", "04224D18", Unpack("lz4")),
        new("a 7z archive", "377ABCAF271C", "Unpack it first; '7z x' does that."),
        new("a Parquet file", "50415231",
        "Give the format parquet, and the file by its path: it cannot be read from standard input."),
        new("a Parquet file with an encrypted footer", "50415245", Convert),
        new("an Avro file", "4F626A01", Convert),
        new("an ORC file", "4F5243", Convert),
        new("an Arrow (Feather) file", "4152524F5731", Convert),
        new("an Arrow IPC stream", "FFFFFFFF", Convert),
        new("a Feather file of the first version", "46454131", Convert),
        new("an SQLite database", "53514C69746520666F726D6174203300",
        "Export the table first; 'sqlite3 -csv -header FILE \"select * from TABLE\"' does that."),
        new("a PDF document", "255044462D", "Ask for the data as CSV or JSON Lines."),
        new("an old Office document (such as .xls)", "D0CF11E0A1B11AE1", "Save the sheet as CSV (UTF-8) first."),
    ];

    static readonly byte[] Zip = [(byte)'P', (byte)'K', 3, 4];

    /// <summary>What an input is instead of rows of text, and what to do about it; null when nothing is recognised.</summary>
    /// <param name="head">The first bytes of the input, unpacked from gzip.</param>
    /// <param name="path">The file's path, when there is one.</param>
    public static (string Name, string Advice)? Find(ReadOnlySpan<byte> head, string? path)
    {
        foreach (var signature in Signatures)
            if (head.StartsWith(signature.Bytes)) return (signature.Name, signature.Advice);
        if (head.StartsWith(Zip))
        {
            return IsWorkbook(head) || System.IO.Path.GetExtension(path)?.ToUpperInvariant() is ".XLSX" or ".XLSM" or ".ODS"
                ? ("a spreadsheet (such as .xlsx)", "Save the sheet as CSV (UTF-8) first.")
                : ("a zip archive", "Unpack it first; 'unzip -p' writes a file of it to standard output, which 'write -' reads.");
        }
        if (head is [0x1f, 0x8b, ..]) return ("packed with gzip twice", "Unpack it once: 'gzip -dc' does that.");
        return Markup(head);
    }

    /// <summary>Office writes its list of parts, or their folder, first.</summary>
    static bool IsWorkbook(ReadOnlySpan<byte> head) =>
        head.IndexOf("[Content_Types].xml"u8) >= 0 || head.IndexOf("xl/"u8) >= 0 || head.IndexOf("mimetypeapplication/vnd.oasis"u8) >= 0;

    static (string Name, string Advice)? Markup(ReadOnlySpan<byte> head)
    {
        if (head is [0xef, 0xbb, 0xbf, ..]) head = head[3..];
        var start = Encoding.ASCII.GetString(head.TrimStart(" \t\r\n"u8)[..Math.Min(64, head.TrimStart(" \t\r\n"u8).Length)]);
        if (start.StartsWith("<!DOCTYPE html", StringComparison.OrdinalIgnoreCase)
            || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase))
            return ("an HTML page", "Check the address and the sign-in of the download: pages come where a file was to be.");
        return start.StartsWith("<?xml", StringComparison.OrdinalIgnoreCase) ? ("an XML document", Convert) : null;
    }

    static string Unpack(string tool) => $"Unpack it first, or pipe it: '{tool} -dc FILE' into 'write -' with the format named.";

    sealed record Signature(string Name, string Hex, string Advice)
    {
        public byte[] Bytes { get; } = System.Convert.FromHexString(Hex);
    }
}
