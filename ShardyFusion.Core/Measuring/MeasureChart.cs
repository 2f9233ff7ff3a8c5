using System.Globalization;
using System.Security;
using System.Text;

namespace ShardyFusion.Measuring;

/// <summary>Draws a measurement: bars for rates of writing, and for every other line its times on a logarithmic scale.</summary>
static class MeasureChart
{
    const int Width = 860, RowHeight = 22, Left = 250, Right = 810;

    const string Style = """
        text{font:12px system-ui,sans-serif;fill:#222}.t{font-size:16px;font-weight:600}.s{fill:#666}.bar{fill:#2f6fb5}.grid{stroke:#ddd}
        .span{stroke:#2f6fb5;stroke-width:3}.p50{fill:#2f6fb5}.p95{fill:#d98a1f}.p99{fill:#c0392b}.bg{fill:#fff}
        @media(prefers-color-scheme:dark){text{fill:#eee}.s{fill:#aaa}.grid{stroke:#444}.bg{fill:#1b1b1b}}
        """;

    public static string Draw(MeasureReport report)
    {
        var writes = report.Lines.Where(line => line.P50 is null).ToList();
        var timed = report.Lines.Where(line => line.P50 is not null).OrderBy(line => line.Operation).ThenBy(line => line.ShardCount)
            .ToList();
        var body = new StringBuilder();
        Label(body, 20, 28, "t", report.Prefix);
        Label(body, 20, 48, "s", string.Create(CultureInfo.InvariantCulture,
            $"{report.Options.RowCount:N0} rows of {report.Options.ValueBytes:N0} bytes, {report.StartedAt:yyyy-MM-dd HH:mm}Z"));
        var y = Rates(body, writes, 78);
        y = Times(body, timed, y + 24);
        return string.Create(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {y}\" width=\"{Width}\" "
                + $"height=\"{y}\"><style>{Style}</style><rect class=\"bg\" width=\"{Width}\" height=\"{y}\"/>\n{body}</svg>\n");
    }

    static int Rates(StringBuilder body, List<MeasureLine> writes, int y)
    {
        Label(body, 20, y, "s", "rows written a second");
        var most = writes.Max(line => line.PerSecond);
        foreach (var line in writes)
        {
            y += RowHeight;
            Label(body, 20, y, "", $"{line.ShardCount} shards");
            var width = line.PerSecond / most * (Right - Left - 100);
            body.Append(CultureInfo.InvariantCulture,
                $"<rect class=\"bar\" x=\"{Left}\" y=\"{y - 12}\" width=\"{width:0.#}\" height=\"14\"/>\n");
            Label(body, Left + (int)width + 8, y, "", line.PerSecond.ToString("N0", CultureInfo.InvariantCulture));
        }
        return y + RowHeight;
    }

    static int Times(StringBuilder body, List<MeasureLine> timed, int y)
    {
        Label(body, 20, y, "s", "time of one call:");
        foreach (var (name, x) in new[] { ("p50", 130), ("p95", 180), ("p99", 230) })
        {
            body.Append(CultureInfo.InvariantCulture, $"<rect class=\"{name}\" x=\"{x}\" y=\"{y - 9}\" width=\"9\" height=\"9\"/>\n");
            Label(body, x + 13, y, "s", name);
        }
        // Whole powers of ten around what was seen; a time below the clock's step counts as one step.
        var (first, last) = (Math.Floor(timed.Min(line => Power(line.P50))), Math.Ceiling(timed.Max(line => Power(line.P99))));
        if (last <= first) last = first + 1;
        double At(TimeSpan? time) => Left + ((Power(time) - first) / (last - first) * (Right - Left));
        var top = y + 8;
        var bottom = top + (timed.Count * RowHeight) + 8;
        for (var power = first; power <= last; power++)
        {
            var x = Left + ((power - first) / (last - first) * (Right - Left));
            body.Append(CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{x:0.#}\" y1=\"{top}\" x2=\"{x:0.#}\" y2=\"{bottom}\"/>\n");
            Label(body, (int)x - 12, bottom + 16, "s", Unit(power));
        }
        foreach (var line in timed)
        {
            y += RowHeight;
            Label(body, 20, y, "", $"{Name(line.Operation)}, {line.ShardCount} shards");
            body.Append(CultureInfo.InvariantCulture,
                $"<line class=\"span\" x1=\"{At(line.P50):0.#}\" y1=\"{y - 4}\" x2=\"{At(line.P99):0.#}\" y2=\"{y - 4}\"/>\n");
            foreach (var (name, time) in new[] { ("p50", line.P50), ("p95", line.P95), ("p99", line.P99) })
                body.Append(CultureInfo.InvariantCulture,
                    $"<circle class=\"{name}\" cx=\"{At(time):0.#}\" cy=\"{y - 4}\" r=\"5\"><title>{name} "
                        + $"{time!.Value.TotalMilliseconds:0.####} ms</title></circle>\n");
        }
        return bottom + 30;
    }

    static double Power(TimeSpan? time) => Math.Log10(Math.Max(1, time!.Value.Ticks)) - 7;

    static string Unit(double powerOfSeconds) => powerOfSeconds switch
    {
        >= 0 => string.Create(CultureInfo.InvariantCulture, $"{Math.Pow(10, powerOfSeconds):0} s"),
        >= -3 => string.Create(CultureInfo.InvariantCulture, $"{Math.Pow(10, powerOfSeconds + 3):0} ms"),
        >= -6 => string.Create(CultureInfo.InvariantCulture, $"{Math.Pow(10, powerOfSeconds + 6):0} µs"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Pow(10, powerOfSeconds + 9):0} ns"),
    };

    internal static string Name(MeasuredOperation operation) => operation switch
    {
        MeasuredOperation.GetCold => "cold get",
        MeasuredOperation.GetWarm => "warm get",
        MeasuredOperation.MultiGet => "get of many keys",
        MeasuredOperation.Refresh => "refresh",
        MeasuredOperation.GetDuringRefresh => "get during refreshes",
        _ => "write",
    };

    static void Label(StringBuilder body, int x, int y, string style, string text) =>
        body.Append(CultureInfo.InvariantCulture, $"<text class=\"{style}\" x=\"{x}\" y=\"{y}\">{SecurityElement.Escape(text)}</text>\n");
}
