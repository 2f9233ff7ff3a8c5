namespace ShardyFusion.Building;

/// <summary>What happens to a row that cannot be used.</summary>
public enum RowErrorPolicy
{
    /// <summary>The build fails and names the row.</summary>
    Stop,
    /// <summary>The row is counted and left out.</summary>
    Skip,
    /// <summary>As <see cref="Skip"/>, and the row's number and reason go to the reject file.</summary>
    Reject,
}
