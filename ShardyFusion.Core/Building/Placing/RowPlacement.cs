using ShardyFusion.Building.Sorting;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Placing;

/// <summary>How one build spreads its rows over shards. Used by one build; its members may be called by any of its threads.</summary>
abstract class RowPlacement
{
    /// <summary>Most shards of a snapshot.</summary>
    public const int MostShards = 65_536;

    /// <summary>Shards, empty ones included; null while only the rows can tell.</summary>
    public abstract int? ShardCount { get; }

    /// <summary>How keys have to be stored; null where the first key decides.</summary>
    public abstract KeyEncoding? KeyEncoding { get; }

    /// <summary>The columns beside the key that rows have to bring, in ordinal order; empty where the key alone decides.</summary>
    public virtual IReadOnlyList<string> Columns => [];

    /// <summary>What is worth saying about it although it works.</summary>
    public virtual IReadOnlyList<string> Warnings => [];

    /// <summary>Tells what an input calls its key.</summary>
    public virtual void NoteKeyName(string name)
    {
    }

    /// <summary>What the manifest states; after <see cref="End"/>.</summary>
    public virtual ShardingFields Fields => new();

    /// <summary>Samples the keys of all rows; null where nobody needs that.</summary>
    public virtual KeySample? Sample => null;

    /// <summary>Room for the columns of one worker's rows; null where rows are routed without.</summary>
    public virtual CelColumns? CreateColumns() => null;

    /// <summary>Takes back what <see cref="CreateColumns"/> gave.</summary>
    public virtual void Return(CelColumns columns)
    {
    }

    /// <summary>Before the first row, once it is known how keys are stored.</summary>
    /// <returns>Gives each row its shard as it comes; null when rows have to wait for <see cref="End"/>.</returns>
    public abstract ShardRouter? Begin(KeyEncoding encoding);

    /// <summary>After the last row.</summary>
    /// <param name="encoding">How keys are stored.</param>
    /// <param name="collectors">All rows.</param>
    /// <returns>Gives each row its shard, and tells how many shards there are.</returns>
    public abstract ShardRouter End(KeyEncoding encoding, IReadOnlyList<RowCollector> collectors);

    /// <summary>The placement that options ask for.</summary>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ConfigValidation"/>: the expression or a boundary cannot
    /// be used.</exception>
    public static RowPlacement Of(BuildOptions options) => options.Sharding switch
    {
        null => new HashPlacement(options),
        { Expression: not null } => new ExpressionPlacement(options.Sharding, options.KeyEncoding),
        { RangeCount: { } count } => new SampledRanges(count, options.KeyEncoding),
        _ => new GivenRanges(options.Sharding.Boundaries, options.KeyEncoding),
    };
}
