using Microsoft.Win32.SafeHandles;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;

namespace ShardyFusion.Jobs.Slicing;

/// <summary>Cuts files of rows into slices of about equal size, each of whole records.</summary>
/// <remarks>
/// Where a record may have several lines, only reading the file from its start tells where one ends: such a file is read once, as fast as
/// the disk gives it. Where a record is a line, as in JSON Lines, in TSV, and in CSV without line breaks in fields, the places are looked
/// up.
/// </remarks>
/// <param name="targetBytes">Size of a slice.</param>
sealed class InputSlicer(long targetBytes)
{
    const int SmallestChunk = 16 << 10, LargestChunk = 1 << 20;
    const int LookBytes = 64 << 10;

    readonly List<JobFile> files = [];
    readonly List<JobSlice> slices = [];

    public IReadOnlyList<JobFile> Files => files;

    public IReadOnlyList<JobSlice> Slices => slices;

    /// <summary>Cuts one file.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: the file cannot be read, has no such column, or is no
    /// rows.</exception>
    public async Task AddAsync(InputFile file, CancellationToken cancellationToken)
    {
        file.RequireFile();
        if (Directory.Exists(file.Path))
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"'{file.Path}' is a folder; a job reads files.")
            {
                RecommendedAction = "Name the files in it.",
            };
        var info = new FileInfo(Path.GetFullPath(file.Path!));
        if (RowSources.FormatOf(file) is InputFormat.Parquet and var binary)
        {
            Add(Describe(info, binary), [new JobSlice(files.Count, 0, info.Length, 0)]);
            return;
        }
        var text = await InputText.OpenAsync(file, cancellationToken).ConfigureAwait(false);
        await using var close = text.ConfigureAwait(false);
        if (text.Start is not { } textStart)
        {
            // Packed or converted: no place in the text is one in the file.
            Add(Describe(info, text.Format), [new JobSlice(files.Count, 0, info.Length, 0)]);
            return;
        }
        // A slice ends with a chunk: it is to be that much larger at most.
        var chunkBytes = (int)Math.Clamp(targetBytes / 16, SmallestChunk, LargestChunk);
        var scanner = new RecordScanner(text.Utf8, file.Name, chunkBytes, rowsBefore: 0);
        var header = text.Format == InputFormat.JsonLines ? null
            : await new CsvPreamble(file, text.Format, scanner).ReadAsync(cancellationToken).ConfigureAwait(false);
        var firstRow = textStart + scanner.Consumed;
        var preamble = new byte[firstRow];
        using var handle = File.OpenHandle(info.FullName);
        ReadFully(handle, preamble, 0);
        var job = Describe(info, text.Format) with
        {
            Preamble = preamble,
            Columns = file.Layout is { HasHeader: false, Columns: null } ? header?.Columns : null,
        };
        Add(job, info.Length - firstRow <= targetBytes ? [new JobSlice(files.Count, firstRow, info.Length, 0)]
            : scanner.Dialect.SpansLines ? await ScanAsync(scanner, textStart, info.Length, cancellationToken).ConfigureAwait(false)
            : Look(handle, firstRow, info.Length));
    }

    static JobFile Describe(FileInfo info, InputFormat format) => new()
    {
        Path = info.FullName,
        Bytes = info.Length,
        ModifiedAt = info.LastWriteTimeUtc,
        Format = format,
    };

    void Add(JobFile file, IEnumerable<JobSlice> cut)
    {
        slices.AddRange(cut);
        files.Add(file);
    }

    async Task<List<JobSlice>> ScanAsync(RecordScanner scanner, int textStart, long length, CancellationToken cancellationToken)
    {
        var cut = new List<JobSlice>();
        var (start, rows) = (textStart + scanner.Consumed, 0L);
        while (await scanner.NextAsync(cancellationToken).ConfigureAwait(false) is { } chunk)
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(chunk.Buffer);
            var end = textStart + scanner.Consumed;
            if (end - start < targetBytes && end < length) continue;
            if (end > start) cut.Add(new JobSlice(files.Count, start, end, rows));
            (start, rows) = (end, scanner.Rows);
        }
        if (start < length) cut.Add(new JobSlice(files.Count, start, length, rows));
        return cut;
    }

    List<JobSlice> Look(SafeFileHandle handle, long firstRow, long length)
    {
        var cut = new List<JobSlice>();
        var start = firstRow;
        while (start < length)
        {
            var end = start + targetBytes >= length ? length : AfterLine(handle, start + targetBytes - 1, length);
            cut.Add(new JobSlice(files.Count, start, end, start == firstRow ? 0 : null));
            start = end;
        }
        return cut;
    }

    /// <summary>One past the first line feed from a place on; the end of the file when there is none.</summary>
    static long AfterLine(SafeFileHandle handle, long from, long length)
    {
        var buffer = new byte[LookBytes];
        while (from < length)
        {
            var read = RandomAccess.Read(handle, buffer, from);
            if (read == 0) break;
            if (buffer.AsSpan(0, read).IndexOf((byte)'\n') is >= 0 and var found) return from + found + 1;
            from += read;
        }
        return length;
    }

    static void ReadFully(SafeFileHandle handle, Span<byte> destination, long offset)
    {
        while (!destination.IsEmpty)
        {
            var read = RandomAccess.Read(handle, destination, offset);
            if (read == 0) throw new EndOfStreamException("The file became shorter while it was read.");
            destination = destination[read..];
            offset += read;
        }
    }
}
