using System.Globalization;
using ShardyFusion.Figures;

namespace ShardyFusion.Stores.Remote;

/// <summary>How often and for how long something was tried.</summary>
readonly record struct StoreTries(int Attempts, TimeSpan Elapsed)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{ReadableText.Plural(Attempts, "attempt")} in {Elapsed.TotalSeconds:0.0} s");
}
