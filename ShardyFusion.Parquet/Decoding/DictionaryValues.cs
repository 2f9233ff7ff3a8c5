using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Decoding;

/// <summary>Values that are named by their number in a dictionary.</summary>
sealed class DictionaryValues : ValueDecoder
{
    readonly int[] indices = new int[ValueBatch.Capacity];
    readonly ValueDictionary dictionary;
    readonly bool isNumber;
    readonly RunLengthReader runs;

    public DictionaryValues(ArraySegment<byte> bytes, ValueDictionary dictionary, bool isNumber)
    {
        (this.dictionary, this.isNumber) = (dictionary, isNumber);
        var bits = bytes.Count > 0 ? bytes[0] : 0;
        if (bits > 32) throw new DamageException($"its numbers of dictionary values have {bits} bits");
        runs = new RunLengthReader(bytes.Count > 0 ? bytes[1..] : bytes, bits);
    }

    public override int Fill(ValueBatch batch)
    {
        var count = runs.Read(indices);
        if (count == 0) throw TooFew();
        for (var i = 0; i < count; i++)
            if ((uint)indices[i] >= (uint)dictionary.Count)
                throw new DamageException($"it names value {(uint)indices[i]} of a dictionary of {dictionary.Count}");
        if (isNumber)
        {
            var numbers = dictionary.Numbers;
            for (var i = 0; i < count; i++) batch.Numbers[i] = numbers[indices[i]];
        }
        else
        {
            var ranges = dictionary.Ranges;
            for (var i = 0; i < count; i++) batch.Ranges[i] = ranges[indices[i]];
            batch.Bytes = dictionary.Bytes;
        }
        return count;
    }
}
