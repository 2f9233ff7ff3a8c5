using System.Globalization;
using System.Text.Json;
using ShardyFusion.Jobs;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>How far a job is.</summary>
sealed class JobOutput(JobInfo job) : CommandOutput
{
    const int MostShown = 20;

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("job_id", job.JobId);
        json.WriteString("prefix", job.Prefix);
        json.WriteString("state", RunsOutput.Word(job.State));
        json.WriteString("rows_from", RunsOutput.Word(job.Rows));
        json.WriteString("created_at", Format.Time(job.CreatedAt));
        json.WriteString("lease_expires_at", Format.Time(job.LeaseExpiresAt));
        json.Any("maps", job.Maps);
        json.WriteNumber("maps_done", job.MapsDone);
        json.Any("missing_maps", job.MissingMaps);
        json.WriteNumber("reduces", job.Shards);
        json.WriteNumber("reduces_done", job.ShardsDone);
        json.Any("missing_reduces", job.MissingShards);
        json.WriteString("manifest_ref", job.ManifestRef);
        json.WriteString("error", job.Error);
        json.WriteString("next", job.Next);
        json.Any("warnings", job.Warnings);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(Facts());
    }

    protected override IEnumerable<string> Lines() => Facts().Select(fact => $"{fact.Name}={fact.Value}");

    IEnumerable<(string Name, string? Value)> Facts()
    {
        yield return ("job_id", job.JobId);
        yield return ("state", RunsOutput.Word(job.State));
        yield return ("rows from", RunsOutput.Word(job.Rows));
        yield return ("maps", job.Maps is { } maps ? $"{job.MapsDone} of {maps} done{Missing(job.MissingMaps)}"
            : $"{job.MapsDone} done; how many there are is not known yet");
        yield return ("shards", $"{job.ShardsDone} of {job.Shards} done{Missing(job.MissingShards)}");
        if (job.ManifestRef is { } manifest) yield return ("manifest_ref", manifest);
        if (job.Error is { } error) yield return ("error", error);
        yield return ("next", job.Next);
        foreach (var warning in job.Warnings) yield return ("warning", warning);
    }

    static string Missing(IReadOnlyList<int> numbers) => numbers.Count is 0 or > MostShown ? ""
        : $", missing: {string.Join(", ", numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)))}";
}

/// <summary>What a map did.</summary>
sealed class JobMapOutput(JobMapResult result) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("job_id", result.JobId);
        json.WriteNumber("map", result.Map);
        json.WriteNumber("rows_read", result.RowsRead);
        json.WriteNumber("rows_written", result.RowsWritten);
        json.WriteNumber("duplicate_rows", result.DuplicateRows);
        json.WriteNumber("rejected_rows", result.RejectedRows);
        json.WriteNumber("bytes", result.Bytes);
        json.WriteBoolean("already_done", result.AlreadyDone);
        json.Any("warnings", result.Warnings);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("map", result.Map.ToString(CultureInfo.InvariantCulture)),
            ("rows", $"{Format.Count(result.RowsRead)} read, {Format.Count(result.RowsWritten)} kept, "
                + $"{Format.Count(result.DuplicateRows)} duplicate, {Format.Count(result.RejectedRows)} rejected"),
            ("bytes", Format.Bytes(result.Bytes)),
            .. result.AlreadyDone ? [("note", "another attempt had done it")] : Array.Empty<(string, string?)>(),
            .. result.Warnings.Select(warning => ("warning", (string?)warning)),
        ]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return string.Create(CultureInfo.InvariantCulture, $"map={result.Map}  rows={result.RowsRead}  bytes={result.Bytes}"
            + $"{(result.AlreadyDone ? "  already_done" : "")}");
    }
}

/// <summary>Shards that a task has made.</summary>
sealed class JobShardsOutput(IReadOnlyList<JobShardResult> shards) : CommandOutput
{
    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("job_id", shards[0].JobId);
        json.WriteStartArray("shards");
        foreach (var shard in shards)
        {
            json.WriteStartObject();
            json.WriteNumber("db_id", shard.ShardId);
            json.WriteNumber("row_count", shard.RowCount);
            json.WriteNumber("bytes", shard.Bytes);
            json.WriteNumber("duplicate_rows", shard.DuplicateRows);
            json.Any("attempt", shard.Attempt);
            json.WriteString("sha256", shard.Sha256);
            json.WriteBoolean("already_done", shard.AlreadyDone);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = Format.Grid("shard#", "rows#", "bytes#", "duplicates#", "about");
        foreach (var shard in shards)
            table.Row(shard.ShardId.ToString(CultureInfo.InvariantCulture), Format.Count(shard.RowCount), Format.Bytes(shard.Bytes),
                Format.Count(shard.DuplicateRows), shard.AlreadyDone ? "another attempt had written it" : "");
        yield return table;
    }

    protected override IEnumerable<string> Lines() => shards.Select(shard => string.Create(CultureInfo.InvariantCulture,
        $"shard={shard.ShardId}  rows={shard.RowCount}  bytes={shard.Bytes}{(shard.AlreadyDone ? "  already_done" : "")}"));
}

/// <summary>A job whose manifest was there already.</summary>
sealed class JobDoneOutput(JobCompletion done) : CommandOutput
{
    string Note => done.AlreadyDone ? "it had been completed before" : "its manifest was there already, from a completion before";

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("job_id", done.JobId);
        json.WriteString("run_id", done.JobId);
        json.WriteString("manifest_ref", done.ManifestRef);
        json.WriteBoolean("already_done", done.AlreadyDone);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts([("job", done.JobId), ("manifest_ref", done.ManifestRef), ("note", Note)]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return $"{done.JobId}: {Note}, {done.ManifestRef}";
    }
}
