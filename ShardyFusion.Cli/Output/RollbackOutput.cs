using System.Text.Json;
using ShardyFusion.Snapshots;
using Spectre.Console.Rendering;

namespace ShardyFusion.Cli.Output;

/// <summary>What a rollback did, or would do.</summary>
internal sealed class RollbackOutput(RollbackPlan plan, bool changed, bool isDryRun) : CommandOutput
{
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
        yield return changed ? $"Rolled back _CURRENT to: {plan.ToRef}" : Result();
    }

    string Result() => plan.IsNoOp ? $"Run '{plan.To}' is current already; nothing was changed."
        : isDryRun ? $"Dry run: _CURRENT would move from '{plan.From}' to '{plan.To}'; nothing was changed."
        : changed ? "Rolled back." : "Nothing was changed.";
}
