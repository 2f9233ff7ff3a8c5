using System.Text.Json.Serialization;

namespace ShardyFusion.Runs;

/// <summary>How the lock and requests to stop stand in JSON, known when compiled.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(BuildLockState))]
[JsonSerializable(typeof(StopRequest))]
sealed partial class RunJson : JsonSerializerContext;
