namespace ShardyFusion.Routing.Cel;

/// <summary>The types of columns and values that expressions work with.</summary>
enum CelType
{
    /// <summary>64-bit integer. Storage name <c>int</c>.</summary>
    Int,
    /// <summary>64-bit integer without sign. Storage name <c>uint</c>.</summary>
    UInt,
    /// <summary>64-bit floating-point number. Storage name <c>double</c>.</summary>
    Double,
    /// <summary>True or false. Storage name <c>bool</c>.</summary>
    Bool,
    /// <summary>Text, held as UTF-8. Storage name <c>string</c>.</summary>
    String,
    /// <summary>Bytes. Storage name <c>bytes</c>.</summary>
    Bytes,
}

/// <summary>The names that manifests and expressions use for <see cref="CelType"/>.</summary>
static class CelTypeNames
{
    static readonly string[] names = ["int", "uint", "double", "bool", "string", "bytes"];

    /// <summary>The name in a manifest.</summary>
    public static string StorageName(this CelType type) => names[(int)type];

    /// <summary>Finds the type of a name; exact, lower case.</summary>
    /// <returns>False when no type has this name.</returns>
    public static bool TryParseStorageName(string? name, out CelType type)
    {
        var index = Array.IndexOf(names, name);
        type = index < 0 ? default : (CelType)index;
        return index >= 0;
    }

    internal static bool IsText(this CelType type) => type is CelType.String or CelType.Bytes;
}
