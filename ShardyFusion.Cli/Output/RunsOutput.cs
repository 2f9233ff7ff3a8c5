using System.Text.Json;
using ShardyFusion.Runs;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>The runs of a prefix, newest first.</summary>
sealed class RunsOutput(IReadOnlyList<RunInfo> runs) : CommandOutput
{
    public static string Word(Enum value) => value.ToString().ToLowerInvariant();

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteStartArray("runs");
        foreach (var run in runs)
        {
            json.WriteStartObject();
            json.WriteString("run_id", run.RunId);
            json.WriteString("state", Word(run.State));
            json.WriteString("started_at", Format.Time(run.StartedAt));
            json.Any("updated_at", run.UpdatedAt is { } updated ? Format.Time(updated) : null);
            json.Any("lease_expires_at", run.LeaseExpiresAt is { } expires ? Format.Time(expires) : null);
            json.Any("duration_seconds", run.Duration is { } duration ? Math.Round(duration.TotalSeconds, 3) : null);
            json.WriteString("phase", run.Phase);
            json.Any("rows", run.Rows);
            json.Any("bytes", run.Bytes);
            json.WriteString("host", run.Host);
            json.Any("process_id", run.ProcessId);
            json.WriteString("writer_type", run.WriterType);
            json.WriteString("message", run.Message);
            json.WriteString("manifest_ref", run.ManifestRef);
            json.WriteString("error_type", run.ErrorType);
            json.WriteString("error", run.ErrorMessage);
            json.WriteString("record_ref", run.RecordRef);
            if (run.Problem is not null) json.WriteString("problem", run.Problem);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = Format.Grid("run", "state", "started", "time#", "rows#", "bytes#", "about");
        foreach (var run in runs)
        {
            table.Row(run.RunId, Word(run.State), Format.ShortTime(run.StartedAt), run.Duration is { } duration ? Format.Duration(duration)
                : "",
                run.Rows is { } rows ? Format.Count(rows) : "", Format.Bytes(run.Bytes), run.Problem ?? run.ErrorMessage ?? run.Message);
        }
        yield return table;
    }

    protected override IEnumerable<string> Lines() =>
        runs.Select(r =>
            $"{Format.Time(r.StartedAt)}  run_id={r.RunId}  state={Word(r.State)}  rows={r.Rows}  "
                + $"bytes={r.Bytes}{(r.ErrorType is null ? "" : $"  error={r.ErrorType}")}");
}

/// <summary>What stopping a run did, or would do.</summary>
/// <param name="prefix">The prefix.</param>
/// <param name="run">How the run was doing before.</param>
/// <param name="result">What was done; null when nothing was.</param>
/// <param name="isDryRun">True when nothing was meant to be done.</param>
sealed class StopOutput(string prefix, RunInfo run, RunStopResult? result, bool isDryRun) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("prefix", prefix);
        json.WriteString("run_id", run.RunId);
        json.Any("outcome", result is null ? null : RunsOutput.Word(result.Outcome));
        json.WriteString("before", RunsOutput.Word(run.State));
        json.WriteBoolean("dry_run", isDryRun);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts([("run", run.RunId), ("before", RunsOutput.Word(run.State)), ("result", Result())]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return $"{run.RunId}: {Result()}";
    }

    string Result() => result?.Outcome switch
    {
        RunStopOutcome.Asked => "Asked to stop; it will stop within seconds.",
        RunStopOutcome.AskedBefore => "It had already been asked to stop.",
        RunStopOutcome.MarkedFailed => "Marked failed; the prefix is free.",
        RunStopOutcome.AlreadyEnded => "It had already ended; nothing was changed.",
        _ => $"It is {RunsOutput.Word(run.State)}; nothing was changed.",
    };
}
