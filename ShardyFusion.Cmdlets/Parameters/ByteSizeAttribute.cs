using System.Globalization;
using System.Management.Automation;

namespace ShardyFusion.Cmdlets.Parameters;

/// <summary>Lets a size in bytes be written as text with a unit: <c>64MB</c>, <c>1.5 GiB</c>, <c>4096</c>. Units are powers of 1,024, as in
/// PowerShell.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ByteSizeAttribute : ArgumentTransformationAttribute
{
    static readonly (string Name, int Shift)[] Units =
        [("KIB", 10), ("MIB", 20), ("GIB", 30), ("TIB", 40), ("KB", 10), ("MB", 20), ("GB", 30), ("TB", 40), ("K", 10), ("M", 20),
            ("G", 30), ("T", 40), ("B", 0)];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return data is not string text ? data
            : TryParse(text, out var bytes) ? bytes
            : throw new ArgumentTransformationMetadataException(
            $"'{text}' is no size; write a number of bytes, or one with a unit such as 64MB.");
    }

    /// <summary>Reads a size.</summary>
    /// <returns>False when it is no number with at most one unit, negative, or beyond 2^63-1 bytes.</returns>
    internal static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var number = text.Trim().ToUpperInvariant();
        var shift = 0;
        foreach (var unit in Units)
        {
            if (!number.EndsWith(unit.Name, StringComparison.Ordinal)) continue;
            number = number[..^unit.Name.Length];
            shift = unit.Shift;
            break;
        }
        if (!decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
            out var amount)
            || amount > long.MaxValue >> shift)
            return false;
        bytes = (long)(amount * (1L << shift));
        return true;
    }
}
