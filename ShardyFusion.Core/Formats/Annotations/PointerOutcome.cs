namespace ShardyFusion.Formats.Annotations;

/// <summary>What became of a pointer change.</summary>
public enum PointerOutcome
{
    /// <summary>Carried out.</summary>
    Moved,
    /// <summary>Not carried out: a rule forbids it, or someone else was first.</summary>
    Refused,
    /// <summary>The store failed; the pointer may or may not have moved.</summary>
    Failed,
}
