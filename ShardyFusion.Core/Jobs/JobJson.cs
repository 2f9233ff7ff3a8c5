using System.Text.Json.Serialization;

namespace ShardyFusion.Jobs;

/// <summary>How the documents of a job stand in JSON, known when compiled.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata,
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(JobPlan))]
[JsonSerializable(typeof(JobSeal))]
[JsonSerializable(typeof(MapRecord))]
[JsonSerializable(typeof(ShardRecord))]
sealed partial class JobJson : JsonSerializerContext;
