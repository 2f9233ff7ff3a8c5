using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Figures;

namespace ShardyFusion.Publishing.Guards;

/// <summary>A limit of rows: a number of them, or a share in percent. Immutable.</summary>
public sealed record RowLimit
{
    RowLimit(long? rows, double? percent) => (Rows, Percent) = (rows, percent);

    /// <summary>Rows; null for a share.</summary>
    public long? Rows { get; }

    /// <summary>Per cent; null for a number.</summary>
    public double? Percent { get; }

    /// <summary>So many rows.</summary>
    public static RowLimit OfRows(long rows) => new(rows, null);

    /// <summary>A share in percent.</summary>
    public static RowLimit OfPercent(double percent) => new(null, percent);

    /// <summary>Reads <c>500</c> or <c>2.5%</c>.</summary>
    /// <param name="text">As written; null for none.</param>
    /// <param name="option">The option's name, for the message.</param>
    /// <returns>Null for null.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: neither of the two, or negative.</exception>
    public static RowLimit? Parse(string? text, string option)
    {
        if (text is null) return null;
        var bare = text.Trim();
        if (bare.EndsWith('%') && TryReadPercent(bare, out var percent)) return OfPercent(percent);
        if (long.TryParse(bare, NumberStyles.None, CultureInfo.InvariantCulture, out var rows)) return OfRows(rows);
        throw new ShardyFusionException(ErrorKind.ConfigValidation,
            $"{option} is '{text}'; it must be a number of rows or a share such as 2.5%.")
        {
            Target = text,
        };
    }

    /// <summary>Reads a share alone, <c>2.5%</c> or <c>2.5</c>.</summary>
    /// <inheritdoc cref="Parse"/>
    public static double? ParsePercent(string? text, string option) => text is null ? null : TryReadPercent(text.Trim(), out var percent)
        ? percent
        : throw new ShardyFusionException(ErrorKind.ConfigValidation, $"{option} is '{text}'; it must be a share such as 2.5%.")
        {
            Target =
        text
        };

    static bool TryReadPercent(string text, out double percent) =>
        double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture,
            out percent) && double.IsFinite(percent);

    /// <summary>True when so many rows of a total are allowed.</summary>
    public bool Allows(long rows, long total) => Rows is { } limit ? rows <= limit : rows * 100.0 <= Percent!.Value * total;

    /// <summary>As it is written.</summary>
    public override string ToString() => Rows is { } rows ? ReadableText.Plural(rows, "row")
        : string.Create(CultureInfo.InvariantCulture, $"{Percent:0.###} %");
}
