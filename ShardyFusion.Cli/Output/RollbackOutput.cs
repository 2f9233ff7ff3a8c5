using System.Text.Json;
using ShardyFusion.Publishing;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a rollback did, or would do.</summary>
/// <param name="plan">What was planned.</param>
/// <param name="result">What was done; null when nothing was.</param>
/// <param name="isDryRun">True when nothing was meant to be done.</param>
sealed class RollbackOutput(RollbackPlan plan, RollbackResult? result, bool isDryRun) : CommandOutput
{
    readonly bool changed = result?.Changed == true;

    protected override void WriteMembers(Utf8JsonWriter json)
    {
        json.WriteString("from", plan.From);
        json.WriteString("from_ref", plan.FromRef);
        json.WriteString("to", plan.To);
        json.WriteString("ref", plan.ToRef);
        json.WriteBoolean("changed", changed);
        json.WriteNumber("row_count", plan.RowCount);
        json.WriteString("published_at", Format.Time(plan.PublishedAt));
        json.WriteBoolean("dry_run", isDryRun);
        if (plan.BlockReason is not null) json.WriteString("block_reason", plan.BlockReason);
        if (result?.BlockedRunId is not null) json.WriteString("blocked_run_id", result.BlockedRunId);
        if ((result?.Warning ?? plan.Warning) is { } warning) json.WriteString("warning", warning);
    }

    protected override IEnumerable<IRenderable> Tables()
    {
        yield return Format.Facts(
        [
            ("from", plan.From ?? "(no pointer)"),
            ("to", plan.To),
            ("rows", Format.Count(plan.RowCount)),
            ("published", Format.ShortTime(plan.PublishedAt)),
            ("result", Result()),
        ]);
    }

    protected override IEnumerable<string> Lines()
    {
        yield return changed ? $"Rolled back _{plan.Pointer} to: {plan.ToRef}" : Result();
    }

    string Result() => plan.IsNoOp ? $"Run '{plan.To}' is already current; nothing was changed."
        : isDryRun
        ? $"Dry run: _{plan.Pointer} would move from '{plan.From}' to "
        + $"'{plan.To}'{(plan.BlockReason is null ? "" : $", but it is blocked: {plan.BlockReason}")}; nothing was changed."
        : changed
        ? $"Rolled back.{(result?.BlockedRunId is null ? "" : $" Run '{result.BlockedRunId}' is blocked.")}"
        + (result?.Warning is null ? "" : $" {result.Warning}")
        : "Nothing was changed.";
}
