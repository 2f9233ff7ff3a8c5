namespace ShardyFusion.Publishing;

/// <summary>What can be in the way of a pointer change and passed over all the same, as events name it.</summary>
static class Insistence
{
    public const string FailedChecks = "failed checks", Freeze = "freeze", Block = "block";
}
