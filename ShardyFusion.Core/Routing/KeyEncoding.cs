namespace ShardyFusion.Routing;

/// <summary>How a key becomes the bytes that a shard stores. Routing uses other bytes; see <see cref="ShardRouter"/>.</summary>
public enum KeyEncoding
{
    /// <summary>Integer 0..2^63-1 as 8 bytes, big-endian. Storage name <c>u64be</c>.</summary>
    U64BE,
    /// <summary>Integer 0..2^32-1 as 4 bytes, big-endian. Storage name <c>u32be</c>.</summary>
    U32BE,
    /// <summary>Text as UTF-8. Storage name <c>utf8</c>.</summary>
    Utf8,
    /// <summary>Bytes as given. Storage name <c>raw</c>.</summary>
    Raw,
}

/// <summary>The names that manifests use for <see cref="KeyEncoding"/>.</summary>
static class KeyEncodingNames
{
    /// <summary>The name in a manifest: <c>u64be</c>, <c>u32be</c>, <c>utf8</c> or <c>raw</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the four.</exception>
    public static string StorageName(this KeyEncoding encoding) => encoding switch
    {
        KeyEncoding.U64BE => "u64be",
        KeyEncoding.U32BE => "u32be",
        KeyEncoding.Utf8 => "utf8",
        KeyEncoding.Raw => "raw",
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "Not a key encoding."),
    };

    /// <summary>Finds the encoding of a storage name; exact, lower case.</summary>
    /// <returns>False when no encoding has this name.</returns>
    public static bool TryParseStorageName(string? name, out KeyEncoding encoding)
    {
        switch (name)
        {
            case "u64be": encoding = KeyEncoding.U64BE; return true;
            case "u32be": encoding = KeyEncoding.U32BE; return true;
            case "utf8": encoding = KeyEncoding.Utf8; return true;
            case "raw": encoding = KeyEncoding.Raw; return true;
            default: encoding = default; return false;
        }
    }
}
