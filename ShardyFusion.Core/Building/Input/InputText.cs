using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>An input opened as UTF-8 text: unpacked, its byte order mark removed, other encodings converted.</summary>
internal sealed class InputText : IAsyncDisposable
{
    readonly Stack<Stream> owned = new();

    InputText(Stream utf8, InputFormat format) => (Utf8, Format) = (utf8, format);

    /// <summary>The text.</summary>
    public Stream Utf8 { get; private set; }

    /// <summary>The format, never <see cref="InputFormat.Auto"/>.</summary>
    public InputFormat Format { get; private set; }

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: missing, unreadable, not what its name says.</exception>
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
        var packed = new PeekedStream(file.Stream ?? Own(OpenPath(file)));
        var head = await packed.PeekAsync(cancellationToken).ConfigureAwait(false);
        Utf8 = packed;
        if (head is [0x1f, 0x8b, ..])
        {
            var unpacked = new PeekedStream(Own(new VerifiedGzipStream(packed)));
            Utf8 = unpacked;
            try
            {
                head = await unpacked.PeekAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidDataException e)
            {
                throw Invalid($"'{file.Name}' is damaged or truncated gzip: {e.Message}", e);
            }
        }
        else if (head.Length > 0 && file.Path?.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) == true)
        {
            throw Invalid($"'{file.Name}' is named .gz, but its content is not gzip.");
        }
        var (encoding, markBytes) = DetectEncoding(head);
        ((PeekedStream)Utf8).Skip(markBytes);
        encoding = file.Encoding ?? encoding;
        if (encoding is not UTF8Encoding) Utf8 = Own(Convert(encoding));
        if (Format == InputFormat.Auto) Format = ByName(file.Path) ?? ByContent(encoding.GetString(head.AsSpan(markBytes)), file);
    }

    static FileStream OpenPath(InputFile file)
    {
        try
        {
            return new FileStream(file.Path!, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Invalid($"Input file '{file.Path}' does not exist.", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Invalid(Directory.Exists(file.Path) ? $"Input '{file.Path}' is a folder, not a file." : $"Input file '{file.Path}' may not be read.", e);
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            throw Invalid($"Input file '{file.Path}' cannot be opened: {e.Message}", e);
        }
    }

    static (Encoding Encoding, int MarkBytes) DetectEncoding(ReadOnlySpan<byte> head) => head switch
    {
        [0xef, 0xbb, 0xbf, ..] => (Encoding.UTF8, 3),
        [0xff, 0xfe, 0, 0, ..] => (Encoding.UTF32, 4),
        [0, 0, 0xfe, 0xff, ..] => (new UTF32Encoding(bigEndian: true, byteOrderMark: true), 4),
        [0xff, 0xfe, ..] => (Encoding.Unicode, 2),
        [0xfe, 0xff, ..] => (Encoding.BigEndianUnicode, 2),
        _ => (Encoding.UTF8, 0),
    };

    Stream Convert(Encoding encoding)
    {
        var strict = (Encoding)encoding.Clone();
        strict.DecoderFallback = DecoderFallback.ExceptionFallback;
        return Encoding.CreateTranscodingStream(Utf8, strict, Encoding.UTF8, leaveOpen: true);
    }

    static InputFormat? ByName(string? path)
    {
        if (path is null) return null;
        var name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToUpperInvariant() switch
        {
            ".CSV" => InputFormat.Csv,
            ".TSV" or ".TAB" => InputFormat.Tsv,
            ".JSONL" or ".NDJSON" => InputFormat.JsonLines,
            _ => null,
        };
    }

    static InputFormat ByContent(string head, InputFile file)
    {
        var start = head.AsSpan().TrimStart();
        if (start.StartsWith("{")) return InputFormat.JsonLines;
        if (start.StartsWith("["))
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{file.Name}' starts with '[': it is one JSON array, not JSON Lines.")
            {
                RecommendedAction = "Write one JSON object a line; 'jq -c .[]' does that.",
            };
        }
        var header = start[..(start.IndexOf('\n') is var end and >= 0 ? end : start.Length)];
        return header.Contains('\t') && !header.Contains(',') ? InputFormat.Tsv : InputFormat.Csv;
    }

    Stream Own(Stream stream)
    {
        owned.Push(stream);
        return stream;
    }

    static ShardyFusionException Invalid(string message, Exception? cause = null) => new(ErrorKind.InputInvalid, message, cause);
}
