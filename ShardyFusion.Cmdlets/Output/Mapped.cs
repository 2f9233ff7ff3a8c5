using System.Collections.ObjectModel;

namespace ShardyFusion.Cmdlets.Output;

/// <summary>Names and their values that are text, too, as in <c>region=string; tenant=int</c>. Immutable.</summary>
/// <param name="entries">The entries.</param>
public sealed class Mapped<T>(IDictionary<string, T> entries) : ReadOnlyDictionary<string, T>(entries)
{
    /// <summary>The entries as text.</summary>
    public override string ToString() => string.Join("; ", this.Select(entry => $"{entry.Key}={Shown.Of(entry.Value)}"));
}
