using System.Buffers.Binary;

namespace ShardyFusion.Core.Tests.Telemetry;

/// <summary>A protobuf message taken apart by its wire format alone: written from the format's description, so that it shares no code with
/// the exporter.</summary>
sealed class ProtoMessage
{
    readonly List<(int Field, ulong Number, ReadOnlyMemory<byte> Bytes)> fields = [];

    public ProtoMessage(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var tag = Varint(ref bytes);
            var (number, content) = (0UL, ReadOnlyMemory<byte>.Empty);
            switch (tag & 7)
            {
                case 0: number = Varint(ref bytes); break;
                case 1: number = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref bytes, 8).Span); break;
                case 2: content = Take(ref bytes, checked((int)Varint(ref bytes))); break;
                case 5: number = BinaryPrimitives.ReadUInt32LittleEndian(Take(ref bytes, 4).Span); break;
                default: throw new InvalidDataException($"Wire type {tag & 7}.");
            }
            fields.Add(((int)(tag >> 3), number, content));
        }
    }

    public IEnumerable<ProtoMessage> Messages(int field) => fields.Where(f => f.Field == field).Select(f => new ProtoMessage(f.Bytes));

    /// <summary>The last message of a field, as protobuf reads one that is not repeated; null when it is not there.</summary>
    public ProtoMessage? Message(int field) => Messages(field).LastOrDefault();

    public string Text(int field) => System.Text.Encoding.UTF8.GetString(Bytes(field));

    public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

    public bool Has(int field) => fields.Exists(f => f.Field == field);

    public ulong Number(int field) => fields.LastOrDefault(f => f.Field == field).Number;

    public double Double(int field) => BitConverter.UInt64BitsToDouble(Number(field));

    ReadOnlySpan<byte> Bytes(int field) => fields.LastOrDefault(f => f.Field == field).Bytes.Span;

    static ulong Varint(ref ReadOnlyMemory<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var next = Take(ref bytes, 1).Span[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
    }

    static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> bytes, int count)
    {
        var taken = bytes[..count];
        bytes = bytes[count..];
        return taken;
    }
}
