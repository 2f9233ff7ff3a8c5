using System.Globalization;
using ShardyFusion.Catalog;
using ShardyFusion.Figures;

namespace ShardyFusion.Reporting;

/// <summary>How the rows lie on the shards.</summary>
static class ShardSection
{
    /// <summary>More columns than these cannot be told apart on a phone.</summary>
    const int MostColumns = 128;

    /// <summary>More shards than these are a list that nobody reads.</summary>
    const int MostListed = 32;

    public static void Write(HtmlWriter html, SnapshotReport report)
    {
        if (report.Snapshot is not { } snapshot)
        {
            html.Element("p", "There are no shards.", ("class", "empty"));
            return;
        }
        var balance = ShardBalance.Of(snapshot);
        if (snapshot.ShardCount > 1) Chart(balance).Write(html);
        using (html.In("dl", ("class", "facts")))
        {
            if (balance is { Largest: { } largest, Smallest: { } smallest })
            {
                SnapshotSection.Fact(html, "Largest", () => Shard(html, "largest", largest, $", {Skew(balance)} times the average"));
                SnapshotSection.Fact(html, "Smallest", () => Shard(html, "smallest", smallest, ""));
            }
            SnapshotSection.Fact(html, "Median", () => html.Count("median_rows", balance.Median));
            SnapshotSection.Fact(html, "Empty", () =>
            {
                html.Count("empty_shards", balance.Empty.Count);
                if (balance.Empty.Count is > 0 and <= MostListed) html.Text($" ({string.Join(", ", balance.Empty)})");
            });
        }
        if (snapshot.Shards.Count == 0) return;
        var listed = snapshot.Shards.Count <= MostListed ? snapshot.Shards
            : [.. snapshot.Shards.OrderByDescending(shard => shard.RowCount).Take(MostListed)];
        using (html.In("details"))
        {
            html.Element("summary", listed.Count == snapshot.Shards.Count ? "All shards with rows" : $"The {MostListed} largest shards");
            new ReportTable<ShardInfo>(listed.Count == snapshot.Shards.Count ? "Shards" : "Largest shards",
                shard => shard.ShardId.ToString(CultureInfo.InvariantCulture), shard => balance.IsFarAboveAverage(shard.RowCount) ? "large"
                : null,
                new("Shard", "6rem", true, shard => html.Count("db_id", shard.ShardId)),
                new("Rows", "8rem", true, shard => html.Count("rows", shard.RowCount)),
                new("Size", "7rem", true, shard => html.Bytes("bytes", shard.Bytes)),
                new("First key", null, false, shard => Key(html, shard.MinKey)),
                new("Last key", null, false, shard => Key(html, shard.MaxKey))).Write(html, [.. listed]);
        }
    }

    static ColumnChart Chart(ShardBalance balance)
    {
        var count = balance.Rows.Count;
        var width = (count + MostColumns - 1) / MostColumns;
        var columns = Enumerable.Range(0, (count + width - 1) / width)
            .Select(group => Column(balance, group * width, Math.Min(width, count - (group * width)))).ToList();
        var average = balance.Average.ToString("#,0.##", CultureInfo.InvariantCulture);
        var legend = new List<(string, string)> { ("line", $"average, {average} rows") };
        if (width > 1) legend.InsertRange(0, [("inner", $"average of {width} neighbouring shards"), ("soft", "the largest of them")]);
        if (columns.Any(column => column.Look == "large")) legend.Add(("large", "far above the average"));
        return new ColumnChart
        {
            Id = "shard-chart",
            Title = width == 1 ? "Rows of each shard" : $"Rows of the shards, {width} a column",
            Description = balance.Largest is null ? "There are no rows."
                : $"{ReadableText.Plural(count, "shard")} of {average} rows on average; the largest one, {balance.Largest.ShardId}, has "
                + $"{ReadableText.Count(balance.Largest.RowCount)}, the smallest one with rows, {balance.Smallest!.ShardId}, has "
                + $"{ReadableText.Count(balance.Smallest.RowCount)}; {balance.Empty.Count} are empty.",
            Columns = columns,
            Scale = ReadableText.Compact,
            Ends = ("shard 0", $"shard {count - 1}"),
            Line = balance.Largest is null ? null : balance.Average,
            Legend = legend,
        };
    }

    static ChartColumn Column(ShardBalance balance, int first, int count)
    {
        var rows = Enumerable.Range(first, count).Select(dbId => balance.Rows[dbId]).ToList();
        var (least, most, average) = (rows.Min(), rows.Max(), rows.Average());
        var look = balance.IsFarAboveAverage(most) ? "large" : count > 1 ? "group" : "shard";
        return count == 1 ? new ChartColumn(most, $"Shard {first}: {ReadableText.Plural(most, "row")}", look)
            : new ChartColumn(most, string.Create(CultureInfo.InvariantCulture,
            $"Shards {first} to {first + count - 1}: {least:N0} to {most:N0} rows, {average:#,0.#} on average"), look)
            { Inner = average };
    }

    static void Shard(HtmlWriter html, string figure, ShardInfo shard, string more)
    {
        html.Text($"shard {shard.ShardId}: ");
        html.Figure(figure, shard.RowCount, ReadableText.Plural(shard.RowCount, "row"));
        html.Text((shard.Bytes is { } bytes ? $", {ReadableText.Bytes(bytes)}" : "") + more);
    }

    static string Skew(ShardBalance balance) => balance.Skew.ToString("0.##", CultureInfo.InvariantCulture);

    static void Key(HtmlWriter html, object? key)
    {
        if (Convert.ToString(key, CultureInfo.InvariantCulture) is { Length: > 0 } text) html.Foreign(text, "name");
        else html.Text("–");
    }
}
