using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Building.Input;

/// <summary>Whole records, in one buffer that is rented from the shared pool.</summary>
/// <param name="Buffer">Rented; whoever parses the chunk gives it back.</param>
/// <param name="Start">First byte of the first record.</param>
/// <param name="End">One past the last byte of the last record.</param>
/// <param name="Index">Position of the chunk in the input, from 0.</param>
/// <param name="FirstRow">Row number of its first record.</param>
internal readonly record struct RecordChunk(byte[] Buffer, int Start, int End, int Index, long FirstRow)
{
    public ReadOnlySpan<byte> Text => Buffer.AsSpan(Start, End - Start);
}

/// <summary>Cuts text into chunks of whole records and numbers the records, so that chunks can be parsed in parallel.</summary>
/// <remarks>
/// A record ends at a line feed outside quotes. A quote opens a quoted field only at the start of a field; anywhere else it is
/// an ordinary character, so that one stray quote cannot swallow the rows after it. Blank lines are no records.
/// </remarks>
internal sealed class RecordScanner(Stream utf8, string inputName, byte? delimiter, int chunkBytes, long rowsBefore)
{
    /// <summary>A longer record is refused: it is most likely an unterminated quote.</summary>
    internal const int MaxRecordBytes = 256 << 20;

    byte[] carried = [];
    int carriedBytes;
    int chunkIndex;
    bool isAtEnd;

    /// <summary>Records seen so far, without the header.</summary>
    public long Rows { get; private set; }

    /// <summary>Reads the first record that is not blank, for a header.</summary>
    /// <returns>The record without its line end; null when the input is empty.</returns>
    public async Task<byte[]?> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var (buffer, length) = await FillAsync(chunkBytes, cancellationToken).ConfigureAwait(false);
        while (true)
        {
            for (var position = 0; ;)
            {
                var end = RecordEnd(buffer.AsSpan(0, length), position, delimiter, out var isQuoted);
                if (end < 0 && !isAtEnd) break;
                if (end < 0 && isQuoted) throw Unterminated(0);
                var record = TrimReturn(buffer.AsSpan(position, (end < 0 ? length : end) - position)).ToArray();
                position = end < 0 ? length : end + 1;
                if (record.Length > 0)
                {
                    Carry(buffer, position, length);
                    return record;
                }
                if (end < 0) return null;
            }
            if (length >= MaxRecordBytes) throw TooLong(0);
            Carry(buffer, 0, length);
            (buffer, length) = await FillAsync(length * 2, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Cuts off the next chunk; null at the end.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: a quote is never closed; names its row.</exception>
    public async Task<RecordChunk?> NextAsync(CancellationToken cancellationToken)
    {
        var wanted = chunkBytes;
        while (true)
        {
            if (isAtEnd && carriedBytes == 0) return null;
            var (buffer, length) = await FillAsync(Math.Max(wanted, carriedBytes), cancellationToken).ConfigureAwait(false);
            var (end, records) = CutRecords(buffer.AsSpan(0, length));
            if (records > 0 || end == length)
            {
                var chunk = new RecordChunk(buffer, 0, end, chunkIndex++, rowsBefore + Rows + 1);
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
        while (position < text.Length)
        {
            var end = RecordEnd(text, position, delimiter, out var isQuoted);
            if (end < 0)
            {
                if (!isAtEnd) break;
                if (isQuoted) throw Unterminated(rowsBefore + Rows + records + 1);
                end = text.Length;
            }
            if (!IsBlank(text[position..end])) records++;
            position = Math.Min(end + 1, text.Length);
        }
        return (position, records);
    }

    /// <summary>Index of the line feed that ends the record at <paramref name="start"/>, or −1.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">First byte of the record.</param>
    /// <param name="delimiter">Field separator; null when the format has no quotes.</param>
    /// <param name="isQuoted">True when −1 is returned and a quote is open at the end of the text.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static int RecordEnd(ReadOnlySpan<byte> text, int start, byte? delimiter, out bool isQuoted)
    {
        isQuoted = false;
        if (delimiter is not { } separator)
        {
            var end = text[start..].IndexOf((byte)'\n');
            return end < 0 ? -1 : start + end;
        }
        var position = start;
        while (true)
        {
            var found = text[position..].IndexOfAny((byte)'\n', (byte)'"');
            if (found < 0) return -1;
            position += found;
            if (text[position] == '\n') return position;
            var opens = position == start || text[position - 1] == separator;
            position++;
            if (!opens) continue;
            position = QuotedEnd(text, position);
            if (position >= 0) continue;
            isQuoted = true;
            return -1;
        }
    }

    /// <summary>One past the quote that closes the quoted text at <paramref name="position"/>, or −1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int QuotedEnd(ReadOnlySpan<byte> text, int position)
    {
        while (true)
        {
            var quote = text[position..].IndexOf((byte)'"');
            if (quote < 0) return -1;
            position += quote + 1;
            if (position >= text.Length || text[position] != '"') return position;
            position++;
        }
    }

    internal static bool IsBlank(ReadOnlySpan<byte> line) => line.IsEmpty || (line.Length == 1 && line[0] == '\r');

    internal static ReadOnlySpan<byte> TrimReturn(ReadOnlySpan<byte> line) => line is [.., (byte)'\r'] ? line[..^1] : line;

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
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{inputName}' is damaged or truncated gzip (after row {rowsBefore + Rows}): {e.Message}", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{inputName}' has bytes that its text encoding does not allow (after row {rowsBefore + Rows}): {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new ShardyFusionException(ErrorKind.InputInvalid, $"'{inputName}' cannot be read on (after row {rowsBefore + Rows}): {e.Message}", e);
        }
    }

    ShardyFusionException Unterminated(long row) => new(ErrorKind.InputInvalid,
        row == 0 ? $"A quote in the header of '{inputName}' is never closed." : $"A quote in row {row} of '{inputName}' is never closed.");

    ShardyFusionException TooLong(long row) => new(ErrorKind.InputInvalid,
        $"Row {row} of '{inputName}' is longer than {MaxRecordBytes >> 20} MiB; most likely a quote in it is never closed.");
}
