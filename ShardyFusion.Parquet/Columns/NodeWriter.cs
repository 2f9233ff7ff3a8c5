using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Columns;

/// <summary>Writes a column of the row at which its cursors stand as JSON, and leaves them behind it. For one thread.</summary>
abstract class NodeWriter
{
    protected NodeWriter(SchemaNode node) => Node = node;

    /// <summary>The first of the cursors below: it shows what is there.</summary>
    public abstract LeafCursor First { get; }

    protected SchemaNode Node { get; }

    /// <summary>Makes the writer of a part and all below it.</summary>
    /// <param name="node">The part.</param>
    /// <param name="open">Opens the cursor of a leaf.</param>
    public static NodeWriter Of(SchemaNode node, Func<int, LeafCursor> open) => node.Shape switch
    {
        NodeShape.Value => new ValueWriter(node, open(node.Leaf)),
        NodeShape.Structure => new StructureWriter(node, [.. node.Children.Select(child => Of(child, open))]),
        NodeShape.List => new ListWriter(node, Of(node.Children[0], open)),
        _ => new MapWriter(node, new ValueWriter(node.Children[0], open(node.Children[0].Leaf)), Of(node.Children[1], open)),
    };

    /// <summary>Writes the part.</summary>
    /// <exception cref="ValueFault">A value has no JSON form; the cursors are somewhere within the row then.</exception>
    public abstract void Write(SortedJsonWriter json);

    /// <summary>Passes over the one entry that all cursors have for a part that is not there.</summary>
    public abstract void Pass();
}
