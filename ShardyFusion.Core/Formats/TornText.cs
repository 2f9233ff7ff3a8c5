using System.Globalization;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Formats;

/// <summary>Signs that the text of a manifest without a checksum was cut: whoever writes one ends the last line, and gives every shard the
/// same fields.</summary>
static class TornText
{
    /// <returns>The field where it ends, and how that shows; null when nothing does.</returns>
    public static (string Field, string Problem)? FirstFault(ReadOnlySpan<byte> content, YamlMapping root)
    {
        var text = content.TrimStart(" \t\r\n"u8);
        if (!text.StartsWith("{"u8) && !text.EndsWith("\n"u8))
            return ("", "it ends in the middle of a line, so it was cut");
        if (root.Fields["shards"] is not YamlSequence { Items: [YamlMapping first, .., YamlMapping last] items })
            return null;
        return Missing(first, last) is { } field ? (string.Create(CultureInfo.InvariantCulture, $"shards[{items.Count - 1}].{field}"),
            "it is missing, though other shards have it: the text was cut") : null;
    }

    static string? Missing(YamlMapping model, YamlMapping other)
    {
        foreach (var (name, value) in model.Fields)
        {
            if (!other.Fields.TryGetValue(name, out var found))
                return name;
            if (value is YamlMapping inner && found is YamlMapping otherInner && Missing(inner, otherInner) is { } deeper)
                return $"{name}.{deeper}";
        }
        return null;
    }
}
