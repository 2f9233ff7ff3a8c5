using System.Text.Json.Serialization;

namespace ShardyFusion.Building;

/// <summary>One line of a file of rejected rows.</summary>
/// <param name="Row">Its number in the input, from 1.</param>
/// <param name="Reason">Why it was left out.</param>
/// <param name="Key">Its key as text; null when it has none.</param>
sealed record RejectedRow(
    [property: JsonPropertyName("row")] long Row,
    [property: JsonPropertyName("reason")] string Reason,
    [property: JsonPropertyName("key")] string? Key);
