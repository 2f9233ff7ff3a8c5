using ShardyFusion.Building.Sorting;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Placing;

/// <summary>By ranges of keys, cut so that each has about as many rows as the others.</summary>
sealed class SampledRanges : RowPlacement
{
    readonly int count;
    ExpressionPlacement? ranges;
    int? found;

    public SampledRanges(int count, KeyEncoding? keyEncoding)
    {
        GivenRanges.RequireOrder(keyEncoding);
        (this.count, KeyEncoding) = (count, keyEncoding);
    }

    /// <inheritdoc/>
    public override int? ShardCount => null;

    /// <inheritdoc/>
    public override KeyEncoding? KeyEncoding { get; }

    /// <inheritdoc/>
    public override KeySample Sample { get; } = new();

    // One range has no boundaries, and an expression without them gives the shard's number.
    /// <inheritdoc/>
    public override ShardingFields Fields => ranges?.Fields ?? new ShardingFields();

    /// <inheritdoc/>
    public override IReadOnlyList<string> Warnings => found < count
        ? [$"There are too few different keys for {count} ranges; the snapshot has {found}."] : [];

    /// <inheritdoc/>
    public override ShardRouter? Begin(KeyEncoding encoding)
    {
        GivenRanges.RequireOrder(encoding);
        return null;
    }

    /// <inheritdoc/>
    public override ShardRouter End(KeyEncoding encoding, IReadOnlyList<RowCollector> collectors)
    {
        var boundaries = Sample.Cut(count, encoding);
        found = boundaries.Count + 1;
        if (found == 1) return ShardRouter.ForHash(1, encoding);
        ranges = GivenRanges.Of(boundaries, encoding);
        return ranges.Begin(encoding);
    }
}
