using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Routing.Cel;

/// <summary>Gives every part of an expression its type and makes it something that can be evaluated.</summary>
/// <remarks>Int, uint and double are never mixed. What is not followed is refused by name, so that everything accepted means what it means
/// elsewhere.</remarks>
sealed partial class CelCompiler
{
    /// <summary>Most steps for one row, loops counted out.</summary>
    public const long MaxSteps = 1_000_000;

    static readonly HashSet<string> typeNames =
        ["bool", "bytes", "double", "duration", "dyn", "google", "int", "list", "map", "null_type", "string", "timestamp", "type", "uint"];

    readonly IReadOnlyList<CelColumn> columns;
    readonly KeyEncoding? keyEncoding;
    readonly List<(string Name, CelType Type, int Slot)> scope = [];
    readonly HashSet<string> used = [];
    int variables;

    CelCompiler(IReadOnlyList<CelColumn> columns, KeyEncoding? keyEncoding) => (this.columns, this.keyEncoding) = (columns, keyEncoding);

    /// <summary>Compiles an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="columns">The columns it may read.</param>
    /// <param name="keyEncoding">The encoding of the key, which the column <c>key</c> is then; null when <c>key</c> is a column like
    /// others.</param>
    /// <exception cref="CelExpressionException">It is no valid expression for these columns, or not followed.</exception>
    public static CelProgram Compile(string text, IReadOnlyList<CelColumn> columns, KeyEncoding? keyEncoding)
    {
        foreach (var column in columns)
        {
            if (typeNames.Contains(column.Name))
                throw CelExpressionException.Invalid(default, $"a column cannot be named '{column.Name}', which is a type; rename it");
        }
        var compiler = new CelCompiler(columns, keyEncoding);
        var syntax = CelParsing.Parse(text);
        var root = compiler.Compile(syntax);
        if (root.Steps > MaxSteps) throw CelExpressionException.Unsupported(syntax.At, $"its loops take more than {MaxSteps} steps a row");
        return new CelProgram(text, columns, root, compiler.used, compiler.variables);
    }

    CelNode Compile(CelSyntax syntax) => syntax switch
    {
        CelLiteral literal => CelLeaves.Constant(literal),
        CelIdentifier name => Identifier(name),
        CelOperation operation => Operation(operation),
        CelCall call => Call(call),
        CelSelect select => throw Select(select),
        CelListSyntax =>
            throw CelExpressionException.Unsupported(syntax.At,
                "a list is only supported with 'in', [index], size(), exists, all and exists_one"),
        CelMapSyntax => throw CelExpressionException.Unsupported(syntax.At, "a map is only supported with 'in', [key] and size()"),
        _ => throw CelExpressionException.Unsupported(syntax.At, "null is not supported"),
    };

    static bool IsConstant(CelNode node) =>
        node is CelConstant<long> or CelConstant<ulong> or CelConstant<double> or CelConstant<bool> or CelTextConstant;

    CelNode Identifier(CelIdentifier name)
    {
        for (var i = scope.Count - 1; i >= 0; i--)
            if (scope[i].Name == name.Name) return CelLeaves.Column(scope[i].Type, scope[i].Slot);
        for (var slot = 0; slot < columns.Count; slot++)
        {
            if (columns[slot].Name != name.Name) continue;
            used.Add(name.Name);
            return name.Name == CelProgram.KeyName && keyEncoding is { } encoding ? CelLeaves.Key(columns[slot].Type, encoding, name.At)
                : CelLeaves.Column(columns[slot].Type, slot);
        }
        throw typeNames.Contains(name.Name)
            ? CelExpressionException.Unsupported(name.At, $"the type '{name.Name}' as a value is not supported")
            : CelExpressionException.Invalid(name.At, $"there is no column '{name.Name}'{Instead(name.Name)}");
    }

    string Instead(string name)
    {
        if (name is "True" or "False" or "TRUE" or "FALSE") return $"; write {name.ToLowerInvariant()}";
        var near = columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Name;
        if (near is not null) return $"; the column is '{near}'";
        return columns.Count == 0 ? "; no columns are declared"
            : $"; declared are {string.Join(", ", columns.Select(column => $"'{column.Name}'"))}";
    }

    CelExpressionException Select(CelSelect select)
    {
        if (select.Operand is CelMapSyntax)
            return CelExpressionException.Unsupported(select.At, $"fields of maps are not supported; write ['{select.Field}']");
        if (select.Operand is CelIdentifier { Name: "google" } or CelSelect)
            return CelExpressionException.Unsupported(select.At, "messages are not supported");
        var operand = Compile(select.Operand);
        return CelExpressionException.Invalid(select.At, $"a value of type {operand.Type.StorageName()} has no fields");
    }

    CelNode<T> As<T>(CelSyntax syntax, CelType type, string where)
#if NET9_0_OR_GREATER
        where T : allows ref struct
#endif
    {
        var node = Compile(syntax);
        return node.Type == type
            ? (CelNode<T>)node
            : throw CelExpressionException.Invalid(syntax.At,
                $"{where} must be {type.StorageName()}, not {node.Type.StorageName()}{CelTypeAdvice.For(type, node.Type)}");
    }
}
