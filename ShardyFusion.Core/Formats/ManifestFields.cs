using System.Collections;
using ShardyFusion.Routing;

namespace ShardyFusion.Formats;

/// <summary>What manifests state about their snapshots, side by side.</summary>
static class ManifestFields
{
    /// <summary>The fields that differ, by name; run, time and place always do and are left out.</summary>
    public static IReadOnlyList<FieldDifference> Compare(Manifest from, Manifest to)
    {
        var (before, after) = (Of(from), Of(to));
        return
        [
            .. before.Zip(after, static (left, right) => new FieldDifference(left.Name, left.Value, right.Value)).Where(Differs),
            .. from.Custom.Keys.Union(to.Custom.Keys).Order(StringComparer.Ordinal)
                .Select(name => new FieldDifference($"custom.{name}", from.Custom.GetValueOrDefault(name),
                    to.Custom.GetValueOrDefault(name))).Where(Differs),
        ];

        static bool Differs(FieldDifference field) => !AreEqual(field.From, field.To);
    }

    static (string Name, object? Value)[] Of(Manifest manifest)
    {
        var codec = KeyCodec.For(manifest.Required.KeyEncoding);
        var smallest = manifest.Shards.Select(shard => shard.StoredMinKey(codec)).OfType<byte[]>().MinBy(static key => key, Bytes.Order);
        var largest = manifest.Shards.Select(shard => shard.StoredMaxKey(codec)).OfType<byte[]>().MaxBy(static key => key, Bytes.Order);
        return
        [
            ("row_count", manifest.RowCount),
            ("db_bytes", manifest.DbBytes),
            ("num_dbs", manifest.Required.NumDbs),
            ("non_empty_shards", manifest.Shards.Count),
            ("sharding", manifest.Required.Sharding.Strategy == ShardingStrategy.Hash ? manifest.Required.Sharding.HashAlgorithm
            : manifest.Required.Sharding.CelExpr),
            ("shard_format", manifest.Required.ShardFormat),
            ("key_encoding", manifest.Required.KeyEncoding.StorageName()),
            ("value_encoding", manifest.Required.ValueEncoding?.ToString().ToLowerInvariant()),
            ("min_key", smallest is null ? null : codec.Display(smallest)),
            ("max_key", largest is null ? null : codec.Display(largest)),
        ];
    }

    /// <summary>Compares what custom fields can hold: maps, lists, text, numbers, Booleans and null.</summary>
    static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (IReadOnlyDictionary<string, object?> one, IReadOnlyDictionary<string, object?> other) =>
            one.Count == other.Count && one.All(field => other.TryGetValue(field.Key, out var value) && AreEqual(field.Value, value)),
        (IList one, IList other) => one.Count == other.Count && one.Cast<object?>().Zip(other.Cast<object?>(), AreEqual)
        .All(isEqual => isEqual),
        _ => Equals(left, right),
    };

    static class Bytes
    {
        public static readonly Comparer<byte[]> Order = Comparer<byte[]>.Create(static (left, right) => left.AsSpan()
            .SequenceCompareTo(right));
    }
}
