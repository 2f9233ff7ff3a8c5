using System.Buffers;
using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>Whole records, in one buffer that is rented from the shared pool.</summary>
/// <param name="Buffer">Rented; whoever parses the chunk gives it back.</param>
/// <param name="End">One past the last byte of the last record; the first one starts at 0.</param>
/// <param name="Index">Position of the chunk in the input, from 0.</param>
/// <param name="FirstRow">Row number of its first record.</param>
/// <param name="FirstLine">Number of its first line in the input, from 1.</param>
readonly record struct RecordChunk(byte[] Buffer, int End, int Index, long FirstRow, long FirstLine)
{
    public ReadOnlySpan<byte> Text => Buffer.AsSpan(0, End);
}

/// <summary>Cuts text into chunks of whole records and numbers the records, so that chunks can be parsed in parallel.</summary>
/// <remarks>
/// A record ends at a line feed outside quotes. A quote opens a quoted field only at the start of a field; anywhere else it is
/// an ordinary character. Blank lines and comments are no records.
/// </remarks>
sealed class RecordScanner(Stream utf8, string inputName, int chunkBytes, long rowsBefore)
{
    /// <summary>A longer record is refused.</summary>
    internal const int MaxRecordBytes = 256 << 20;

    byte[] carried = [];
    int carriedBytes;
    int chunkIndex;
    long lines;
    bool isAtEnd;

    /// <summary>What the bytes mean; may change before the first chunk, when the first lines say so.</summary>
    public CsvDialect Dialect { get; set; } = CsvDialect.Lines;

    /// <summary>Records seen so far, without the header.</summary>
    public long Rows { get; private set; }

    /// <summary>Bytes of the lines, records and chunks that were read so far: where the next one begins.</summary>
    public long Consumed { get; private set; }

    /// <summary>Reads the next line, whatever it is.</summary>
    /// <param name="keep">True leaves it to be read again.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The line without its end; null at the end of the input.</returns>
    public Task<byte[]?> ReadLineAsync(bool keep, CancellationToken cancellationToken) => ReadFirstAsync(false, keep, cancellationToken);

    /// <summary>Reads the next record, for a header.</summary>
    /// <param name="keep">True leaves it to be read again.</param>
    /// <param name="cancellationToken">Cancels the read.</param>
    /// <returns>The record without its line end; null when there is none.</returns>
    public Task<byte[]?> ReadRecordAsync(bool keep, CancellationToken cancellationToken) => ReadFirstAsync(true, keep, cancellationToken);

    async Task<byte[]?> ReadFirstAsync(bool isRecord, bool keep, CancellationToken cancellationToken)
    {
        var wanted = chunkBytes;
        while (true)
        {
            var (buffer, length) = await FillAsync(Math.Max(wanted, carriedBytes), cancellationToken).ConfigureAwait(false);
            var (start, end) = FindFirst(buffer.AsSpan(0, length), isRecord);
            if (end >= 0)
            {
                var record = CsvDialect.TrimLineEnd(buffer.AsSpan(start, end - start)).ToArray();
                var next = keep ? 0 : Math.Min(end + 1, length);
                lines += LinesOf(buffer.AsSpan(0, next));
                Consumed += next;
                Carry(buffer, next, length);
                return record;
            }
            if (!isAtEnd && length >= MaxRecordBytes) throw TooLong(0);
            Carry(buffer, isAtEnd ? length : 0, length);
            if (isAtEnd) return null;
            wanted = length * 2;
        }
    }

    /// <returns>Where the first record or line starts and where its line end is; −1 when the text holds none.</returns>
    (int Start, int End) FindFirst(ReadOnlySpan<byte> text, bool isRecord)
    {
        for (var position = 0; position < text.Length;)
        {
            var end = isRecord ? Dialect.RecordEnd(text, position, isAtEnd) : CsvDialect.LineEnd(text, position);
            if (end < 0 && !isAtEnd) break;
            if (end < 0) end = text.Length;
            if (!isRecord || !Dialect.IsIgnored(text[position..end])) return (position, end);
            position = end + 1;
        }
        return (0, -1);
    }

    /// <summary>Cuts off the next chunk; null at the end.</summary>
    public async Task<RecordChunk?> NextAsync(CancellationToken cancellationToken)
    {
        var wanted = chunkBytes;
        while (true)
        {
            if (isAtEnd && carriedBytes == 0) return null;
            var (buffer, length) = await FillAsync(Math.Max(wanted, carriedBytes), cancellationToken).ConfigureAwait(false);
            var (end, records) = CutRecords(buffer.AsSpan(0, length));
            var firstLine = lines + 1;
            lines += LinesOf(buffer.AsSpan(0, end));
            Consumed += end;
            if (records > 0 || end == length)
            {
                var chunk = new RecordChunk(buffer, end, chunkIndex++, rowsBefore + Rows + 1, firstLine);
                Carry(buffer, end, length, giveBack: false);
                Rows += records;
                return chunk;
            }
            if (length - end >= MaxRecordBytes) throw TooLong(rowsBefore + Rows + 1);
            wanted = Math.Max(wanted, (length - end) * 2);
            Carry(buffer, end, length);
        }
    }

    (int End, int Records) CutRecords(ReadOnlySpan<byte> text)
    {
        int position = 0, records = 0;
        // A quote that is open for as long as the longest record may be is taken for one that is never closed.
        var isWhole = isAtEnd || text.Length >= MaxRecordBytes;
        while (position < text.Length)
        {
            var end = Dialect.RecordEnd(text, position, isWhole);
            if (end < 0)
            {
                if (!isAtEnd) break;
                end = text.Length;
            }
            if (!Dialect.IsIgnored(text[position..end])) records++;
            position = Math.Min(end + 1, text.Length);
        }
        return (position, records);
    }

    static int LinesOf(ReadOnlySpan<byte> text) => text.Count((byte)'\n');

    void Carry(byte[] buffer, int from, int to, bool giveBack = true)
    {
        carriedBytes = to - from;
        if (carried.Length < carriedBytes) carried = new byte[Math.Max(carriedBytes, chunkBytes)];
        buffer.AsSpan(from, carriedBytes).CopyTo(carried);
        if (giveBack) ArrayPool<byte>.Shared.Return(buffer);
    }

    async Task<(byte[] Buffer, int Length)> FillAsync(int wanted, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Math.Max(wanted, carriedBytes + 1));
        carried.AsSpan(0, carriedBytes).CopyTo(buffer);
        var length = carriedBytes;
        var limit = Math.Min(buffer.Length, Math.Max(wanted, carriedBytes + 1));
        while (length < limit && !isAtEnd)
        {
            var count = await ReadAsync(buffer.AsMemory(length, limit - length), cancellationToken).ConfigureAwait(false);
            length += count;
            isAtEnd = count == 0;
        }
        return (buffer, length);
    }

    async Task<int> ReadAsync(Memory<byte> memory, CancellationToken cancellationToken)
    {
        try
        {
            // WaitAsync: a read from a pipe does not heed the token. The buffer of an abandoned read is never given back to the pool.
            return await utf8.ReadAsync(memory, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw Broken(InputText.Damaged, InputAdvice.NotSkippable, e);
        }
        catch (DecoderFallbackException e)
        {
            throw Broken("has bytes that its text encoding does not allow", InputAdvice.OtherEncoding, e);
        }
        catch (IOException e)
        {
            throw Broken("cannot be read on", InputAdvice.NotSkippable, e);
        }
    }

    ShardyFusionException Broken(string what, string advice, Exception cause) =>
        new(ErrorKind.InputInvalid, $"'{inputName}' {what} (after row {rowsBefore + Rows}): {cause.Message}", cause)
        {
            RecommendedAction = advice,
        };

    ShardyFusionException TooLong(long row) => new(ErrorKind.InputInvalid,
        $"{(row == 0 ? "The header" : $"Row {row}")} of '{inputName}' is longer than {MaxRecordBytes >> 20} MiB.")
    {
        RecommendedAction = "Check that the file has line ends, and that its text encoding is right.",
    };
}
