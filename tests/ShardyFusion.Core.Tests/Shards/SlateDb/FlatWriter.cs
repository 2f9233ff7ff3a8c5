using System.Buffers.Binary;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>Writes FlatBuffers: a table is an array of fields, null where one is missing.</summary>
static class FlatWriter
{
    /// <summary>Serialises the outermost table.</summary>
    /// <param name="root">Fields: ulong, uint, ushort, byte, byte[] (bytes), object?[] (table), object?[][] (tables).</param>
    public static byte[] Write(object?[] root)
    {
        var bytes = new List<byte>(new byte[sizeof(uint)]);
        Patch(bytes, 0, WriteTable(bytes, root));
        return [.. bytes];
    }

    static int WriteTable(List<byte> bytes, object?[] fields)
    {
        var offsets = new int[fields.Length];
        var inline = sizeof(int);
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i] is not { } field)
                continue;
            offsets[i] = inline;
            inline += SizeOf(field);
        }
        var layout = bytes.Count;
        AddUInt16(bytes, sizeof(ushort) * (2 + fields.Length));
        AddUInt16(bytes, inline);
        foreach (var offset in offsets)
            AddUInt16(bytes, offset);
        var table = bytes.Count;
        bytes.AddRange(new byte[inline]);
        Patch(bytes, table, table - layout + table);
        for (var i = 0; i < fields.Length; i++)
            if (fields[i] is { } field)
                WriteField(bytes, table + offsets[i], field);
        return table;
    }

    static void WriteField(List<byte> bytes, int at, object field)
    {
        switch (field)
        {
            case ulong number: Put(bytes, at, number, sizeof(ulong)); break;
            case uint number: Put(bytes, at, number, sizeof(uint)); break;
            case ushort number: Put(bytes, at, number, sizeof(ushort)); break;
            case byte number: Put(bytes, at, number, sizeof(byte)); break;
            case byte[] content:
                Patch(bytes, at, bytes.Count);
                AddUInt32(bytes, content.Length);
                bytes.AddRange(content);
                break;
            case object?[][] tables:
                Patch(bytes, at, bytes.Count);
                AddUInt32(bytes, tables.Length);
                var first = bytes.Count;
                bytes.AddRange(new byte[sizeof(uint) * tables.Length]);
                for (var i = 0; i < tables.Length; i++)
                    Patch(bytes, first + sizeof(uint) * i, WriteTable(bytes, tables[i]));
                break;
            case object?[] table: Patch(bytes, at, WriteTable(bytes, table)); break;
            default: throw new ArgumentException($"A field cannot be {field.GetType()}.");
        }
    }

    static int SizeOf(object field) =>
        field switch { ulong => sizeof(ulong), ushort => sizeof(ushort), byte => sizeof(byte), _ => sizeof(uint) };

    // Offsets count from where they lie.
    static void Patch(List<byte> bytes, int at, int target) => Put(bytes, at, (uint)(target - at), sizeof(uint));

    static void Put(List<byte> bytes, int at, ulong number, int size)
    {
        for (var i = 0; i < size; i++)
            bytes[at + i] = (byte)(number >> (8 * i));
    }

    static void AddUInt16(List<byte> bytes, int number) => Add(bytes, (uint)number, sizeof(ushort));

    static void AddUInt32(List<byte> bytes, int number) => Add(bytes, (uint)number, sizeof(uint));

    static void Add(List<byte> bytes, uint number, int size)
    {
        Span<byte> buffer = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(buffer, number);
        bytes.AddRange(buffer[..size]);
    }
}
