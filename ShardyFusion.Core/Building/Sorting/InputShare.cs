namespace ShardyFusion.Building.Sorting;

/// <summary>One input's place in a build.</summary>
/// <param name="FirstOrdinal">Number of its first row.</param>
/// <param name="Workers">How many workers share the memory budget.</param>
/// <param name="KeptTable">Number of the table that it is and whose rows stay where they are; null when rows are copied.</param>
sealed record InputShare(long FirstOrdinal, int Workers, int? KeptTable);
