namespace ShardyFusion.Runs;

/// <summary>What stopping a run did.</summary>
/// <param name="Prefix">The prefix.</param>
/// <param name="RunId">The run.</param>
/// <param name="Outcome">What happened.</param>
/// <param name="Before">How the run was doing before.</param>
public sealed record RunStopResult(string Prefix, string RunId, RunStopOutcome Outcome, RunState Before);
