using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>Values of bytes one after another, behind all their lengths as differences.</summary>
sealed class DeltaLengths : ValueDecoder
{
    readonly long[] lengths = new long[ValueBatch.Capacity];
    readonly DeltaReader reader;
    readonly byte[] buffer;
    readonly int end;
    int position;

    public DeltaLengths(ArraySegment<byte> bytes, int most)
    {
        buffer = bytes.Array ?? [];
        end = bytes.Offset + bytes.Count;
        reader = new DeltaReader(bytes, most);
        position = EndOf(bytes, most);
    }

    /// <summary>Where differences end that are followed by something else.</summary>
    public static int EndOf(ArraySegment<byte> bytes, int most)
    {
        var passed = new DeltaReader(bytes, most);
        Span<long> skipped = stackalloc long[256];
        while (passed.Read(skipped) > 0)
        {
        }
        return passed.End();
    }

    public override int Fill(ValueBatch batch)
    {
        batch.Bytes = buffer;
        var count = reader.Read(lengths);
        for (var i = 0; i < count; i++)
        {
            if (lengths[i] < 0 || lengths[i] > end - position)
                throw new DamageException($"a value says that it has {lengths[i]} bytes, and {end - position} are left");
            batch.Ranges[i] = new ByteRange(position, (int)lengths[i]);
            position += (int)lengths[i];
        }
        return count > 0 ? count : throw TooFew();
    }
}
