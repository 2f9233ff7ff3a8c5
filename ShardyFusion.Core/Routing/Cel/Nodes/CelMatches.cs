using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace ShardyFusion.Routing.Cel.Nodes;

/// <summary><c>matches</c> with a constant pattern.</summary>
sealed class CelMatches(CelNode<CelText> text, Regex pattern) : CelNode<bool>(CelType.Bool)
{
    public override long Steps => 10 + text.Steps;

    public override bool TryEvaluate(ref CelRow row, out bool value)
    {
        value = false;
        if (!text.TryEvaluate(ref row, out var utf8)) return false;
        var characters = row.Columns.Characters(utf8.Length);
        Utf8.ToUtf16(utf8, characters, out _, out var length);
        value = pattern.IsMatch(characters[..length]);
        return true;
    }
}
