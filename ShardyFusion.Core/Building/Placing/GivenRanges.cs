using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Placing;

/// <summary>By ranges of keys between boundaries that are given.</summary>
sealed class GivenRanges : RowPlacement
{
    readonly IReadOnlyList<object> boundaries;
    ExpressionPlacement? ranges;

    public GivenRanges(IReadOnlyList<object> boundaries, KeyEncoding? keyEncoding)
    {
        (this.boundaries, KeyEncoding) = (boundaries, keyEncoding);
        if (keyEncoding is { } encoding) Settle(encoding);
    }

    /// <inheritdoc/>
    public override int? ShardCount => boundaries.Count + 1;

    /// <inheritdoc/>
    public override KeyEncoding? KeyEncoding { get; }

    /// <inheritdoc/>
    public override ShardingFields Fields => ranges!.Fields;

    /// <inheritdoc/>
    public override ShardRouter Begin(KeyEncoding encoding) => Settle(encoding).Begin(encoding);

    /// <inheritdoc/>
    public override ShardRouter End(KeyEncoding encoding, IReadOnlyList<RowCollector> collectors) =>
        Settle(encoding).End(encoding, collectors);

    ExpressionPlacement Settle(KeyEncoding encoding) => ranges ??= Of(boundaries, encoding);

    /// <summary>The expression that stands for ranges, so that shardyfusion can read them.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: keys are bytes, or a boundary is no
    /// key.</exception>
    internal static ExpressionPlacement Of(IReadOnlyList<object> boundaries, KeyEncoding encoding)
    {
        RequireOrder(encoding);
        return new ExpressionPlacement(ShardingOptions.ByExpression(CelProgram.KeyName,
            new Dictionary<string, string> { [CelProgram.KeyName] = CelSharding.TypeOf(encoding).StorageName() }, boundaries), encoding);
    }

    /// <summary>Refuses keys that manifests cannot name the ranges of.</summary>
    internal static void RequireOrder(KeyEncoding? encoding)
    {
        if (encoding == Routing.KeyEncoding.Raw)
            throw CelSharding.Invalid(
                "keys are bytes (raw), and manifests cannot keep boundaries of bytes; ranges need keys that are integers or text");
    }
}
