using System.Text.Json;
using ShardyFusion.Reading;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a warm-up did.</summary>
sealed class WarmUpOutput(WarmUpReport report, string? builtRunId) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("run_id", report.RunId);
        json.WriteString("manifest_ref", report.ManifestRef);
        json.WriteString("built_run_id", builtRunId);
        json.WriteString("level", RunsOutput.Word(report.Level));
        json.WriteNumber("shard_count", report.ShardCount);
        json.WriteNumber("open_shard_count", report.OpenShardCount);
        json.WriteNumber("bytes_read", report.BytesRead);
        json.WriteNumber("duration_seconds", Math.Round(report.Duration.TotalSeconds, 3));
        json.WriteString("shortfall", report.Shortfall);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("run", report.RunId),
            ("built", builtRunId is null ? null : "now"),
            ("level", RunsOutput.Word(report.Level)),
            ("shards", $"{Format.Count(report.OpenShardCount)} of {Format.Count(report.ShardCount)} open"),
            ("bytes read", Format.Bytes(report.BytesRead)),
            ("took", Format.Duration(report.Duration)),
            ("shortfall", report.Shortfall),
        ]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return $"run_id={report.RunId}  level={RunsOutput.Word(report.Level)}  shards={report.OpenShardCount}/{report.ShardCount} "
            + $" bytes={report.BytesRead}";
        if (report.Shortfall is { } shortfall) yield return $"shortfall={shortfall}";
    }
}
