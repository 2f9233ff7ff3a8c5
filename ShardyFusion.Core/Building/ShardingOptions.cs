using ShardyFusion.Building.Placing;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Building;

/// <summary>How a build spreads rows over shards when not by the hash of their keys: by a CEL expression, or by ranges of keys.</summary>
/// <remarks>Immutable. What it asks for is written down in the manifest, and reads follow it from there.</remarks>
public sealed record ShardingOptions
{
    ShardingOptions()
    {
    }

    /// <summary>The expression; null for ranges of keys.</summary>
    public string? Expression { get; private init; }

    /// <summary>The columns that the expression may read, with their types: <c>int</c>, <c>uint</c>, <c>double</c>, <c>bool</c>,
    /// <c>string</c>, <c>bytes</c>. The key is <c>key</c>, whatever the input calls it. Empty for ranges of keys.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; private init; } = new Dictionary<string, string>();

    /// <summary>The least values of shards 1, 2, …, strictly ascending; empty when the expression gives a shard's number, and when
    /// ranges are to be chosen.</summary>
    public IReadOnlyList<object> Boundaries { get; private init; } = [];

    /// <summary>Ranges of about equal size that are wanted, 1..65,536; null when they are given or an expression decides.</summary>
    public int? RangeCount { get; private init; }

    /// <summary>By an expression.</summary>
    /// <param name="expression">Without boundaries its value is the shard's number: an integer from 0, and each number up to the largest
    /// must have rows.</param>
    /// <param name="columns">See <see cref="Columns"/>.</param>
    /// <param name="boundaries">A row goes to the last shard whose boundary is not above the expression's value. Integers, floating-point
    /// numbers, or text; text becomes a number where the expression gives one. Null for none.</param>
    public static ShardingOptions ByExpression(string expression, IReadOnlyDictionary<string, string> columns,
        IReadOnlyList<object>? boundaries = null)
    {
        ArgumentNullException.ThrowIfNull(expression);
        ArgumentNullException.ThrowIfNull(columns);
        return new ShardingOptions
        {
            Expression = expression,
            Columns = new Dictionary<string, string>(columns, StringComparer.Ordinal),
            Boundaries = [.. boundaries ?? []],
        };
    }

    /// <summary>By ranges of keys that are given.</summary>
    /// <param name="boundaries">The least keys of shards 1, 2, …, strictly ascending; text becomes a number where keys are
    /// integers.</param>
    public static ShardingOptions ByRanges(IReadOnlyList<object> boundaries)
    {
        ArgumentNullException.ThrowIfNull(boundaries);
        return new ShardingOptions { Boundaries = [.. boundaries] };
    }

    /// <summary>By ranges of keys that the build chooses from a sample of its rows, so that each has about as many.</summary>
    /// <param name="count">Ranges; there are fewer when there are too few different keys.</param>
    public static ShardingOptions ByRanges(int count) => new() { RangeCount = count };

    /// <summary>What someone asked for in parts, each null or empty when it was not given.</summary>
    /// <returns>Null when nothing was given.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the parts contradict each other.</exception>
    internal static ShardingOptions? Of(string? expression, IReadOnlyDictionary<string, string>? columns,
        IReadOnlyList<object>? boundaries, int? rangeCount, IReadOnlyList<object>? rangeBoundaries)
    {
        var isByRanges = rangeCount is not null || rangeBoundaries is { Count: > 0 };
        if (expression is null && (columns is { Count: > 0 } || boundaries is { Count: > 0 }))
            throw Contradiction("Columns and boundaries of a CEL expression are given, but no expression.",
                "Give the expression too; for ranges of keys give range boundaries.");
        if (expression is not null && isByRanges)
            throw Contradiction("A CEL expression and ranges of keys exclude each other.",
                "Give boundaries of the expression, or ranges without an expression.");
        if (rangeCount is not null && rangeBoundaries is { Count: > 0 })
            throw Contradiction("A number of ranges and their boundaries exclude each other.",
                "Give the number to have boundaries chosen, or give the boundaries.");
        return expression is not null ? ByExpression(expression, columns ?? new Dictionary<string, string>(), boundaries)
            : rangeCount is { } count ? ByRanges(count)
            : isByRanges ? ByRanges(rangeBoundaries!) : null;
    }

    static ShardyFusionException Contradiction(string message, string advice) =>
        new(ErrorKind.ConfigValidation, message) { RecommendedAction = advice };

    /// <summary>Every fault; empty when it can be used with these options.</summary>
    internal IReadOnlyList<string> Validate(BuildOptions options)
    {
        var faults = new List<string>();
        if (options.ShardCount is not null) faults.Add("Sharding decides the number of shards; ShardCount cannot be combined with it.");
        if (options.MaxKeysPerShard is not null)
            faults.Add("Sharding decides the number of shards; MaxKeysPerShard cannot be combined with it.");
        if (options.ShardFiles is not null) faults.Add("ShardFiles and Sharding cannot be combined.");
        if (Expression is null && RangeCount is null && Boundaries.Count == 0) faults.Add("Sharding has no boundaries.");
        if (RangeCount is < 1 or > RowPlacement.MostShards)
            faults.Add($"RangeCount is {RangeCount}; it must be 1..65,536.");
        if (Boundaries.Count >= RowPlacement.MostShards)
            faults.Add($"There are {Boundaries.Count} boundaries; at most 65,535 are possible.");
        if (SecretRedactor.HidesIn(Expression)) faults.Add("The CEL expression holds what looks like a secret; manifests would keep it.");
        if (faults.Count == 0 && Fault(options) is { } unusable) faults.Add(unusable);
        return faults;
    }

    static string? Fault(BuildOptions options)
    {
        try
        {
            RowPlacement.Of(options);
            return null;
        }
        catch (ShardyFusionException unusable) when (unusable.Kind == ErrorKind.ConfigValidation)
        {
            return unusable.Message;
        }
    }
}
