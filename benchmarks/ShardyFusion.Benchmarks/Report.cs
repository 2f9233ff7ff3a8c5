using System.Globalization;
using System.IO.Enumeration;
using System.Text;
using System.Text.Json;

namespace ShardyFusion.Benchmarks;

/// <summary>Prints what was measured as tables, and keeps it as JSON and as one chart (SVG).</summary>
sealed class Report(string folder)
{
    readonly List<Series> all = [], earlier = [];
    readonly List<TargetRow> targets = [];

    string ResultsPath => Path.Combine(folder, "results.json");

    /// <summary>Takes over what an earlier run in the same folder measured.</summary>
    public void Continue()
    {
        if (!File.Exists(ResultsPath)) return;
        using var json = JsonDocument.Parse(File.ReadAllBytes(ResultsPath));
        earlier.AddRange(json.RootElement.GetProperty("series").EnumerateArray().Select(Series.FromJson));
    }

    public Series Of(string task, string engine, string unit)
    {
        if (all.FirstOrDefault(s => s.Task == task && s.Engine == engine) is { } known) return known;
        var series = new Series(task, engine, unit);
        all.Add(series);
        return series;
    }

    /// <summary>What an engine did at a task.</summary>
    /// <param name="task">Its name; an asterisk stands for anything.</param>
    /// <param name="engine">Its name.</param>
    public Series? Find(string task, string engine) =>
        all.FirstOrDefault(s => s.Engine == engine && FileSystemName.MatchesSimpleExpression(task, s.Task));

    /// <summary>The last engine of a task.</summary>
    public Series? Last(string task) => all.LastOrDefault(s => FileSystemName.MatchesSimpleExpression(task, s.Task));

    /// <summary>Notes one target's figure.</summary>
    public void Target(TargetRow row) => targets.Add(row);

    /// <summary>Keeps what was measured so far; <c>report</c> with the same folder sets it beside the targets.</summary>
    public void Keep() => Save();

    /// <summary>Ends the measurements: sets them beside the targets, prints and keeps everything.</summary>
    public void End()
    {
        // What was measured again replaces what was measured before.
        all.InsertRange(0, earlier.Where(e => !all.Any(s => s.Task == e.Task)));
        new Targets(this).Note();
        Print();
        Save();
    }

    void Print()
    {
        foreach (var task in all.GroupBy(s => s.Task))
        {
            var ours = task.FirstOrDefault(s => s.Engine.StartsWith("ShardyFusion", StringComparison.Ordinal));
            Console.WriteLine();
            Console.WriteLine($"{task.Key} ({task.First().Unit}; {task.Max(s => s.Values.Count)} rounds, interleaved)");
            Console.WriteLine($"  {"engine",-34}{"median",12}{"min",12}{"max",12}{"vs ours",9}  details (medians)");
            foreach (var s in task)
            {
                var details = string.Join("  ", s.Details.Select(d => $"{d.Key} {Text(Series.MedianOf(d.Value))}"));
                var ratio = ours is null || ours == s ? "" : (s.Median / ours.Median).ToString("0.00x", CultureInfo.InvariantCulture);
                Console.WriteLine(
                    $"  {s.Engine,-34}{Text(s.Median),12}{Text(s.Values.Min()),12}{Text(s.Values.Max()),12}{ratio,9}  {details}");
            }
        }
        if (targets.Count == 0) return;
        Console.WriteLine();
        Console.WriteLine("Targets");
        foreach (var t in targets)
            Console.WriteLine($"  {t.Row,2} {t.Work,-38}{t.Target,-22}{t.Ours,-18}{t.Peer,-44}{t.Ratio,8}  {Verdict(t)}");
    }

    static string Verdict(TargetRow target) => target.IsMet ? "met" : "MISSED";

    string TargetTable()
    {
        var table = new StringBuilder("| # | work | target | ours | beside | ratio | |\n|---|---|---|---|---|---|---|\n");
        foreach (var t in targets)
            table.Append(CultureInfo.InvariantCulture,
                $"| {t.Row} | {t.Work} | {t.Target} | {t.Ours} | {t.Peer} | {t.Ratio} | {Verdict(t)} |\n");
        return table.ToString();
    }

    static string Text(double value) => Math.Abs(value) >= 1000 ? value.ToString("N0", CultureInfo.InvariantCulture)
        : value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Writes <c>results.json</c>, <c>results.svg</c> and the targets as <c>targets.md</c>.</summary>
    void Save()
    {
        var json = new
        {
            series = all.Select(s => new { s.Task, s.Engine, s.Unit, s.Values, s.Median, s.Details }),
            targets,
        };
        File.WriteAllText(ResultsPath, JsonSerializer.Serialize(json, Indented));
        File.WriteAllText(Path.Combine(folder, "targets.md"), TargetTable());
        File.WriteAllText(Path.Combine(folder, "results.svg"), Chart());
        Console.WriteLine();
        Console.WriteLine($"Kept as results.json, results.svg and targets.md in {folder}");
    }

    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>One group of bars a task, each scaled to the group's largest median, with a line from the smallest to the largest
    /// round.</summary>
    string Chart()
    {
        const int left = 230, width = 640, bar = 18;
        var svg = new StringBuilder();
        var y = 10;
        foreach (var task in all.GroupBy(s => s.Task))
        {
            y += 24;
            svg.AppendLine(CultureInfo.InvariantCulture,
                $"<text x='10' y='{y}' font-weight='bold'>{Escape(task.Key)}, {Escape(task.First().Unit)}</text>");
            y += 8;
            var largest = task.Max(s => s.Values.Max());
            foreach (var s in task)
            {
                double X(double value) => left + value / largest * width;
                var isOurs = s.Engine.StartsWith("ShardyFusion", StringComparison.Ordinal);
                svg.AppendLine(CultureInfo.InvariantCulture,
                    $"<text x='{left - 8}' y='{y + 13}' text-anchor='end'>{Escape(s.Engine)}</text>");
                svg.AppendLine(CultureInfo.InvariantCulture,
                    $"<rect x='{left}' y='{y}' width='{X(s.Median) - left:0.0}' height='{bar - 4}' "
                        + $"fill='{(isOurs ? "#1f6feb" : "#9aa4b2")}'/>");
                svg.AppendLine(CultureInfo.InvariantCulture,
                    $"<line x1='{X(s.Values.Min()):0.0}' x2='{X(s.Values.Max()):0.0}' y1='{y + 7}' y2='{y + 7}' stroke='#222' "
                        + $"stroke-width='1.5'/>");
                svg.AppendLine(CultureInfo.InvariantCulture,
                    $"<text x='{Math.Max(X(s.Median), X(s.Values.Max())) + 6:0.0}' y='{y + 13}'>{Text(s.Median)}</text>");
                y += bar;
            }
        }
        return $"<svg xmlns='http://www.w3.org/2000/svg' width='{left + width + 130}' height='{y + 20}' font-family='sans-serif' "
            + $"font-size='12'><rect width='100%' height='100%' fill='white'/>\n{svg}</svg>\n";
    }

    static string Escape(string text) => text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;",
        StringComparison.Ordinal);
}
