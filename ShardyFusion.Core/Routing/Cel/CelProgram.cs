using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Routing.Cel;

/// <summary>A compiled expression. Immutable; safe for concurrent callers, each with <see cref="CelColumns"/> of its own.</summary>
/// <param name="text">The expression.</param>
/// <param name="columns">The columns it may read.</param>
/// <param name="root">What computes its value.</param>
/// <param name="used">The names of the columns that it does read.</param>
/// <param name="variables">Slots that macros need beside the columns.</param>
sealed class CelProgram(string text, IReadOnlyList<CelColumn> columns, CelNode root, IReadOnlySet<string> used, int variables)
{
    /// <summary>The name of the key in every expression.</summary>
    public const string KeyName = RoutingContext.KeyName;

    /// <summary>The expression.</summary>
    public string Text { get; } = text;

    /// <summary>What computes its value.</summary>
    public CelNode Root { get; } = root;

    /// <summary>The type of its value.</summary>
    public CelType ResultType => Root.Type;

    /// <summary>The names of the columns that it reads.</summary>
    public IReadOnlySet<string> Used { get; } = used;

    /// <summary>Those of them that are not the key, in ordinal order; empty when the key alone decides.</summary>
    public IReadOnlyList<string> OtherColumns { get; } = [.. used.Where(name => name != KeyName).Order(StringComparer.Ordinal)];

    /// <summary>The type of one of them.</summary>
    public CelType TypeOf(string name) => columns.First(column => column.Name == name).Type;

    /// <summary>Columns and variables.</summary>
    public int Slots => columns.Count + variables;

    /// <summary>Room for one row's columns.</summary>
    public CelColumns CreateColumns() => new(columns, variables);
}
