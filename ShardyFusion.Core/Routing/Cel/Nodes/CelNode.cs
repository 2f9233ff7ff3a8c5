namespace ShardyFusion.Routing.Cel.Nodes;

/// <summary>A part of a compiled expression. Immutable; safe for concurrent callers, each with rows of its own.</summary>
abstract class CelNode(CelType type)
{
    /// <summary>The type of its value.</summary>
    public CelType Type { get; } = type;

    /// <summary>About how many steps one evaluation takes at most; loops multiply.</summary>
    public virtual long Steps => 1;
}

/// <summary>A part whose value is a long (int), ulong (uint), double, bool, or the bytes of a text.</summary>
abstract class CelNode<T>(CelType type) : CelNode(type)
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    /// <summary>Computes the value for a row.</summary>
    /// <returns>False when there is none; <see cref="CelRow.Fault"/> says why.</returns>
    public abstract bool TryEvaluate(ref CelRow row, out T value);
}
