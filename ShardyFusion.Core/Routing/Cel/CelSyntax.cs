namespace ShardyFusion.Routing.Cel;

/// <summary>A parsed expression, before its types are known. At most <see cref="CelLimits.Depth"/> deep.</summary>
abstract record CelSyntax(CelPosition At)
{
    /// <summary>How many levels it has, itself included.</summary>
    public int Levels { get; init; } = 1;
}

/// <summary>A number, truth value, text or bytes; the value is a long, ulong, double, bool or byte[] (text as UTF-8).</summary>
sealed record CelLiteral(CelPosition At, CelType Type, object Value) : CelSyntax(At);

/// <summary>The word <c>null</c>.</summary>
sealed record CelNull(CelPosition At) : CelSyntax(At);

/// <summary>A name: a column or a variable of a macro.</summary>
sealed record CelIdentifier(CelPosition At, string Name) : CelSyntax(At);

/// <summary>A field of something.</summary>
sealed record CelSelect(CelPosition At, CelSyntax Operand, string Field) : CelSyntax(At);

/// <summary>A function, or a method when it has a target.</summary>
sealed record CelCall(CelPosition At, CelSyntax? Target, string Name, IReadOnlyList<CelSyntax> Arguments) : CelSyntax(At);

/// <summary>An operator: <c>! -</c> with one operand, <c>?:</c> with three, <c>&amp;&amp; ||</c> with two or more, <c>[]</c> and all
/// others with two.</summary>
sealed record CelOperation(CelPosition At, string Operator, IReadOnlyList<CelSyntax> Operands) : CelSyntax(At);

/// <summary>A list, element by element.</summary>
sealed record CelListSyntax(CelPosition At, IReadOnlyList<CelSyntax> Elements) : CelSyntax(At);

/// <summary>A map, entry by entry.</summary>
sealed record CelMapSyntax(CelPosition At, IReadOnlyList<(CelSyntax Key, CelSyntax Value)> Entries) : CelSyntax(At);
