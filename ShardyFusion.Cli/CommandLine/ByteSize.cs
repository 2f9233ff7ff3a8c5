using System.CommandLine.Parsing;
using System.Globalization;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>Sizes as people write them: 1000000, 64KB, 512MiB.</summary>
static class ByteSize
{
    static readonly (string Suffix, long Factor)[] Units =
    [
        ("KIB", 1L << 10), ("MIB", 1L << 20), ("GIB", 1L << 30), ("TIB", 1L << 40),
        ("KB", 1L << 10), ("MB", 1L << 20), ("GB", 1L << 30), ("TB", 1L << 40), ("B", 1),
    ];

    /// <summary>Parses a size; KB and KiB both mean 1,024 bytes, as in PowerShell.</summary>
    public static long? Parse(ArgumentResult result)
    {
        var word = result.Tokens.Count > 0 ? result.Tokens[0].Value.Trim() : "";
        var (suffix, factor) = Units.FirstOrDefault(u => word.EndsWith(u.Suffix, StringComparison.OrdinalIgnoreCase), ("", 1));
        if (decimal.TryParse(word[..^suffix.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * factor <= long.MaxValue)
            return (long)(number * factor);
        result.AddError($"'{word}' is not a size; write 1000000, 64KB or 512MiB.");
        return null;
    }
}
