using System.Text.Json;
using ShardyFusion.Cleaning;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a cleanup deleted, or would delete, and why.</summary>
/// <param name="plan">What was planned.</param>
/// <param name="result">What was done; null when nothing was.</param>
/// <param name="isDryRun">True when nothing was meant to be done.</param>
sealed class CleanupOutput(CleanupPlan plan, CleanupResult? result, bool isDryRun) : CommandOutput
{
    IReadOnlyList<CleanupItem> Deleted => result?.Deleted ?? [];

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteBoolean("dry_run", isDryRun);
        json.WriteNumber("objects", plan.ObjectCount);
        json.WriteNumber("bytes", plan.Bytes);
        json.WriteNumber("total_objects_deleted", Deleted.Sum(item => item.Objects.Count));
        json.WriteNumber("total_bytes_deleted", Deleted.Sum(item => item.Bytes));
        json.WriteStartArray("items");
        foreach (var item in plan.Items)
        {
            json.WriteStartObject();
            FactsOutput.Write(json, [("kind", item.Kind), ("name", item.Name), ("reason", item.Reason), ("objects", item.Objects.Count),
                ("bytes", item.Bytes), ("keys", item.Objects.Select(found => found.Key).ToArray())]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("kept");
        foreach (var kept in plan.Kept)
        {
            json.WriteStartObject();
            FactsOutput.Write(json, [("run_id", kept.RunId), ("reason", kept.Reason)]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Any("skipped", result?.Skipped.Select(item => item.Name).ToArray() ?? []);
        json.WriteStartArray("failures");
        foreach (var failure in result?.Failures ?? [])
        {
            json.WriteStartObject();
            FactsOutput.Write(json, [("key", failure.Key), ("error", failure.Error)]);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        var table = Format.Grid("what", "name", "objects#", "bytes#", "why");
        foreach (var item in plan.Items)
            table.Row(RunsOutput.Word(item.Kind), item.Name, Format.Count(item.Objects.Count), Format.Bytes(item.Bytes), item.Reason);
        foreach (var kept in plan.Kept) table.Row("kept", kept.RunId, "", "", kept.Reason);
        yield return table;
        yield return Format.Facts([("result", Result())]);
    }

    protected override IEnumerable<string> Lines() =>
        plan.Items.SelectMany(item => item.Objects.Select(found => $"{found.Key}  {found.Bytes}  {item.Reason}")).Append(Result());

    string Result() => plan.Items.Count == 0 ? "There is nothing to delete."
        : result is null
        ? $"{(isDryRun ? "Dry run: " : "")}{Format.Count(plan.ObjectCount)} objects, {Format.Bytes(plan.Bytes)}, would be deleted; "
        + "nothing was changed."
        : $"Deleted {Format.Count(Deleted.Sum(item => item.Objects.Count))} objects, {Format.Bytes(Deleted.Sum(item => item.Bytes))}; "
        + $"{result.Skipped.Count} protected by now; {result.Failures.Count} failed.";
}
