namespace ShardyFusion.Routing.Cel.Nodes;

// Texts are UTF-8, and UTF-8 orders like code points and splits only between them: bytes are all these need to look at.

readonly struct TextEqual : ICelOperator<CelText, bool>
{
    public static CelFault? Apply(CelText left, CelText right, out bool result)
    {
        result = left.SequenceEqual(right);
        return null;
    }
}

readonly struct TextNotEqual : ICelOperator<CelText, bool>
{
    public static CelFault? Apply(CelText left, CelText right, out bool result)
    {
        result = !left.SequenceEqual(right);
        return null;
    }
}

readonly struct TextLess : ICelOperator<CelText, bool>
{
    public static CelFault? Apply(CelText left, CelText right, out bool result)
    {
        result = left.SequenceCompareTo(right) < 0;
        return null;
    }
}

readonly struct TextLessOrEqual : ICelOperator<CelText, bool>
{
    public static CelFault? Apply(CelText left, CelText right, out bool result)
    {
        result = left.SequenceCompareTo(right) <= 0;
        return null;
    }
}

readonly struct StartsWith : ICelOperator<CelText, bool>
{
    public static CelFault? Apply(CelText left, CelText right, out bool result)
    {
        result = left.StartsWith(right);
        return null;
    }
}

readonly struct EndsWith : ICelOperator<CelText, bool>
{
    public static CelFault? Apply(CelText left, CelText right, out bool result)
    {
        result = left.EndsWith(right);
        return null;
    }
}

readonly struct Contains : ICelOperator<CelText, bool>
{
    public static CelFault? Apply(CelText left, CelText right, out bool result)
    {
        result = left.IndexOf(right) >= 0;
        return null;
    }
}

/// <summary>Texts or bytes one after another.</summary>
sealed class CelConcatenation(CelType type, CelNode<CelText>[] parts) : CelNode<CelText>(type)
{
    /// <summary>The parts of a node that is one, or the node itself.</summary>
    public static IEnumerable<CelNode<CelText>> PartsOf(CelNode<CelText> node) =>
        node is CelConcatenation concatenation ? concatenation.Parts : [node];

    CelNode<CelText>[] Parts => parts;

    public override long Steps => 1 + parts.Sum(part => part.Steps);

    public override bool TryEvaluate(ref CelRow row, out CelText value)
    {
        var scratch = row.Columns.Scratch;
        var begin = scratch.Position;
        value = default;
        foreach (var part in parts)
        {
            // What the part itself has written lies at this place, so that most often nothing is moved.
            var place = scratch.Position;
            if (!part.TryEvaluate(ref row, out var text)) return false;
            if (!scratch.Place(place, text)) return row.Fail(CelFault.TextTooLong);
        }
        value = scratch.From(begin);
        return true;
    }
}
