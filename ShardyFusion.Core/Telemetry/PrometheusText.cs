using System.Globalization;
using System.Text;

namespace ShardyFusion.Telemetry;

/// <summary>Writes metrics in Prometheus' text format 0.0.4.</summary>
static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<IMetricFamily> families)
    {
        var text = new StringBuilder();
        foreach (var family in families)
        {
            var samples = family.Read().ToList();
            if (samples.Count == 0) continue;
            var name = MetricNames.Underscored(family.Name);
            text.Append("# HELP ").Append(name).Append(' ').Append(family.Help.Replace("\\", "\\\\", StringComparison.Ordinal))
                .Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(family.Type).Append('\n');
            foreach (var sample in samples)
            {
                text.Append(name).Append(sample.Suffix);
                AppendLabels(text, sample.Labels);
                text.Append(' ').Append(sample.Value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
            }
        }
        return text.ToString();
    }

    static void AppendLabels(StringBuilder text, KeyValuePair<string, object?>[] labels)
    {
        if (labels.Length == 0) return;
        var before = '{';
        foreach (var (label, value) in labels)
        {
            text.Append(before).Append(label).Append("=\"");
            foreach (var c in value?.ToString() ?? "")
            {
                if (c == '\n') text.Append("\\n");
                else if (c is '\\' or '"') text.Append('\\').Append(c);
                else text.Append(c);
            }
            text.Append('"');
            before = ',';
        }
        text.Append('}');
    }
}
