using System.Globalization;
using ShardyFusion.Publishing;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>A planned pointer change in words.</summary>
static class PointerMoves
{
    public static string Target(RollbackPlan plan, string prefix) =>
        string.Create(CultureInfo.InvariantCulture,
            $"run '{plan.To}' ({plan.RowCount:N0} rows, published "
                + $"{plan.PublishedAt:u}{(plan.BlockReason is null ? "" : $", blocked: {plan.BlockReason}")}) at {prefix}");

    public static string Action(RollbackPlan plan) => plan.From is null ? "make current" : $"make current instead of run '{plan.From}'";
}
