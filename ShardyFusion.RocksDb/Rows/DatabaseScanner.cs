using System.Buffers;
using System.Buffers.Binary;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.RocksDb.Databases;

namespace ShardyFusion.RocksDb.Rows;

/// <summary>Puts rows into chunks: for each row the lengths of key and value, 4 bytes each, and both. Not thread-safe.</summary>
/// <param name="rows">The rows.</param>
/// <param name="rowsBefore">Rows of the build before these.</param>
sealed class DatabaseScanner(RowCursor rows, long rowsBefore)
{
    /// <summary>Of one row's lengths.</summary>
    internal const int HeadBytes = 2 * sizeof(int);

    /// <summary>Large enough that hand-over costs nothing, small enough to stay in a core's cache.</summary>
    const int ChunkBytes = 512 << 10;

    int chunkIndex;

    /// <summary>Bytes at the end of each value that do not belong to it.</summary>
    public int CutBytes { get; init; }

    /// <summary>Rows so far.</summary>
    public long Rows { get; private set; }

    /// <summary>The next chunk; null after the last row.</summary>
    /// <exception cref="ShardyFusionException">The rows cannot be read, or one lacks the bytes that are to be cut off.</exception>
    public RecordChunk? Next(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!rows.HasRow) return null;
        var firstRow = rowsBefore + Rows + 1;
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        var end = 0;
        try
        {
            for (; rows.HasRow; rows.Next())
            {
                var key = rows.Key;
                var value = Cut(rows.Value);
                var length = HeadBytes + key.Length + value.Length;
                if (length > buffer.Length - end)
                {
                    if (end > 0) break;
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = ArrayPool<byte>.Shared.Rent(length);
                }
                var place = buffer.AsSpan(end);
                BinaryPrimitives.WriteInt32LittleEndian(place, key.Length);
                BinaryPrimitives.WriteInt32LittleEndian(place[sizeof(int)..], value.Length);
                key.CopyTo(place[HeadBytes..]);
                value.CopyTo(place[(HeadBytes + key.Length)..]);
                end += length;
                Rows++;
            }
            return new RecordChunk(buffer, end, chunkIndex++, firstRow, 0);
        }
        catch
        {
            ArrayPool<byte>.Shared.Return(buffer);
            throw;
        }
    }

    ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> value) => value.Length >= CutBytes ? value[..^CutBytes]
        : throw new ShardyFusionException(ErrorKind.InputInvalid,
            $"The value of key {Convert.ToHexString(rows.Key)} (hex) has {value.Length} bytes, no room for the time that a database with a "
                + "time to live puts there.");
}
