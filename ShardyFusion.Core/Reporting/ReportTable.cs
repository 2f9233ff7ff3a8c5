using System.Globalization;

namespace ShardyFusion.Reporting;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its header.</param>
/// <param name="Width">CSS width on a wide screen; null for a share of what is left.</param>
/// <param name="IsFigure">True aligns figures by their last digit.</param>
/// <param name="Write">Writes the content of a cell.</param>
sealed record TableColumn<T>(string Name, string? Width, bool IsFigure, Action<T> Write);

/// <summary>A table that becomes a list of cards on a narrow screen; all but its first rows are folded away. Roles are spelled out, because
/// styling a table as blocks takes them away.</summary>
/// <param name="Caption">What it lists.</param>
/// <param name="KeyOf">Names a row for programs.</param>
/// <param name="LookOf">Class of a row; null for none.</param>
/// <param name="Columns">The first one is the row's header.</param>
sealed record ReportTable<T>(string Caption, Func<T, string> KeyOf, Func<T, string?> LookOf, params IReadOnlyList<TableColumn<T>> Columns)
{
    /// <summary>Rows that are seen at once: a screenful.</summary>
    const int Unfolded = 10;

    public void Write(HtmlWriter html, IReadOnlyList<T> rows)
    {
        // A single row is not worth a click.
        var unfolded = rows.Count <= Unfolded + 1 ? rows.Count : Unfolded;
        WriteTable(html, Caption, rows.Take(unfolded));
        if (unfolded == rows.Count) return;
        using var more = html.In("details", ("class", "more"));
        html.Element("summary", string.Create(CultureInfo.InvariantCulture, $"{rows.Count - unfolded} more"));
        WriteTable(html, "Continued", rows.Skip(unfolded));
    }

    void WriteTable(HtmlWriter html, string caption, IEnumerable<T> rows)
    {
        using var table = html.In("table", ("role", "table"));
        html.Element("caption", caption);
        using (html.In("colgroup"))
            foreach (var column in Columns) html.Void("col", ("style", column.Width is null ? null : $"width:{column.Width}"));
        using (html.In("thead", ("role", "rowgroup")))
        using (html.In("tr", ("role", "row")))
            foreach (var column in Columns)
                html.Element("th", column.Name, ("role", "columnheader"), ("scope", "col"), ("class", LookOfCell(column)));
        using (html.In("tbody", ("role", "rowgroup")))
            foreach (var row in rows)
                using (html.In("tr", ("role", "row"), ("class", LookOf(row)), ("data-row", KeyOf(row))))
                    foreach (var column in Columns)
                        using (column == Columns[0]
                            ? html.In("th", ("role", "rowheader"), ("scope", "row"), ("class", LookOfCell(column)),
                            ("data-label", column.Name))
                            : html.In("td", ("role", "cell"), ("class", LookOfCell(column)), ("data-label", column.Name)))
                        // One box beside the label, whatever is in it.
                        using (html.In("div")) column.Write(row);
    }

    static string? LookOfCell(TableColumn<T> column) => column.IsFigure ? "figure" : null;
}
