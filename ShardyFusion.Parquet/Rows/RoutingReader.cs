using System.Text;
using ShardyFusion.Parquet.Columns;
using ShardyFusion.Parquet.Format;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Parquet.Rows;

/// <summary>Reads the columns that decide where rows of one row group go. For one thread.</summary>
sealed class RoutingReader
{
    readonly (string Name, ValueWriter? Writer, NodeShape Shape, byte[]? Text)[] columns;
    int[] slots = [];

    /// <param name="picks">The columns.</param>
    /// <param name="open">Opens a leaf.</param>
    public RoutingReader(ColumnPick[] picks, Func<int, LeafCursor> open) => columns = [.. picks.Select(pick => (pick.Name,
        pick.Node is { Shape: NodeShape.Value } node ? new ValueWriter(node, open(node.Leaf)) : null, pick.Node?.Shape ?? NodeShape.Value,
        pick.Text is { } text ? Encoding.UTF8.GetBytes(text) : null))];

    /// <summary>Sets the columns of the row.</summary>
    public void Set(CelColumns room)
    {
        room.Clear();
        if (slots.Length == 0) slots = [.. columns.Select(column => room.SlotOf(column.Name))];
        for (var i = 0; i < columns.Length; i++)
        {
            var (_, writer, shape, text) = columns[i];
            if (shape != NodeShape.Value) room.Refuse(slots[i], $"a {shape.ToString().ToLowerInvariant()}");
            else if (writer is not null) Set(room, slots[i], writer);
            else if (text is not null) room.SetFromText(slots[i], text);
        }
    }

    static void Set(CelColumns room, int slot, ValueWriter writer)
    {
        var cursor = writer.First;
        if (!cursor.HasValue) return;
        switch (cursor.Type.Kind)
        {
            case ValueKind.Null: break;
            case ValueKind.Boolean: room.Set(slot, cursor.Number != 0); break;
            case ValueKind.Integer: room.Set(slot, cursor.Number); break;
            case ValueKind.Unsigned32: room.Set(slot, (uint)cursor.Number); break;
            case ValueKind.Unsigned64: room.Set(slot, (ulong)cursor.Number); break;
            case ValueKind.Float: room.Set(slot, BitConverter.Int32BitsToSingle((int)cursor.Number)); break;
            case ValueKind.Double: room.Set(slot, BitConverter.Int64BitsToDouble(cursor.Number)); break;
            case ValueKind.Text or ValueKind.Bytes: room.SetFromText(slot, cursor.Bytes); break;
            default: room.SetFromText(slot, writer.Text(out _)); break;
        }
    }
}
