using System.Globalization;
using ShardyFusion.Building.Sorting;
using ShardyFusion.Errors;
using ShardyFusion.Figures;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Placing;

/// <summary>By the value of an expression: among boundaries, or the shard's number itself.</summary>
sealed class ExpressionPlacement : RowPlacement
{
    const int MostShown = 10;

    readonly CelProgram program;
    readonly CelSharding sharding;
    readonly KeyEncoding? keyEncoding;
    readonly ShardingFields fields;
    volatile bool hasSeenNul;
    volatile string? keyReadAsColumn;

    public ExpressionPlacement(ShardingOptions options, KeyEncoding? keyEncoding)
    {
        fields = new ShardingFields { Strategy = ShardingStrategy.Cel, CelExpr = options.Expression, CelColumns = options.Columns };
        // The way by which the manifest will be read.
        sharding = CelShardings.Of(fields);
        this.keyEncoding = keyEncoding ?? (sharding.Columns.TryGetValue(CelProgram.KeyName, out var type) ? EncodingOf(type) : null);
        program = sharding.Compile(this.keyEncoding);
        if (options.Boundaries.Count > 0)
            fields = fields with { Boundaries = BoundaryValues.Of(options.Boundaries, program.ResultType) };
        sharding = CelShardings.Of(fields);
        // Refuses boundaries that do not fit the expression.
        sharding.CreatePlacement(program, ShardCount ?? MostShards);
    }

    /// <inheritdoc/>
    public override int? ShardCount => sharding.ShardCount;

    /// <inheritdoc/>
    public override KeyEncoding? KeyEncoding => keyEncoding;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Columns => program.OtherColumns;

    /// <inheritdoc/>
    public override ShardingFields Fields => fields;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Warnings => [.. Remarks()];

    /// <inheritdoc/>
    public override CelColumns CreateColumns() => program.CreateColumns();

    /// <inheritdoc/>
    public override void Return(CelColumns columns) => hasSeenNul |= columns.HasSeenNul;

    /// <inheritdoc/>
    public override void NoteKeyName(string name) =>
        keyReadAsColumn ??= Columns.FirstOrDefault(column => column.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public override ShardRouter Begin(KeyEncoding encoding) =>
        new CelRouter(ShardCount ?? MostShards, encoding, program, sharding.CreatePlacement(program, ShardCount ?? MostShards));

    /// <inheritdoc/>
    public override ShardRouter End(KeyEncoding encoding, IReadOnlyList<RowCollector> collectors)
    {
        var count = ShardCount ?? Discover(collectors);
        return new CelRouter(count, encoding, program, sharding.CreatePlacement(program, count));
    }

    /// <summary>Shards are numbered without gaps: who reads a manifest may take each number below the count for one that has
    /// rows.</summary>
    static int Discover(IReadOnlyList<RowCollector> collectors)
    {
        var count = collectors.Select(collector => collector.ShardCount).DefaultIfEmpty().Max();
        int[] missing = [.. Enumerable.Range(0, count).Where(dbId => !collectors.Any(collector => collector.HasRows(dbId)))];
        if (missing.Length == 0) return Math.Max(1, count);
        var shown = string.Join(", ", missing.Take(MostShown).Select(dbId => dbId.ToString(CultureInfo.InvariantCulture)));
        throw new ShardyFusionException(ErrorKind.ShardAssignment, string.Create(CultureInfo.InvariantCulture,
            $"The CEL expression gives shard numbers up to {count - 1}, but none of {ReadableText.Plural(missing.Length, "number")} below "
                + $"it: {shown}{(missing.Length > MostShown ? ", …" : "")}."))
        {
            RecommendedAction = "Let the expression give each number from 0 on, or give boundaries: then shards may be empty.",
        };
    }

    IEnumerable<string> Remarks()
    {
        if (keyReadAsColumn is { } name)
            yield return $"The CEL expression reads '{name}', the column of the key: every lookup has to bring it as a routing context. "
                + $"Write '{CelProgram.KeyName}' for the key, and a lookup by the key alone works.";
        if (program.ResultType is CelType.Bytes or CelType.Bool)
            yield return $"The CEL expression gives {program.ResultType.StorageName()}, which versions of shardyfusion refuse: it may "
                + "not be able to look up keys in this snapshot. Numbers and text work everywhere.";
        if (hasSeenNul)
            yield return "Columns that the CEL expression reads held text with a NUL, where text ends for shardyfusion: it may look for "
                + "such rows on other shards.";
    }

    static KeyEncoding? EncodingOf(CelType keyType) => keyType switch
    {
        CelType.String => Routing.KeyEncoding.Utf8,
        CelType.Bytes => Routing.KeyEncoding.Raw,
        CelType.Bool => null,
        _ => Routing.KeyEncoding.U64BE,
    };
}
