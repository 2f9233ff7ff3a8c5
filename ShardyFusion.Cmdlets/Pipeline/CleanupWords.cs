using System.Globalization;
using ShardyFusion.Cleaning;
using ShardyFusion.Figures;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>A planned cleanup in words. Stateless.</summary>
static class CleanupWords
{
    /// <summary>Most names of one kind in a question.</summary>
    const int NamedItems = 5;

    /// <summary>One thing that goes: what, how much and why.</summary>
    public static string Target(CleanupItem item, string prefix) => string.Create(CultureInfo.InvariantCulture,
        $"{item.Kind} '{item.Name}' ({ReadableText.Plural(item.Objects.Count, "object")}, {ReadableText.Bytes(item.Bytes)}; {item.Reason}) "
        + $"at {prefix}");

    /// <summary>All that goes: what, by name, and how much.</summary>
    public static string Target(CleanupPlan plan) =>
        $"{string.Join(", ", plan.Items.GroupBy(item => item.Kind).OrderBy(kind => kind.Key).Select(Describe))}: "
        + $"{ReadableText.Plural(plan.ObjectCount, "object")}, {ReadableText.Bytes(plan.Bytes)}, at {plan.Prefix}";

    static string Describe(IGrouping<CleanupKind, CleanupItem> kind)
    {
        var items = kind.ToList();
        var names = string.Join(", ", items.Take(NamedItems).Select(item => item.Name)) + (items.Count > NamedItems ? ", ..." : "");
        return kind.Key switch
        {
            CleanupKind.Snapshot => $"{ReadableText.Plural(items.Count, "snapshot")} ({names})",
            CleanupKind.OrphanShards => $"what {ReadableText.Plural(items.Count, "unfinished run")} left ({names})",
            CleanupKind.Upload => ReadableText.Plural(items.Count, "unfinished upload"),
            CleanupKind.RunRecord => ReadableText.Plural(items.Count, "run record"),
            _ => ReadableText.Plural(items.Count, "mark"),
        };
    }
}
