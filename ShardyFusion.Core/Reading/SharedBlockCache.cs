using System.Globalization;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Reading;

/// <summary>The one cache of this process for blocks of shards that are read by ranges, and for packed blocks of those that are
/// mapped.</summary>
static class SharedBlockCache
{
    /// <summary>Names the environment variable that sets the budget, in MiB.</summary>
    public const string BudgetVariable = "SHARDYFUSION_BLOCK_CACHE_MIB";

    const long DefaultMebibytes = 256, MaxMebibytes = 1 << 20;

    /// <summary>The cache, made at its first use.</summary>
    public static BlockCache Instance => Made.Cache;

    static class Made
    {
        public static readonly BlockCache Cache = new(BudgetMebibytes() << 20);
    }

    static long BudgetMebibytes() =>
        long.TryParse(Environment.GetEnvironmentVariable(BudgetVariable), NumberStyles.None, CultureInfo.InvariantCulture,
            out var mebibytes)
            ? Math.Min(mebibytes, MaxMebibytes) : DefaultMebibytes;
}
