using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ShardyFusion.Figures;

/// <summary>Sizes in bytes as people write them: <c>4096</c>, <c>64M</c>, <c>64MB</c>, <c>1.5 GiB</c>. Stateless.</summary>
/// <remarks>Every unit is a power of 1,024, as PowerShell's own <c>64MB</c> is.</remarks>
static class SizeText
{
    internal const string Units = "KMGT";

    /// <summary>Reads a size.</summary>
    /// <param name="text">As written; white space around the number does not count, nor do capitals.</param>
    /// <param name="bytes">0..2^63-1; a fraction of a byte is dropped.</param>
    /// <param name="fault">The sentence that says what is wrong; null when nothing is.</param>
    /// <returns>False when it is not a size, or too large for one.</returns>
    public static bool TryParse(string text, out long bytes, [NotNullWhen(false)] out string? fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        bytes = 0;
        var (number, shift) = Split(text.Trim().ToUpperInvariant());
        fault = $"'{text}' is not a size. Use bytes, or 64KiB, 512MiB, 20GiB.";
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
            out var rough) || double.IsNaN(rough)) return false;
        fault = $"'{text}' is too large: a size is below 8,388,608 TiB.";
        // What is near 2^63 is counted exactly; beyond, a decimal would overflow.
        if (rough * (1L << shift) > 1e19) return false;
        var exact = decimal.Parse(number, NumberStyles.Number, CultureInfo.InvariantCulture) * (1L << shift);
        if (exact > long.MaxValue) return false;
        bytes = (long)exact;
        fault = null;
        return true;
    }

    static (string Number, int Shift) Split(string text)
    {
        var number = text.EndsWith("IB", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('B') ? text[..^1] : text;
        var unit = number.Length > 0 ? Units.IndexOf(number[^1], StringComparison.Ordinal) : -1;
        if (unit >= 0) return (number[..^1], 10 * (unit + 1));
        // "7iB" has no unit that the i could belong to.
        return (text.EndsWith("IB", StringComparison.Ordinal) ? text : number, 0);
    }
}
