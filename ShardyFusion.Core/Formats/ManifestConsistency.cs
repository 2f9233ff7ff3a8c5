using System.Globalization;
using System.Text.RegularExpressions;
using ShardyFusion.Errors;
using ShardyFusion.Routing;

namespace ShardyFusion.Formats;

/// <summary>What the fields of a manifest say about each other; damage of one without a checksum shows there.</summary>
static partial class ManifestConsistency
{
    /// <returns>The first field that contradicts another, and how; null when none does.</returns>
    public static (string Field, string Problem)? FirstFault(Manifest manifest)
    {
        if (StrategyFault(manifest) is { } incomplete)
            return incomplete;
        var required = manifest.Required;
        var codec = KeyCodec.For(required.KeyEncoding);
        var router = required.Sharding.Strategy == ShardingStrategy.Hash ? manifest.CreateRouter() : null;
        var folderOf = Template(required.DbPathTemplate);
        byte[] min = new byte[KeyCodec.MaxKeyBytes], max = new byte[KeyCodec.MaxKeyBytes];
        for (var index = 0; index < manifest.Shards.Count; index++)
        {
            var shard = manifest.Shards[index];
            if (folderOf is not null && PlaceFault(required, shard, folderOf(shard.DbId)) is { } elsewhere)
                return At(index, "db_url", elsewhere);
            var smallest = shard.StoreMinKey(codec, min);
            var largest = shard.StoreMaxKey(codec, max);
            if (KeyFault(router, shard, smallest) is { } misplaced)
                return At(index, "min_key", misplaced);
            if (KeyFault(router, shard, largest) is { } lost)
                return At(index, "max_key", lost);
            if (smallest.IsEmpty || largest.IsEmpty)
                continue;
            var order = smallest.SequenceCompareTo(largest);
            if (order > 0)
                return At(index, "max_key", $"{codec.Display(largest)} is less than min_key, {codec.Display(smallest)}");
            if (order < 0 && shard.RowCount == 1)
                return At(index, "row_count", "it is 1, but min_key and max_key differ");
        }
        return null;
    }

    /// <summary>An expression whose result is the shard's number leaves no shard without rows; boundaries tell how many shards there
    /// are.</summary>
    static (string Field, string Problem)? StrategyFault(Manifest manifest)
    {
        var (required, sharding) = (manifest.Required, manifest.Required.Sharding);
        if (sharding.Strategy != ShardingStrategy.Cel)
            return null;
        if (sharding.RoutingValues is { } values)
            return Math.Max(values.Count, 1) == required.NumDbs ? null
                : ("required.num_dbs", $"it is {required.NumDbs}, but there are {values.Count} routing values");
        if (sharding.Boundaries is { Count: > 0 } boundaries)
            return boundaries.Count + 1 == required.NumDbs ? null
                : ("required.num_dbs", $"it is {required.NumDbs}, but {boundaries.Count} boundaries make {boundaries.Count + 1} shards");
        return manifest.Shards.Count == 0 || manifest.Shards.Count == required.NumDbs ? null
            : ("shards", $"there are {manifest.Shards.Count}, but num_dbs is {required.NumDbs} and the expression gives each shard rows");
    }

    static string? PlaceFault(RequiredFields required, ShardEntry shard, string folder)
    {
        var place = string.Create(CultureInfo.InvariantCulture,
            $"{required.ShardPrefix}/run_id={required.RunId}/{folder}/attempt={shard.Attempt:D2}");
        return shard.AttemptKey == place ? null
            : $"'{shard.AttemptKey}' does not agree with db_id, attempt and run_id, which name '{place}'";
    }

    static string? KeyFault(ShardRouter? router, ShardEntry shard, ReadOnlySpan<byte> stored)
    {
        if (router is null || stored.IsEmpty)
            return null;
        try
        {
            return router.RouteStored(stored) is var owner && owner == shard.DbId ? null
                : $"it belongs to shard {owner}, not to db_id {shard.DbId} of {router.NumDbs}";
        }
        catch (ShardyFusionException unroutable) when (unroutable.Kind == ErrorKind.ShardAssignment)
        {
            return null; // A key that shardyfusion stores and cannot find again either.
        }
    }

    /// <summary>What a template of Python's format notation gives for a shard; null for a template that is not understood.</summary>
    static Func<int, string>? Template(string template)
    {
        if (DbIdPlace().Matches(template) is not [var place] || template.Replace(place.Value, "", StringComparison.Ordinal).AsSpan()
            .ContainsAny('{', '}'))
            return null;
        var format = place.Groups["width"].Value is { Length: > 0 } width ? $"D{width}" : "D";
        return dbId => template.Replace(place.Value, dbId.ToString(format, CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    static (string, string) At(int index, string field, string problem) =>
        (string.Create(CultureInfo.InvariantCulture, $"shards[{index}].{field}"), problem);

    [GeneratedRegex(@"\{db_id(?::(?:0(?<width>[1-9]))?d)?\}")]
    private static partial Regex DbIdPlace();
}
