using ShardyFusion.Formats;
using ShardyFusion.Routing;

namespace ShardyFusion.Reading;

/// <summary>How one snapshot stores and places keys. Immutable; a prepared key is good for the key space it was prepared in.</summary>
sealed class KeySpace(Manifest manifest)
{
    /// <summary>Keys to stored bytes and back.</summary>
    public KeyCodec Codec { get; } = KeyCodec.For(manifest.Required.KeyEncoding);

    /// <summary>True when keys are stored as 8 bytes big-endian.</summary>
    public bool HasLongKeys { get; } = manifest.Required.KeyEncoding == KeyEncoding.U64BE;

    /// <summary>Stored bytes to shard.</summary>
    public ShardRouter Router { get; } = manifest.CreateRouter();
}
