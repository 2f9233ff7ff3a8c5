namespace ShardyFusion.Catalog;

/// <summary>What a wait for a newer snapshot looks at.</summary>
sealed record WaitOptions
{
    /// <summary>The pointer, as in <c>CANARY</c>; null for the one that readers follow.</summary>
    public string? Pointer { get; init; }

    /// <summary>The run that the snapshot must be newer than; null for what is current when the wait begins.</summary>
    public string? AfterRunId { get; init; }

    /// <summary>Between two looks at the pointer, one request each. Positive.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);
}
