using System.Text.Json;
using ShardyFusion.Formats;
using ShardyFusion.Publishing;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a publish did, or would do.</summary>
/// <param name="prefix">The prefix.</param>
/// <param name="plan">What was to be done.</param>
/// <param name="result">What was done; null when nothing was.</param>
/// <param name="isDryRun">True when nothing was meant to be done.</param>
sealed class PublishOutput(string prefix, PublishPlan plan, PublishResult? result, bool isDryRun) : CommandOutput
{
    IReadOnlyList<GuardResult> Guards => result?.Guards ?? plan.FailedGuards;

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("prefix", prefix);
        json.WriteString("pointer", plan.Pointer);
        json.WriteString("from", plan.From);
        json.WriteString("run_id", plan.To);
        json.WriteString("manifest_ref", plan.ToRef);
        json.WriteBoolean("changed", result?.Changed == true);
        json.WriteNumber("row_count", plan.RowCount);
        json.Guards(Guards);
        json.WriteBoolean("dry_run", isDryRun);
        if (result?.Warning is not null) json.WriteString("warning", result.Warning);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("pointer", plan.Pointer),
            ("from", plan.From ?? "(none)"),
            ("to", plan.To),
            ("rows", Format.Count(plan.RowCount)),
            .. Guards.Select(guard => (guard.Passed ? "passed" : "failed", (string?)$"{guard.Name}: {guard.Detail}")),
            ("result", Result()),
        ]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return result?.Changed == true ? $"Published to _{plan.Pointer}: {plan.ToRef}" : Result();
    }

    string Result() => plan.IsNoOp ? $"_{plan.Pointer} already names run '{plan.To}'; nothing was changed."
        : isDryRun ? $"Dry run: _{plan.Pointer} would move from '{plan.From}' to '{plan.To}'; nothing was changed."
        : result is null ? "Nothing was changed."
        : $"Published.{(result.Warning is null ? "" : $" {result.Warning}")}";
}
