using ShardyFusion.Errors;

namespace ShardyFusion.Formats.Yaml;

/// <summary>How large a manifest, pointer or run record may be before it is refused.</summary>
/// <param name="MaxBytes">Encoded size.</param>
/// <param name="MaxDepth">Nesting of maps and lists.</param>
/// <param name="MaxNodes">Maps, lists and scalars together; bounds the memory that a document of one-character items takes.</param>
sealed record DocumentLimits(long MaxBytes, int MaxDepth = 32, int MaxNodes = 4_000_000)
{
    /// <summary>For manifests: 64 MiB, enough for 150,000 shards.</summary>
    public static DocumentLimits Manifest { get; } = new(64 << 20);

    /// <summary>For run records: 1 MiB.</summary>
    public static DocumentLimits RunRecord { get; } = new(1 << 20, MaxNodes: 10_000);

    /// <summary>For the pointer: 64 KiB.</summary>
    public static DocumentLimits Pointer { get; } = new(64 << 10, MaxNodes: 1_000);
}

/// <summary>Makes the errors of one document; every one names the document and the field.</summary>
/// <param name="Noun">What it is: manifest, pointer, run record.</param>
/// <param name="Source">Its key or ref, for the message.</param>
sealed record DocumentFaults(string Noun, string Source)
{
    /// <param name="field">Path such as <c>shards[3].db_id</c>; empty for the document as a whole.</param>
    /// <param name="problem">What is wrong with it.</param>
    /// <param name="cause">The parser's error, or null.</param>
    public ShardyFusionException At(string field, string problem, Exception? cause = null) => new(ErrorKind.ManifestParse,
        $"The {Noun} '{Source}' is not readable: {(field.Length == 0 ? "" : field + ": ")}{problem}.", cause)
    { Target = Source };
}
