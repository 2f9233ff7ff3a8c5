using System.Globalization;

namespace ShardyFusion.Reporting;

/// <summary>One column of a chart.</summary>
/// <param name="Value">Its height, at least 0; null draws a gap.</param>
/// <param name="Label">Told when someone points at it.</param>
/// <param name="Look">Class that says how it looks.</param>
sealed record ChartColumn(double? Value, string Label, string Look)
{
    /// <summary>Height of a second, stronger column before it; null for none.</summary>
    public double? Inner { get; init; }
    /// <summary>Class of a mark under the axis; null for none.</summary>
    public string? Mark { get; init; }
}

/// <summary>Columns over a common axis as inline SVG. All lettering is HTML beside it, so that the columns may be stretched to any
/// width.</summary>
sealed record ColumnChart
{
    const int SlotWidth = 10, Height = 100, MarkTop = 104, MarkHeight = 8;

    /// <summary>Unique in the page.</summary>
    public required string Id { get; init; }
    public required string Title { get; init; }
    /// <summary>What is to be seen in it, for those who do not see it.</summary>
    public required string Description { get; init; }
    public required IReadOnlyList<ChartColumn> Columns { get; init; }
    /// <summary>Letters the axis above 0.</summary>
    public required Func<double, string> Scale { get; init; }
    /// <summary>Under the first and the last column.</summary>
    public required (string First, string Last) Ends { get; init; }
    /// <summary>A line across, as for the average; null for none.</summary>
    public double? Line { get; init; }
    /// <summary>What the looks mean: class and words.</summary>
    public IReadOnlyList<(string Look, string Meaning)> Legend { get; init; } = [];

    public void Write(HtmlWriter html)
    {
        var top = NiceTop(Columns.Max(column => column.Value) ?? 0);
        var hasMarks = Columns.Any(column => column.Mark is not null);
        using var figure = html.In("figure", ("class", "chart"));
        html.Element("figcaption", Title);
        // A few columns do not become as wide as the page.
        using (html.In("div", ("class", hasMarks ? "plot marked" : "plot"), ("style", Invariant($"--slots:{Columns.Count}"))))
        {
            using (html.In("div", ("class", "y"), ("aria-hidden", "true")))
                foreach (var step in new[] { top, top / 2, 0 }) html.Element("span", step == 0 ? "0" : Scale(step));
            using (html.In("svg", ("id", Id), ("role", "img"), ("aria-labelledby", $"{Id}-title {Id}-desc"),
                ("preserveAspectRatio", "none"),
                ("viewBox", Invariant($"0 0 {Columns.Count * SlotWidth} {(hasMarks ? MarkTop + MarkHeight : Height)}"))))
            {
                html.Element("title", Title, ("id", Id + "-title"));
                html.Element("desc", Description, ("id", Id + "-desc"));
                foreach (var y in new[] { 0, Height / 2, Height }) WriteLine(html, "grid", y);
                for (var index = 0; index < Columns.Count; index++) WriteColumn(html, Columns[index], index * SlotWidth, top);
                if (Line is { } line) WriteLine(html, "line", Height - (Height * line / top));
            }
            using (html.In("div", ("class", "x"), ("aria-hidden", "true")))
            {
                html.Element("span", Ends.First);
                if (Columns.Count > 1) html.Element("span", Ends.Last);
            }
        }
        if (Legend.Count == 0) return;
        using var legend = html.In("ul", ("class", "legend"));
        foreach (var (look, meaning) in Legend)
            using (html.In("li"))
            {
                html.Element("i", "", ("class", look), ("aria-hidden", "true"));
                html.Text(meaning);
            }
    }

    void WriteLine(HtmlWriter html, string look, double y) =>
        html.Element("line", "", ("class", look), ("x1", "0"), ("x2", Invariant($"{Columns.Count * SlotWidth}")),
            ("y1", Invariant($"{y:0.##}")), ("y2", Invariant($"{y:0.##}")));

    static void WriteColumn(HtmlWriter html, ChartColumn column, int x, double top)
    {
        using var group = html.In("g", ("class", column.Look));
        html.Element("title", column.Label);
        // The whole height answers to the pointer, however low the column is.
        WriteBar(html, "hit", new Bar(x, SlotWidth, 0, Height));
        if (column.Value is { } value) WriteBar(html, "bar", Bar.Standing(x, value, top));
        else WriteBar(html, "gap", new Bar(x + 1, SlotWidth - 2, 0, Height));
        if (column.Inner is { } inner) WriteBar(html, "inner", Bar.Standing(x, inner, top));
        if (column.Mark is { } mark) WriteBar(html, mark, new Bar(x + 1, SlotWidth - 2, MarkTop, MarkHeight));
    }

    static void WriteBar(HtmlWriter html, string look, Bar bar) =>
        html.Element("rect", "", ("class", look),
        ("x", Invariant($"{bar.X:0.##}")), ("y", Invariant($"{bar.Y:0.##}")), ("width", Invariant($"{bar.Width:0.##}")),
        ("height", Invariant($"{bar.Height:0.##}")));

    readonly record struct Bar(double X, double Width, double Y, double Height)
    {
        /// <summary>One that stands on the axis.</summary>
        /// <param name="x">Where its slot begins.</param>
        /// <param name="value">Its height.</param>
        /// <param name="top">Where the axis ends.</param>
        public static Bar Standing(int x, double value, double top) => new(x + 1, SlotWidth - 2,
            ColumnChart.Height - (ColumnChart.Height * value / top), ColumnChart.Height * value / top);
    }

    /// <summary>The next 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 × 10ⁿ: an axis that ends there can be read.</summary>
    internal static double NiceTop(double value)
    {
        if (!(value > 0)) return 1;
        var power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        foreach (var step in new[] { 1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8 })
            if (value <= step * power * (1 + 1e-9)) return step * power;
        return 10 * power;
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
