using System.Text.Json.Serialization;

namespace ShardyFusion.Cleaning;

/// <summary>How a plan stands in JSON, known when compiled.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(CleanupPlan))]
sealed partial class CleanupPlanJson : JsonSerializerContext;
