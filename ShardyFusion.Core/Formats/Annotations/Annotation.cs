using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Yaml;
using ShardyFusion.Stores;

namespace ShardyFusion.Formats.Annotations;

/// <summary>A small JSON object beside the snapshots that says something about them; see docs/format/annotations.md.</summary>
public abstract record Annotation
{
    private protected Annotation()
    {
    }

    /// <summary>1.</summary>
    [JsonPropertyOrder(-1)]
    public int FormatVersion { get; init; } = AnnotationCodec.FormatVersion;
}

/// <summary>Annotations as bytes: UTF-8 JSON, names in snake case, unknown keys ignored. Stateless.</summary>
static class AnnotationCodec
{
    public const int FormatVersion = 1;
    public const string ContentType = "application/json";
    const int MaxBytes = 64 << 10;

    static readonly JsonSerializerOptions options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        MaxDepth = 8,
        Converters =
        {
            new JsonStringEnumConverter<PointerChange>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
            new JsonStringEnumConverter<PointerOutcome>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false),
        },
        TypeInfoResolver = AnnotationJson.Default,
    };

    public static byte[] Write<T>(T annotation) where T : Annotation =>
        ContentCheck.OfJson.Seal(ContentCheck.OfJson.AddTo(JsonSerializer.SerializeToUtf8Bytes(annotation, TypeInfo<T>())));

    /// <summary>Reads an annotation from its bytes.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>: malformed, or of another format version.</exception>
    public static T Read<T>(ReadOnlySpan<byte> content, string source) where T : Annotation
    {
        try
        {
            ContentCheck.OfJson.Verify(content, new DocumentFaults("object", source), out _);
            var annotation = JsonSerializer.Deserialize(content, TypeInfo<T>()) ?? throw new JsonException("it is null");
            return annotation.FormatVersion == FormatVersion ? annotation
                : throw new DocumentFaults("object", source).At("format_version",
                $"{annotation.FormatVersion} is not supported; this reader knows {FormatVersion}");
        }
        catch (JsonException malformed)
        {
            throw new ShardyFusionException(ErrorKind.ManifestParse, $"'{source}' is malformed: {malformed.Message}", malformed)
            {
                Target = source,
                RecommendedAction = "Look at that object; delete it if it is no longer needed.",
            };
        }
    }

    /// <summary>Loads an annotation. One GET.</summary>
    /// <returns>Null when it does not exist.</returns>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ManifestParse"/>.</exception>
    public static async Task<(T Annotation, string ETag)?> LoadAsync<T>(IObjectStore store, string key, CancellationToken cancellationToken)
        where T : Annotation =>
        await store.GetAsync(key, MaxBytes, cancellationToken).ConfigureAwait(false) is { } found
            ? (Read<T>(found.Content.Span, SnapshotPaths.ToRef(store.Root, key)), found.ETag) : null;

    /// <summary>Writes an annotation.</summary>
    /// <returns>False when the condition does not hold.</returns>
    public static async Task<bool> PutAsync<T>(IObjectStore store, string key, T annotation, PutCondition condition,
        CancellationToken cancellationToken) where T : Annotation
    {
        var content = Write(annotation);
        var put = await store.PutAsync(key, content, new PutOptions(condition, ContentType), cancellationToken).ConfigureAwait(false);
        // A write that was repeated after its answer got lost meets itself.
        return put.Written || (await store.GetAsync(key, MaxBytes, cancellationToken).ConfigureAwait(false))?.Content.Span.SequenceEqual(
            content) == true;
    }

    static JsonTypeInfo<T> TypeInfo<T>() where T : Annotation => (JsonTypeInfo<T>)options.GetTypeInfo(typeof(T));
}
