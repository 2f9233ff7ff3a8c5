using System.Text.Unicode;
using ShardyFusion.Formats.Values;
using ShardyFusion.Parquet.Format;

namespace ShardyFusion.Parquet.Columns;

/// <summary>Writes maps as objects whose names are the keys' texts.</summary>
sealed class MapWriter(SchemaNode node, ValueWriter key, NodeWriter value) : NodeWriter(node)
{
    public override LeafCursor First => key.First;

    public override void Write(SortedJsonWriter json)
    {
        var definition = First.Definition;
        if (definition < Node.DefinedFrom)
        {
            json.Null();
            Pass();
            return;
        }
        json.StartObject();
        if (definition < Node.FilledFrom)
        {
            Pass();
        }
        else
        {
            do
            {
                WriteName(json);
                key.Pass();
                value.Write(json);
            }
            while (First.Repetition >= Node.RepeatedAt);
        }
        json.EndObject();
    }

    public override void Pass()
    {
        key.Pass();
        value.Pass();
    }

    void WriteName(SortedJsonWriter json)
    {
        if (!First.HasValue) throw new ValueFault("holds a map with a key that is null");
        switch (First.Type.Kind)
        {
            case ValueKind.Text:
                json.Name(Utf8.IsValid(First.Bytes) ? First.Bytes : throw new ValueFault("holds a key that is not UTF-8"));
                break;
            case ValueKind.Bytes: json.Name(Convert.ToBase64String(First.Bytes)); break;
            default: json.Name(key.Text(out _)); break;
        }
    }
}
