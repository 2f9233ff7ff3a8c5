using System.Text.Json;
using ShardyFusion.Maintenance;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What verifying a snapshot found.</summary>
sealed class VerifyOutput(VerifyReport report) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("run_id", report.RunId);
        json.WriteString("manifest_ref", report.ManifestRef);
        json.WriteString("level", RunsOutput.Word(report.Level));
        json.WriteBoolean("passed", report.Passed);
        json.WriteNumber("shards_checked", report.ShardsChecked);
        json.WriteNumber("rows_read", report.RowsRead);
        json.WriteNumber("bytes_read", report.BytesRead);
        json.WriteNumber("duration_seconds", Math.Round(report.Duration.TotalSeconds, 3));
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            json.WriteStartObject();
            json.WriteString("fault", RunsOutput.Word(finding.Fault));
            json.Any("db_id", finding.ShardId);
            json.WriteString("target", finding.Target);
            json.WriteString("detail", finding.Detail);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Any("notes", report.Notes);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("run", report.RunId),
            ("level", RunsOutput.Word(report.Level)),
            ("result", report.Passed ? "whole" : $"{report.Findings.Count} findings"),
            ("shards", Format.Count(report.ShardsChecked)),
            ("rows read", report.RowsRead > 0 ? Format.Count(report.RowsRead) : ""),
            ("bytes read", report.BytesRead > 0 ? Format.Bytes(report.BytesRead) : ""),
            ("took", Format.Duration(report.Duration)),
            .. report.Notes.Select(static note => ("note", (string?)note)),
        ]);
        if (report.Passed) yield break;
        var table = Format.Grid("fault", "shard#", "detail", "target");
        foreach (var finding in report.Findings)
            table.Row(RunsOutput.Word(finding.Fault), Format.Key(finding.ShardId), finding.Detail, finding.Target);
        yield return table;
    }

    protected override IEnumerable<string> Lines()
    {
        yield return $"{(report.Passed ? "whole" : "not whole")}  run_id={report.RunId}  level={RunsOutput.Word(report.Level)}  "
            + $"shards={report.ShardsChecked}";
        foreach (var finding in report.Findings)
            yield return $"{RunsOutput.Word(finding.Fault)}  {(finding.ShardId is null ? "manifest" : $"shard {finding.ShardId}")} "
                + $"{finding.Detail}  {finding.Target}";
        foreach (var note in report.Notes) yield return note;
    }
}
