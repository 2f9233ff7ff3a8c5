using System.Text.Json.Serialization;

namespace ShardyFusion.Building;

/// <summary>How a rejected row stands in JSON, known when compiled.</summary>
[JsonSerializable(typeof(RejectedRow))]
sealed partial class RejectedRowJson : JsonSerializerContext;
