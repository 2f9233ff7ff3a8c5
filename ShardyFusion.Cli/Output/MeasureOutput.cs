using System.Globalization;
using System.Text.Json;
using ShardyFusion.Measuring;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a measurement found.</summary>
sealed class MeasureOutput(MeasureReport report) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("prefix", report.Prefix);
        json.WriteString("started_at", Format.Time(report.StartedAt));
        json.WriteNumber("rows", report.Options.RowCount);
        json.WriteNumber("value_bytes", report.Options.ValueBytes);
        json.WriteString("mode", RunsOutput.Word(report.Options.Mode));
        json.Any("currency", report.Options.Prices?.Currency);
        json.WriteStartArray("lines");
        foreach (var line in report.Lines)
        {
            json.WriteStartObject();
            json.WriteString("operation", Word(line.Operation));
            json.WriteNumber("num_dbs", line.ShardCount);
            json.WriteNumber("count", line.Count);
            json.WriteNumber("duration_seconds", Math.Round(line.Duration.TotalSeconds, 6));
            json.WriteNumber("per_second", Math.Round(line.PerSecond, 3));
            json.Any("p50_ms", line.P50?.TotalMilliseconds);
            json.Any("p95_ms", line.P95?.TotalMilliseconds);
            json.Any("p99_ms", line.P99?.TotalMilliseconds);
            json.WriteNumber("errors", line.Errors);
            json.WriteNumber("reads", line.Requests.Gets + line.Requests.Heads);
            json.WriteNumber("writes", line.Requests.Puts + line.Requests.Lists);
            json.WriteNumber("bytes_read", line.Requests.BytesRead);
            json.WriteNumber("bytes_written", line.Requests.BytesWritten);
            if (line.EstimatedCost is { } cost) json.WriteNumber("estimated_cost", cost);
            else json.WriteNull("estimated_cost");
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts([("prefix", report.Prefix),
            ("rows", $"{Format.Count(report.Options.RowCount)} of {Format.Count(report.Options.ValueBytes)} bytes"),
            ("mode", RunsOutput.Word(report.Options.Mode))]);
        var table = Format.Grid("operation", "shards#", "per second#", "p50 ms#", "p95 ms#", "p99 ms#", "reads#", "writes#",
            $"cost {report.Options.Prices?.Currency}".TrimEnd() + "#");
        foreach (var line in report.Lines)
        {
            table.Row(Word(line.Operation) + (line.Errors > 0 ? $" ({Format.Count(line.Errors)} errors)" : ""),
                Format.Count(line.ShardCount), Rate(line.PerSecond),
                Milliseconds(line.P50), Milliseconds(line.P95), Milliseconds(line.P99),
                Format.Count(line.Requests.Gets + line.Requests.Heads), Format.Count(line.Requests.Puts + line.Requests.Lists),
                line.EstimatedCost?.ToString("0.######", CultureInfo.InvariantCulture));
        }
        yield return table;
    }

    protected override IEnumerable<string> Lines() => report.Lines.Select(line =>
        $"{Word(line.Operation)}  shards={line.ShardCount}  per_second={Rate(line.PerSecond)}  p50_ms={Milliseconds(line.P50)}  "
            + $"p95_ms={Milliseconds(line.P95)}  p99_ms={Milliseconds(line.P99)}  errors={line.Errors}");

    static string Word(MeasuredOperation operation) => JsonNamingPolicy.SnakeCaseLower.ConvertName(operation.ToString());

    static string Rate(double perSecond) => perSecond.ToString(perSecond < 100 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    static string Milliseconds(TimeSpan? time) => time?.TotalMilliseconds.ToString(time.Value.TotalMilliseconds < 1 ? "0.0000" : "0.00",
        CultureInfo.InvariantCulture) ?? "";
}
