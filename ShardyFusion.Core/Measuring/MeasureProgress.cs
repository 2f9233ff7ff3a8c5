namespace ShardyFusion.Measuring;

/// <summary>How far a measurement is.</summary>
/// <param name="Step">What is timed now, for people.</param>
/// <param name="StepsDone">Steps finished.</param>
/// <param name="StepsTotal">All steps.</param>
public sealed record MeasureProgress(string Step, int StepsDone, int StepsTotal);
