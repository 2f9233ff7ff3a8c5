using ShardyFusion.Routing;

namespace ShardyFusion.Manifests;

/// <summary>The key range that a manifest states, as stored bytes.</summary>
static class StatedKeys
{
    /// <summary>The smallest key; null when none is stated, or none that this snapshot can hold.</summary>
    public static byte[]? StoredMinKey(this ShardEntry shard, KeyCodec codec) => Stored(codec, shard.MinKey, shard.MinKeyHex);

    /// <summary>The largest key; else as <see cref="StoredMinKey"/>.</summary>
    public static byte[]? StoredMaxKey(this ShardEntry shard, KeyCodec codec) => Stored(codec, shard.MaxKey, shard.MaxKeyHex);

    static byte[]? Stored(KeyCodec codec, object? key, string? hex)
    {
        if (hex is not null) return Convert.FromHexString(hex);
        if (key is null || codec.Encoding == KeyEncoding.Raw) return null;
        var stored = new byte[KeyCodec.MaxKeyBytes];
        return codec.TryConvertLookup(key, stored, out var length, out _) ? stored[..length] : null;
    }
}
