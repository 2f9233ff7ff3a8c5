using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Columns;

/// <summary>Writes lists as arrays.</summary>
sealed class ListWriter(SchemaNode node, NodeWriter element) : NodeWriter(node)
{
    public override LeafCursor First => element.First;

    public override void Write(SortedJsonWriter json)
    {
        var definition = First.Definition;
        if (definition < Node.DefinedFrom)
        {
            json.Null();
            Pass();
            return;
        }
        json.StartArray();
        if (definition < Node.FilledFrom)
        {
            Pass();
        }
        else
        {
            do element.Write(json);
            while (First.Repetition >= Node.RepeatedAt);
        }
        json.EndArray();
    }

    public override void Pass() => element.Pass();
}
