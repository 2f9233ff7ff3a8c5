using ShardyFusion.Parquet.Format;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>Values of bytes, each with how much of the value before it begins with, and the rest.</summary>
sealed class DeltaBytes : ValueDecoder
{
    /// <summary>A batch of long values ends early: few stored bytes can stand for very many.</summary>
    const int EnoughBytes = 1 << 20;

    readonly DeltaReader prefixes;
    readonly DeltaLengths suffixes;
    readonly ValueBatch rest = new();
    readonly long[] prefix = new long[1];
    byte[] values = [], before = [];
    int beforeLength, restIndex, restCount;

    public DeltaBytes(ArraySegment<byte> bytes, int most)
    {
        prefixes = new DeltaReader(bytes, most);
        suffixes = new DeltaLengths(bytes[(DeltaLengths.EndOf(bytes, most) - bytes.Offset)..], most);
    }

    public override int Fill(ValueBatch batch)
    {
        int count = 0, length = 0;
        for (; count < ValueBatch.Capacity && length < EnoughBytes && prefixes.Read(prefix) > 0; count++)
        {
            if (restIndex == restCount) (restIndex, restCount) = (0, suffixes.Fill(rest));
            var suffix = rest.Ranges[restIndex++];
            if (prefix[0] < 0 || prefix[0] > beforeLength)
                throw new DamageException($"a value begins with {prefix[0]} bytes of the one before it, which has {beforeLength}");
            var whole = (int)prefix[0] + suffix.Length;
            PageCodec.MakeRoom(ref values, length + whole, length);
            before.AsSpan(0, (int)prefix[0]).CopyTo(values.AsSpan(length));
            rest.Bytes.AsSpan(suffix.Start, suffix.Length).CopyTo(values.AsSpan(length + (int)prefix[0]));
            PageCodec.MakeRoom(ref before, whole, 0);
            values.AsSpan(length, whole).CopyTo(before);
            beforeLength = whole;
            batch.Ranges[count] = new ByteRange(length, whole);
            length += whole;
        }
        batch.Bytes = values;
        return count > 0 ? count : throw TooFew();
    }
}
