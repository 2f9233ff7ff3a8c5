using System.Text.Json.Serialization;

namespace ShardyFusion.Formats.Annotations;

/// <summary>How annotations stand in JSON, known when compiled: a native program has no reflection to find it out.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(MovePin))]
[JsonSerializable(typeof(PointerEvent))]
[JsonSerializable(typeof(PublishingFreeze))]
[JsonSerializable(typeof(RemovalMark))]
[JsonSerializable(typeof(RolledBackMark))]
[JsonSerializable(typeof(SnapshotBlock))]
[JsonSerializable(typeof(SnapshotTag))]
sealed partial class AnnotationJson : JsonSerializerContext;
