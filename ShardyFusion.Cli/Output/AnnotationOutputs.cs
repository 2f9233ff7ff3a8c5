using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cli.Output;

/// <summary>Tags, blocks, events and freezes as fields.</summary>
static class AnnotationOutputs
{
    static readonly string[] tagFields = ["tag", "run_id", "ref", "created_at", "expires_at", "author", "host", "note"];
    static readonly string[] eventFields = ["at", "kind", "pointer", "outcome", "error_id", "from", "from_ref", "to", "to_ref",
        "author", "host", "process_id", "reason", "insisted_on"];

    public static CommandOutput Of(SnapshotTag tag) => new FactsOutput([.. tagFields.Zip(ValuesOf(tag))]);

    public static CommandOutput Of(IEnumerable<SnapshotTag> tags) => new RecordsOutput("tags", tagFields, [.. tags.Select(ValuesOf)]);

    public static CommandOutput Of(IEnumerable<PointerEvent> events) => new RecordsOutput("events", eventFields,
        [.. events.Select(e => new object?[] { e.At, e.Kind, e.Pointer, e.Outcome, e.ErrorId, SnapshotPaths.RunIdOf(e.From), e.From,
            SnapshotPaths.RunIdOf(e.To), e.To, e.Author, e.Host, e.ProcessId,
        e.Reason, e.InsistedOn })]);

    public static CommandOutput Of(SnapshotBlock block) =>
        new FactsOutput([("run_id", block.RunId), ("ref", block.ManifestRef), ("blocked", true), ("created_at", block.CreatedAt),
            ("author", block.Author), ("host", block.Host), ("reason", block.Reason)]);

    /// <param name="freeze">The freeze that holds or held; null for none.</param>
    /// <param name="isFrozen">True when it holds now.</param>
    public static CommandOutput Of(PublishingFreeze? freeze, bool isFrozen) => new FactsOutput(
        [("frozen", isFrozen), ("reason", freeze?.Reason), ("created_at", freeze?.CreatedAt), ("expires_at", freeze?.ExpiresAt),
        ("author", freeze?.Author), ("host", freeze?.Host)]);

    static object?[] ValuesOf(SnapshotTag tag) => [tag.Tag, tag.RunId, tag.ManifestRef, tag.CreatedAt, tag.ExpiresAt, tag.Author, tag.Host,
        tag.Note];
}
