using System.Collections.ObjectModel;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>A list that is text, too: its items, semicolons between, as <c>Export-Csv</c> writes a cell. Immutable.</summary>
/// <param name="items">The items.</param>
public sealed class Listed<T>(IList<T> items) : ReadOnlyCollection<T>(items)
{
    /// <summary>The items as text.</summary>
    public override string ToString() => string.Join("; ", this);
}
