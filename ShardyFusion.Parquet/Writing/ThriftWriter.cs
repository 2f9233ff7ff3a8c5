using System.Buffers;
using System.Text;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Writing;

/// <summary>Writes Thrift's compact protocol. For one thread.</summary>
sealed class ThriftWriter(ArrayBufferWriter<byte> output)
{
    readonly Stack<int> fields = new();
    int last;

    public void BeginStruct()
    {
        fields.Push(last);
        last = 0;
    }

    public void EndStruct()
    {
        Byte(0);
        last = fields.Pop();
    }

    /// <summary>Begins a field that is a structure.</summary>
    public void BeginStruct(int field)
    {
        Head(field, ThriftType.Struct);
        BeginStruct();
    }

    public void Int32(int field, int value)
    {
        Head(field, ThriftType.I32);
        ZigZag(value);
    }

    public void Int64(int field, long value)
    {
        Head(field, ThriftType.I64);
        ZigZag(value);
    }

    public void Text(int field, string value)
    {
        Head(field, ThriftType.Binary);
        Text(value);
    }

    /// <summary>Begins a field that is a list; its elements follow.</summary>
    public void BeginList(int field, ThriftType type, int count)
    {
        Head(field, ThriftType.List);
        if (count < 15)
        {
            Byte((byte)(count << 4 | (int)type));
            return;
        }
        Byte((byte)(0xf0 | (int)type));
        Varint((ulong)count);
    }

    /// <summary>A text as an element.</summary>
    public void Text(string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        Varint((ulong)bytes.Length);
        output.Write(bytes);
    }

    /// <summary>An integer as an element.</summary>
    public void ZigZag(long value) => Varint((ulong)((value << 1) ^ (value >> 63)));

    void Head(int field, ThriftType type)
    {
        if (field - last is > 0 and < 16 and var delta)
        {
            Byte((byte)(delta << 4 | (int)type));
        }
        else
        {
            Byte((byte)type);
            ZigZag(field);
        }
        last = field;
    }

    void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7) Byte((byte)(value | 0x80));
        Byte((byte)value);
    }

    void Byte(byte value)
    {
        output.GetSpan(1)[0] = value;
        output.Advance(1);
    }
}
