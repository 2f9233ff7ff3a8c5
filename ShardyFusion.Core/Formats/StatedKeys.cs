using ShardyFusion.Routing;

namespace ShardyFusion.Formats;

/// <summary>The key range that a manifest states, as stored bytes.</summary>
static class StatedKeys
{
    /// <summary>The smallest key; null when none is stated, or none that this snapshot can hold.</summary>
    public static byte[]? StoredMinKey(this ShardEntry shard, KeyCodec codec) =>
        Copied(shard.StoreMinKey(codec, new byte[KeyCodec.MaxKeyBytes]));

    /// <summary>The largest key; else as <see cref="StoredMinKey"/>.</summary>
    public static byte[]? StoredMaxKey(this ShardEntry shard, KeyCodec codec) =>
        Copied(shard.StoreMaxKey(codec, new byte[KeyCodec.MaxKeyBytes]));

    /// <summary>The smallest key, stored in a buffer of <see cref="KeyCodec.MaxKeyBytes"/>; empty when none is stated, or none that this
    /// snapshot can hold.</summary>
    public static ReadOnlySpan<byte> StoreMinKey(this ShardEntry shard, KeyCodec codec, byte[] buffer) =>
        Store(codec, shard.MinKey, shard.MinKeyHex, buffer);

    /// <summary>The largest key; else as <see cref="StoreMinKey"/>.</summary>
    public static ReadOnlySpan<byte> StoreMaxKey(this ShardEntry shard, KeyCodec codec, byte[] buffer) =>
        Store(codec, shard.MaxKey, shard.MaxKeyHex, buffer);

    static byte[]? Copied(ReadOnlySpan<byte> stored) => stored.IsEmpty ? null : stored.ToArray();

    static ReadOnlySpan<byte> Store(KeyCodec codec, object? key, string? hex, byte[] buffer)
    {
        if (hex is not null) return Convert.FromHexString(hex);
        if (key is null || codec.Encoding == KeyEncoding.Raw) return default;
        return codec.TryConvertLookup(key, buffer, out var length, out _) ? buffer.AsSpan(0, length) : default;
    }
}
