using System.Text.Json;
using ShardyFusion.Building;
using ShardyFusion.Routing;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a build did.</summary>
sealed class WriteOutput(BuildResult result) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("run_id", result.RunId);
        json.WriteString("manifest_ref", result.ManifestRef);
        json.WriteString("prefix", result.Prefix);
        json.WriteBoolean("published", result.Published);
        json.WriteString("pointer", result.Pointer);
        json.WriteString("previous_run_id", result.PreviousRunId);
        json.WriteNumber("num_dbs", result.ShardCount);
        json.WriteString("key_encoding", result.KeyEncoding.StorageName());
        json.WriteString("value_encoding", result.ValueEncoding.ToString().ToLowerInvariant());
        json.WriteNumber("rows_read", result.RowsRead);
        json.WriteNumber("rows_written", result.RowsWritten);
        json.WriteNumber("duplicate_rows", result.DuplicateRows);
        json.WriteNumber("rejected_rows", result.RejectedRows);
        json.Any("rejection_samples", result.RejectionSamples);
        json.WriteNumber("bytes", result.ShardBytes);
        json.WriteNumber("spilled_bytes", result.SpilledBytes);
        json.WriteNumber("kept_shards", result.KeptShards);
        json.WriteNumber("lost_attempts", result.LostAttempts);
        json.WriteStartArray("shards");
        foreach (var shard in result.Shards)
        {
            json.WriteStartObject();
            json.WriteNumber("db_id", shard.ShardId);
            json.WriteNumber("row_count", shard.RowCount);
            json.WriteNumber("bytes", shard.Bytes);
            json.WriteNumber("attempt", shard.Attempt);
            json.WriteString("db_url", shard.Url);
            json.WriteString("sha256", shard.Sha256);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("durations");
        json.WriteNumber("sharding_ms", (long)result.Durations.Sharding.TotalMilliseconds);
        json.WriteNumber("write_ms", (long)result.Durations.Write.TotalMilliseconds);
        json.WriteNumber("manifest_ms", (long)result.Durations.Manifest.TotalMilliseconds);
        json.WriteNumber("total_ms", (long)result.Durations.Total.TotalMilliseconds);
        json.WriteEndObject();
        json.Guards(result.Guards);
        json.Any("warnings", result.Warnings);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(Facts());
    }

    protected override IEnumerable<string> Lines() => Facts().Select(f => $"{f.Name}={f.Value}");

    IEnumerable<(string Name, string? Value)> Facts()
    {
        yield return ("run_id", result.RunId);
        yield return ("published", result.Published ? $"yes (before: {result.PreviousRunId ?? "none"})" : "no, staged only");
        yield return ("rows",
            $"{Format.Count(result.RowsWritten)} written of {Format.Count(result.RowsRead)} read, {Format.Count(result.DuplicateRows)} "
                + $"duplicate, {Format.Count(result.RejectedRows)} rejected");
        yield return ("shards",
            $"{result.ShardCount} ({result.Shards.Count} with rows), "
                + $"{Format.Bytes(result.ShardBytes)}{(result.KeptShards > 0 ? $", {result.KeptShards} kept" : "")}");
        yield return ("encodings", $"keys {result.KeyEncoding.StorageName()}, values {result.ValueEncoding.ToString().ToLowerInvariant()}");
        yield return ("time",
            $"{Format.Duration(result.Durations.Total)} (read {Format.Duration(result.Durations.Sharding)}, "
                + $"write {Format.Duration(result.Durations.Write)}, publish {Format.Duration(result.Durations.Manifest)})");
        yield return ("manifest_ref", result.ManifestRef);
        foreach (var guard in result.Guards) yield return (guard.Passed ? "passed" : "failed", $"{guard.Name}: {guard.Detail}");
        foreach (var sample in result.RejectionSamples) yield return ("rejected", sample);
        foreach (var warning in result.Warnings) yield return ("warning", warning);
    }
}

/// <summary>What a build would do.</summary>
sealed class PlanOutput(BuildPlan plan, IReadOnlyList<string> inputs) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteBoolean("dry_run", true);
        json.WriteString("prefix", plan.Prefix);
        json.WriteString("run_id", plan.RunId);
        json.WriteString("current_run_id", plan.CurrentRunId);
        json.WriteString("live_run_id", plan.LiveRunId);
        json.Any("inputs", inputs);
        json.Any("steps", plan.Steps);
        if (plan.Ranges.Count == 0) return;
        json.WriteStartArray("ranges");
        foreach (var range in plan.Ranges)
        {
            json.WriteStartObject();
            json.WriteNumber("db_id", range.ShardId);
            json.Any("first_key", range.FirstKey);
            json.WriteNumber("share", Math.Round(range.Share, 6));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("prefix", plan.Prefix),
            ("run", plan.RunId ?? "(a new random one)"),
            ("current run", plan.CurrentRunId ?? "(none)"),
            ("running now", plan.LiveRunId ?? "(none)"),
            .. inputs.Select(i => ("input", (string?)i)),
            .. plan.Steps.Select((s, i) => ($"step {i + 1}", (string?)s)),
        ]);
    }

    protected override IEnumerable<string> Lines() => [.. inputs.Select(i => $"input {i}"), .. plan.Steps];
}
