namespace ShardyFusion.Formats;

/// <summary>One thing that two manifests state differently.</summary>
/// <param name="Name">Name in the manifest; custom fields as <c>custom.name</c>.</param>
/// <param name="From">The earlier snapshot's value; null when it states none.</param>
/// <param name="To">The later snapshot's value; null when it states none.</param>
public sealed record FieldDifference(string Name, object? From, object? To);
