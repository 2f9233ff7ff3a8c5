using System.Text;
using System.Text.Unicode;

namespace ShardyFusion.Parquet.Format;

/// <summary>Reads Thrift's compact protocol from untrusted bytes: every length is held against what is left before it is
/// believed.</summary>
/// <remarks>Throws <see cref="DamageException"/> for anything that does not fit.</remarks>
ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    /// <summary>Structures of the format itself are at most nine deep.</summary>
    const int MaxDepth = 32;

    readonly ReadOnlySpan<byte> bytes = bytes;
    int depth;

    /// <summary>Bytes read so far.</summary>
    public int Position { get; private set; }

    /// <summary>True when the bytes ended where more were needed.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>The type of the field, list element or map value that comes next.</summary>
    public ThriftType Type { get; private set; }

    /// <summary>Begins a structure: no field was read yet.</summary>
    /// <returns>The field number to begin with.</returns>
    public int BeginStruct() => ++depth > MaxDepth ? throw new DamageException("it is nested too deeply") : 0;

    /// <summary>Goes to the next field of a structure.</summary>
    /// <param name="field">Number of the field before; becomes that of this one.</param>
    /// <returns>False at the structure's end.</returns>
    public bool NextField(ref int field)
    {
        var head = Next();
        Type = (ThriftType)(head & 15);
        if (Type == ThriftType.Stop)
        {
            depth--;
            return false;
        }
        field = head >> 4 is > 0 and var delta ? field + delta : (int)Integer();
        return true;
    }

    /// <summary>An integer of any width.</summary>
    public long Integer()
    {
        if (Type == ThriftType.Byte) return (sbyte)Next();
        var raw = Varint();
        return (long)(raw >> 1) ^ -(long)(raw & 1);
    }

    /// <summary>An integer that must fit 32 bits.</summary>
    public int Int32() => Integer() is >= int.MinValue and <= int.MaxValue and var value ? (int)value
        : throw new DamageException("a number does not fit 32 bits");

    /// <summary>A Boolean field, which has no bytes of its own.</summary>
    public bool Boolean() => Type == ThriftType.True;

    public ReadOnlySpan<byte> Binary()
    {
        var length = Varint();
        if (length > (ulong)(bytes.Length - Position)) throw CutOff();
        var value = bytes.Slice(Position, (int)length);
        Position += (int)length;
        return value;
    }

    public string Text() => Binary() is var text && Utf8.IsValid(text) ? Encoding.UTF8.GetString(text)
        : throw new DamageException("a text is not UTF-8");

    /// <summary>Begins a list or set; its elements are of <see cref="Type"/>.</summary>
    /// <returns>Their number, no more than there are bytes left.</returns>
    public int BeginList()
    {
        var head = Next();
        Type = (ThriftType)(head & 15);
        var count = head >> 4 is < 15 and var small ? (ulong)small : Varint();
        return count <= (ulong)(bytes.Length - Position) ? (int)count
            : throw new DamageException($"a list says that it has {count} elements, and {bytes.Length - Position} bytes are left");
    }

    /// <summary>Begins a list of structures.</summary>
    public int BeginStructList() => BeginList() is var count && (count == 0 || Type == ThriftType.Struct) ? count
        : throw new DamageException("a list holds something else than structures");

    /// <summary>Passes over a value of <see cref="Type"/>.</summary>
    public void Skip() => Skip(Type, isElement: false);

    void Skip(ThriftType type, bool isElement)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False: if (isElement) Next(); break;
            case ThriftType.Byte: Next(); break;
            case ThriftType.I16 or ThriftType.I32 or ThriftType.I64: Varint(); break;
            case ThriftType.Double: Pass(sizeof(double)); break;
            case ThriftType.Uuid: Pass(16); break;
            case ThriftType.Binary: Binary(); break;
            case ThriftType.Struct: SkipStruct(); break;
            case ThriftType.List or ThriftType.Set: SkipList(); break;
            case ThriftType.Map: SkipMap(); break;
            default: throw new DamageException($"a field has the unknown type {(int)type}");
        }
    }

    void SkipStruct()
    {
        var field = BeginStruct();
        while (NextField(ref field)) Skip();
    }

    void SkipList()
    {
        BeginStruct();
        var count = BeginList();
        var type = Type;
        for (var i = 0; i < count; i++) Skip(type, isElement: true);
        depth--;
    }

    void SkipMap()
    {
        BeginStruct();
        var count = Varint();
        if (count > (ulong)(bytes.Length - Position)) throw CutOff();
        var types = count > 0 ? Next() : (byte)0;
        for (var i = 0UL; i < count; i++)
        {
            Skip((ThriftType)(types >> 4), isElement: true);
            Skip((ThriftType)(types & 15), isElement: true);
        }
        depth--;
    }

    void Pass(int count)
    {
        if (count > bytes.Length - Position) throw CutOff();
        Position += count;
    }

    byte Next() => Position < bytes.Length ? bytes[Position++] : throw CutOff();

    ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Next();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
        throw new DamageException("a number has too many bytes");
    }

    DamageException CutOff()
    {
        IsCutOff = true;
        return new DamageException("it ends too early");
    }
}
