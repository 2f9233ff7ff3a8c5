namespace ShardyFusion.Formats;

/// <summary>The <c>sharding</c> part of a manifest.</summary>
sealed record ShardingFields
{
    /// <summary>The one hash algorithm there is.</summary>
    public const string XxHash3 = "xxh3_64";

    /// <summary>Strategy.</summary>
    public ShardingStrategy Strategy { get; init; }

    /// <summary>Hash algorithm, always <see cref="XxHash3"/>.</summary>
    public string HashAlgorithm { get; init; } = XxHash3;

    /// <summary>Lower bounds of shards 1, 2, … for a CEL strategy with boundaries: numbers or text, ascending; else null.</summary>
    public IReadOnlyList<object?>? Boundaries { get; init; }

    /// <summary>The values of shards 0, 1, 2, … for a CEL strategy that places rows by exactly these; else null. Only manifests that are
    /// SQLite files have it.</summary>
    public IReadOnlyList<object?>? RoutingValues { get; init; }

    /// <summary>Type names of the columns that the CEL expression reads; null for the hash strategy.</summary>
    public IReadOnlyDictionary<string, string>? CelColumns { get; init; }

    /// <summary>The CEL expression; null for the hash strategy.</summary>
    public string? CelExpr { get; init; }
}
