namespace ShardyFusion.Routing.Cel.Nodes;

/// <summary>A number or truth value that is the same for every row.</summary>
sealed class CelConstant<T>(CelType type, T value) : CelNode<T>(type) where T : struct
{
    public T Value { get; } = value;

    public override bool TryEvaluate(ref CelRow row, out T value)
    {
        value = Value;
        return true;
    }
}

/// <summary>A text that is the same for every row.</summary>
sealed class CelTextConstant(CelType type, byte[] value) : CelNode<CelText>(type)
{
    public byte[] Value { get; } = value;

    public override bool TryEvaluate(ref CelRow row, out CelText value)
    {
        value = Value;
        return true;
    }
}
