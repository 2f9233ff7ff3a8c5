using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>An input opened as UTF-8 text: unpacked, its byte order mark removed, other encodings converted.</summary>
sealed class InputText : IAsyncDisposable
{
    /// <summary>What is said of a packed input that cannot be unpacked to its end.</summary>
    internal const string Damaged = "is damaged or truncated gzip or Zstandard";

    readonly Stack<Stream> owned = new();

    InputText(Stream utf8, InputFormat format) => (Utf8, Format) = (utf8, format);

    /// <summary>The text.</summary>
    public Stream Utf8 { get; private set; }

    /// <summary>The format, never <see cref="InputFormat.Auto"/>.</summary>
    public InputFormat Format { get; private set; }

    /// <summary>Where the text begins in the input itself; null when the input is packed or was converted, so that no place in the text is
    /// one in the input.</summary>
    public int? Start { get; private set; } = 0;

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: missing, unreadable, not what its name
    /// says.</exception>
    public static async Task<InputText> OpenAsync(InputFile file, CancellationToken cancellationToken)
    {
        var text = new InputText(Stream.Null, file.Format);
        try
        {
            await text.OpenCoreAsync(file, cancellationToken).ConfigureAwait(false);
            return text;
        }
        catch
        {
            await text.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (owned.TryPop(out var stream)) await stream.DisposeAsync().ConfigureAwait(false);
    }

    async Task OpenCoreAsync(InputFile file, CancellationToken cancellationToken)
    {
        var packed = new PeekedStream(file.Stream
            ?? Own(file.IsRemote ? await RemoteStream.OpenAsync(file, cancellationToken).ConfigureAwait(false) : OpenPath(file)));
        var head = await PeekAsync(packed, file, cancellationToken).ConfigureAwait(false);
        Utf8 = packed;
        if (head is [0x1f, 0x8b, ..])
        {
            Start = null;
            var unpacked = new PeekedStream(Own(new VerifiedGzipStream(packed)));
            Utf8 = unpacked;
            head = await PeekAsync(unpacked, file, cancellationToken).ConfigureAwait(false);
        }
        else if (head is [0x28, 0xb5, 0x2f, 0xfd, ..])
        {
            var unpacked = new PeekedStream(Own(new ZstdInputStream(packed)));
            Utf8 = unpacked;
            head = await PeekAsync(unpacked, file, cancellationToken).ConfigureAwait(false);
        }
        else if (ForeignFormats.Find(head, file.Path) is null && head.Length > 0 && PackedEnding(file.Path) is { } ending)
        {
            throw Invalid($"'{file.Name}' is named {ending}, but its content is not {(ending == ".gz" ? "gzip" : "Zstandard")}.",
                "Give the file its right name.");
        }
        if (file.Encoding is null && ForeignFormats.Find(head, file.Path) is { } foreign)
            throw Invalid($"'{file.Name}' is {foreign.Name}, not rows of text.", foreign.Advice);
        var (encoding, markBytes) = DetectEncoding(head);
        ((PeekedStream)Utf8).Skip(markBytes);
        encoding = file.Encoding ?? encoding;
        if (Start is not null) Start = encoding is UTF8Encoding ? markBytes : null;
        if (encoding is not UTF8Encoding) Utf8 = Own(Convert(encoding));
        var start = encoding.GetString(head.AsSpan(markBytes));
        if (Format == InputFormat.Auto) Format = ByName(file.Path) ?? ByContent(start);
        RequireRows(start, file);
    }

    static async Task<byte[]> PeekAsync(PeekedStream stream, InputFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.PeekAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw Invalid($"'{file.Name}' {Damaged}: {e.Message}", InputAdvice.NotSkippable, e);
        }
        catch (IOException e)
        {
            throw Invalid($"'{file.Name}' cannot be read: {e.Message}", InputAdvice.NotSkippable, e);
        }
    }

    /// <summary>Refuses text that is laid out in no way that has rows.</summary>
    void RequireRows(string start, InputFile file)
    {
        var text = start.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (start.Contains('\r', StringComparison.Ordinal) && !start.Contains('\n', StringComparison.Ordinal))
            throw Invalid($"The lines of '{file.Name}' end with a carriage return (CR) alone.",
                "Convert it first: \"tr '\\r' '\\n'\" does that; or save it with LF or CRLF line ends.");
        if (Format != InputFormat.JsonLines) return;
        const string advice = "Write one JSON object per line; 'jq -c .[]' does that for an array, 'jq -c .' for objects.";
        if (text is ['[', ..] && !IsClosedLine(text, ']'))
            throw Invalid($"'{file.Name}' starts with '[': it is one JSON array, not JSON Lines.", advice);
        if (text is ['{', ..] && FirstLine(text).TrimEnd() is "{")
            throw Invalid($"The first JSON object of '{file.Name}' spans lines: it is pretty-printed JSON, not JSON Lines.", advice);
    }

    /// <summary>True when the first line is not the last one and ends with <paramref name="end"/>: an odd row, not an array of
    /// rows.</summary>
    static bool IsClosedLine(ReadOnlySpan<char> text, char end) => FirstLine(text) is var line && line.Length < text.TrimEnd().Length
        && line.TrimEnd() is [.., var last] && last == end;

    static ReadOnlySpan<char> FirstLine(ReadOnlySpan<char> text) => text[..(text.IndexOf('\n') is var end and >= 0 ? end : text.Length)];

    static FileStream OpenPath(InputFile file)
    {
        file.RequireFile();
        try
        {
            return new FileStream(file.Path!, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Invalid($"Input file '{file.Path}' may not be read.", "Give this account the right to read it.", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw Invalid($"Input file '{file.Path}' cannot be opened: {e.Message}",
                "Check the path, and whether another program holds the file.", e);
        }
    }

    static (Encoding Encoding, int MarkBytes) DetectEncoding(ReadOnlySpan<byte> head) => head switch
    {
        [0xef, 0xbb, 0xbf, ..] => (Encoding.UTF8, MarksOf(head)),
        [0xff, 0xfe, 0, 0, ..] => (Encoding.UTF32, 4),
        [0, 0, 0xfe, 0xff, ..] => (new UTF32Encoding(bigEndian: true, byteOrderMark: true), 4),
        [0xff, 0xfe, ..] => (Encoding.Unicode, 2),
        [0xfe, 0xff, ..] => (Encoding.BigEndianUnicode, 2),
        _ => (Encoding.UTF8, 0),
    };

    /// <summary>Some programs put a mark before a text that has one.</summary>
    static int MarksOf(ReadOnlySpan<byte> head)
    {
        var count = 0;
        while (head[count..] is [0xef, 0xbb, 0xbf, ..]) count += 3;
        return count;
    }

    Stream Convert(Encoding encoding)
    {
        var strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return Encoding.CreateTranscodingStream(Utf8, strict, Encoding.UTF8, leaveOpen: true);
    }

    /// <summary>The end of a name that says how a file is packed; null for none.</summary>
    static string? PackedEnding(string? path) => Path.GetExtension(path)?.ToUpperInvariant() switch
    {
        ".GZ" => ".gz",
        ".ZST" => ".zst",
        _ => null,
    };

    static InputFormat? ByName(string? path)
    {
        if (path is null) return null;
        var name = PackedEnding(path) is { } ending ? path[..^ending.Length] : path;
        return Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".CSV" => InputFormat.Csv,
            ".TSV" or ".TAB" => InputFormat.Tsv,
            ".JSONL" or ".NDJSON" => InputFormat.JsonLines,
            _ => null,
        };
    }

    static InputFormat ByContent(string head)
    {
        var start = head.AsSpan().TrimStart("\uFEFF \t\r\n");
        if (start is ['{' or '[', ..]) return InputFormat.JsonLines;
        var header = FirstLine(start);
        return header.Contains('\t') && !header.Contains(',') ? InputFormat.Tsv : InputFormat.Csv;
    }

    Stream Own(Stream stream)
    {
        owned.Push(stream);
        return stream;
    }

    static ShardyFusionException Invalid(string message, string advice, Exception? cause = null) =>
        new(ErrorKind.InputInvalid, message, cause) { RecommendedAction = advice };
}
