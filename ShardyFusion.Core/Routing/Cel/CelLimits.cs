namespace ShardyFusion.Routing.Cel;

/// <summary>Bounds of an expression's length and depth. Both are those of the reference evaluator, so that what is published here can be
/// evaluated there.</summary>
static class CelLimits
{
    /// <summary>Deepest expression, in levels.</summary>
    public const int Depth = 32;

    /// <summary>Longest expression, in code points.</summary>
    public const int CodePoints = 100_000;

    /// <summary>Said of an expression with more than <see cref="Depth"/> levels.</summary>
    public static string TooDeepReason =>
        $"it is more than {Depth} levels deep; use && and ||, 'in' with a list, or boundaries, which do not nest";

    /// <exception cref="CelExpressionException">Too long, or not Unicode text.</exception>
    public static void Check(string text)
    {
        var codePoints = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) i++;
            else if (char.IsSurrogate(text[i]))
                throw CelExpressionException.Invalid(PositionAt(text, i), "it holds half a character, an unpaired surrogate");
            if (++codePoints > CodePoints)
                throw CelExpressionException.Invalid(PositionAt(text, i), $"it is longer than {CodePoints} characters");
        }
    }

    static CelPosition PositionAt(ReadOnlySpan<char> text, int index)
    {
        var start = text[..index].LastIndexOf('\n') + 1;
        var column = 1;
        foreach (var character in text[start..index])
            if (!char.IsLowSurrogate(character)) column++;
        return new CelPosition(1 + text[..index].Count('\n'), column);
    }
}
