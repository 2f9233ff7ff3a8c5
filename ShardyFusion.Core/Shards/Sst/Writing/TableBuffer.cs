using System.Buffers;
using System.Runtime.CompilerServices;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>A byte array that grows; the position is public because the hot code writes behind it directly.</summary>
/// <remarks>The array is from the shared pool: a build makes thousands of tables, one after another.</remarks>
sealed class TableBuffer(int capacity) : IDisposable
{
    public byte[] Bytes = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes in use.</summary>
    public int Length;

    public Span<byte> Written => Bytes.AsSpan(0, Length);

    /// <summary>Makes sure that <paramref name="more"/> bytes can be written behind <see cref="Length"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Reserve(int more)
    {
        if (more > Bytes.Length - Length)
            Grow(more);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void Grow(int more)
    {
        var wanted = Math.Max((long)Length + more, Bytes.Length * 2L);
        var bytes = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(wanted, 1024), Array.MaxLength));
        Written.CopyTo(bytes);
        ArrayPool<byte>.Shared.Return(Bytes);
        Bytes = bytes;
    }

    public void Append(ReadOnlySpan<byte> source)
    {
        Reserve(source.Length);
        source.CopyTo(Bytes.AsSpan(Length));
        Length += source.Length;
    }

    public void AppendVarint(ulong value)
    {
        Reserve(Varint.MaxLength64);
        Length += Varint.Write(Bytes.AsSpan(Length), value);
    }

    public void AppendFixed32(uint value)
    {
        Reserve(4);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(Bytes.AsSpan(Length), value);
        Length += 4;
    }

    /// <summary>Drops the first bytes and moves the rest to the front.</summary>
    public void RemoveFront(int count)
    {
        Bytes.AsSpan(count, Length - count).CopyTo(Bytes);
        Length -= count;
    }

    /// <summary>Gives the array back; nobody may use it any more.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(Bytes);
        Bytes = [];
        Length = 0;
    }
}
