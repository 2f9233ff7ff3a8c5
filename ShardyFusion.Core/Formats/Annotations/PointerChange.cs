namespace ShardyFusion.Formats.Annotations;

/// <summary>Ways to move a pointer.</summary>
public enum PointerChange
{
    /// <summary>To a new snapshot.</summary>
    Publish,
    /// <summary>To a snapshot that was staged, or tried under another pointer.</summary>
    Promote,
    /// <summary>To another snapshot of the history.</summary>
    Rollback,
    /// <summary>Back to where it was before the last change.</summary>
    Undo,
    /// <summary>Back because the snapshot did not answer as it should.</summary>
    Revert,
}
