namespace ShardyFusion.Parquet.Format;

/// <summary>Makes columns of the flat list in a footer.</summary>
/// <remarks>
/// Lists have had five layouts: three levels, two levels, two with a structure, with a structure of one field named "array" or like the
/// list with "_tuple", and a bare repeated field.
/// </remarks>
sealed class SchemaTree
{
    /// <summary>Values deeper than this have no JSON here.</summary>
    const int MaxDepth = 64;

    const int Optional = 1, Repeated = 2;

    readonly IReadOnlyList<SchemaElement> elements;
    readonly List<SchemaLeaf> leaves = [];
    readonly List<string> path = [];
    int next;

    SchemaTree(IReadOnlyList<SchemaElement> elements) => this.elements = elements;

    /// <exception cref="DamageException">The list is no tree.</exception>
    public static (IReadOnlyList<SchemaNode> Columns, IReadOnlyList<SchemaLeaf> Leaves) Build(IReadOnlyList<SchemaElement> elements)
    {
        var tree = new SchemaTree(elements);
        var root = tree.Take();
        var columns = tree.Fields(root, default, 0);
        if (tree.next != elements.Count) throw new DamageException("its schema has more elements than its columns account for");
        return (columns, tree.leaves);
    }

    SchemaElement Take() => next < elements.Count ? elements[next++]
        : throw new DamageException("its schema says that it has more columns than it lists");

    SchemaNode[] Fields(SchemaElement parent, Levels levels, int depth)
    {
        if (parent.Children < 0 || parent.Children > elements.Count - next)
            throw new DamageException(
                $"its schema says that '{parent.Name}' has {parent.Children} parts, and {elements.Count - next} follow");
        if (depth > MaxDepth) throw new DamageException("its schema is nested too deeply");
        var fields = new SchemaNode[parent.Children];
        for (var i = 0; i < fields.Length; i++) fields[i] = Node(levels, depth);
        return fields;
    }

    SchemaNode Node(Levels levels, int depth)
    {
        var element = Take();
        path.Add(element.Name);
        var node = element.Repetition == Repeated ? BareList(element, levels, depth)
            : Content(element, element.Repetition == Optional ? levels.Down() : levels, depth);
        path.RemoveAt(path.Count - 1);
        return node;
    }

    /// <summary>A part that is there once, or not at all.</summary>
    SchemaNode Content(SchemaElement element, Levels levels, int depth)
    {
        if (element.Physical is not null && element.Children == 0) return Value(element, levels);
        var isList = element.Logical == LogicalKinds.List || element.Converted == LogicalKinds.OldList;
        var isMap = element.Logical == LogicalKinds.Map || element.Converted is LogicalKinds.OldMap or LogicalKinds.OldMapEntry;
        if ((isList || isMap) && element.Children == 1 && next < elements.Count && elements[next].Repetition == Repeated)
            return isList ? List(element, levels, depth) : Map(element, levels, depth);
        if (element.Children == 0) throw new DamageException($"its schema has '{element.Name}' without type and parts");
        return new SchemaNode(element.Name, NodeShape.Structure)
        {
            DefinedFrom = levels.Definition,
            Children = Fields(element, levels, depth + 1),
        };
    }

    SchemaNode Value(SchemaElement element, Levels levels)
    {
        var (type, fault) = ColumnTypes.Of(element);
        leaves.Add(new SchemaLeaf(string.Join('.', path), type, levels.Definition, levels.Repetition) { Fault = fault });
        return new SchemaNode(element.Name, NodeShape.Value) { DefinedFrom = levels.Definition, Type = type, Leaf = leaves.Count - 1 };
    }

    SchemaNode BareList(SchemaElement element, Levels levels, int depth)
    {
        var within = levels.Within();
        return new SchemaNode(element.Name, NodeShape.List)
        {
            DefinedFrom = levels.Definition,
            FilledFrom = within.Definition,
            RepeatedAt = within.Repetition,
            Children = [Content(element, within, depth + 1)],
        };
    }

    SchemaNode List(SchemaElement element, Levels levels, int depth)
    {
        var repeated = Take();
        var within = levels.Within();
        path.Add(repeated.Name);
        // The middle level is the element itself where it is a value, has several fields, or is named so by old writers.
        var isElement = repeated.Children != 1 || repeated.Name == "array" || repeated.Name == element.Name + "_tuple"
            || (next < elements.Count && elements[next].Repetition == Repeated);
        var content = isElement ? Content(repeated, within, depth + 1) : Fields(repeated, within, depth + 1)[0];
        path.RemoveAt(path.Count - 1);
        return new SchemaNode(element.Name, NodeShape.List)
        {
            DefinedFrom = levels.Definition,
            FilledFrom = within.Definition,
            RepeatedAt = within.Repetition,
            Children = [content],
        };
    }

    SchemaNode Map(SchemaElement element, Levels levels, int depth)
    {
        var repeated = Take();
        var within = levels.Within();
        path.Add(repeated.Name);
        var entry = Fields(repeated, within, depth + 1);
        path.RemoveAt(path.Count - 1);
        var isMap = entry.Length == 2 && entry[0].Shape == NodeShape.Value;
        return new SchemaNode(element.Name, isMap ? NodeShape.Map : NodeShape.List)
        {
            DefinedFrom = levels.Definition,
            FilledFrom = within.Definition,
            RepeatedAt = within.Repetition,
            Children = isMap ? entry
                : [new SchemaNode(repeated.Name, NodeShape.Structure) { DefinedFrom = within.Definition, Children = entry }],
        };
    }

    readonly record struct Levels(int Definition, int Repetition)
    {
        public Levels Down() => new(Definition + 1, Repetition);

        public Levels Within() => new(Definition + 1, Repetition + 1);
    }
}
