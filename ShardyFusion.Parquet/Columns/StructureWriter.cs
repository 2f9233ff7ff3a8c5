using System.Text;
using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Columns;

/// <summary>Writes structures as objects.</summary>
sealed class StructureWriter(SchemaNode node, NodeWriter[] fields) : NodeWriter(node)
{
    readonly byte[][] names = [.. node.Children.Select(child => Encoding.UTF8.GetBytes(child.Name))];

    public override LeafCursor First => fields[0].First;

    public override void Write(SortedJsonWriter json)
    {
        if (First.Definition < Node.DefinedFrom)
        {
            json.Null();
            Pass();
            return;
        }
        json.StartObject();
        for (var i = 0; i < fields.Length; i++)
        {
            json.Name(names[i]);
            fields[i].Write(json);
        }
        json.EndObject();
    }

    public override void Pass()
    {
        foreach (var field in fields) field.Pass();
    }
}
