using System.Numerics;
using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Routing.Cel;

/// <summary>A sharding by an expression, as a manifest states it.</summary>
/// <remarks>
/// Without <see cref="Boundaries"/> and <see cref="RoutingValues"/> the expression's value is the shard's number itself. Values in the
/// lists are integers of any .NET type, doubles, strings or byte arrays, all of one of these.
/// </remarks>
sealed record CelSharding
{
    /// <summary>The expression. The key is <c>key</c> in it, whatever its column is called.</summary>
    public required string Expression { get; init; }

    /// <summary>The columns that it may read.</summary>
    public required IReadOnlyDictionary<string, CelType> Columns { get; init; }

    /// <summary>The least values of shards 1, 2, …, strictly ascending: a row goes to the last shard whose boundary is not above its
    /// value. Null or empty when there are none.</summary>
    public IReadOnlyList<object?>? Boundaries { get; init; }

    /// <summary>The values of shards 0, 1, 2, …, one each: a row goes to the shard of exactly its value. Null when there are
    /// none.</summary>
    public IReadOnlyList<object?>? RoutingValues { get; init; }

    /// <summary>A sharding of keys by ranges.</summary>
    /// <param name="keyType">The type of the keys.</param>
    /// <param name="boundaries">As <see cref="Boundaries"/>.</param>
    public static CelSharding ByRanges(CelType keyType, IReadOnlyList<object?> boundaries) => new()
    {
        Expression = CelProgram.KeyName,
        Columns = new Dictionary<string, CelType> { [CelProgram.KeyName] = keyType },
        Boundaries = boundaries,
    };

    /// <summary>The type that expressions give keys of an encoding.</summary>
    public static CelType TypeOf(KeyEncoding encoding) => encoding switch
    {
        KeyEncoding.Utf8 => CelType.String,
        KeyEncoding.Raw => CelType.Bytes,
        _ => CelType.Int,
    };

    /// <summary>Number of shards that the lists imply; null in direct mode, where the data decides.</summary>
    public int? ShardCount =>
        RoutingValues is { } values ? Math.Max(values.Count, 1) : Boundaries is { Count: > 0 } boundaries ? boundaries.Count + 1 : null;

    /// <summary>Makes the router.</summary>
    /// <param name="shardCount">Number of shards; results lie below it.</param>
    /// <param name="keyEncoding">The encoding of the keys.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the expression or a list cannot be
    /// used.</exception>
    public CelRouter CreateRouter(int shardCount, KeyEncoding keyEncoding)
    {
        var program = Compile(keyEncoding);
        return new CelRouter(shardCount, keyEncoding, program, CreatePlacement(program, shardCount));
    }

    internal CelProgram Compile(KeyEncoding? keyEncoding) =>
        CelCompiler.Compile(Expression, [.. Columns.Select(column => new CelColumn(column.Key, column.Value))], keyEncoding);

    internal CelPlacement CreatePlacement(CelProgram program, int shardCount)
    {
        if (RoutingValues is { } values && Boundaries is { Count: > 0 }) throw Invalid("boundaries and routing values exclude each other");
        return RoutingValues is not null ? CelValueLists.Exact(program, RoutingValues, shardCount)
            : Boundaries is { Count: > 0 } ? CelValueLists.Ranges(program, Boundaries, shardCount)
            : CelPlacement.Direct(program, shardCount);
    }

    internal static ShardyFusionException Invalid(string reason) =>
        new(ErrorKind.ConfigValidation, $"The CEL sharding cannot be used: {reason}.");
}
