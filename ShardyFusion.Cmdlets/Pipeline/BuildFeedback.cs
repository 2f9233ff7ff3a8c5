using System.Collections.Concurrent;
using System.Globalization;
using ShardyFusion.Building;
using ShardyFusion.Figures;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Takes what a build tells of itself: to the progress on the screen, and each phase once as a sentence.</summary>
/// <remarks>The build reports from any thread; whoever shows takes the sentences from one thread of its own.</remarks>
/// <param name="view">The progress.</param>
sealed class BuildFeedback(BuildProgressView view) : IProgress<BuildProgress>
{
    readonly ConcurrentQueue<string> sentences = new();
    readonly Lock gate = new();
    BuildPhase? phase;

    /// <summary>The progress on the screen; a job that goes on with a build has its own.</summary>
    public BuildProgressView View { get; set; } = view;

    /// <inheritdoc/>
    public void Report(BuildProgress value)
    {
        lock (gate)
        {
            if (phase != value.Phase) sentences.Enqueue(Sentence(value));
            phase = value.Phase;
        }
        View.Report(value);
    }

    /// <summary>The next sentence that nobody has shown yet.</summary>
    public bool TryTake(out string? sentence) => sentences.TryDequeue(out sentence);

    static string Sentence(BuildProgress state) => state.Phase switch
    {
        BuildPhase.Reading => "Reading rows.",
        BuildPhase.Writing => string.Create(CultureInfo.InvariantCulture,
            $"Writing {ReadableText.Plural(state.ShardsTotal, "shard")} from {ReadableText.Plural(state.Rows, "row")} read."),
        BuildPhase.Publishing => $"Publishing: {ReadableText.Bytes(state.Bytes)} of shards are written; now manifest, checks and pointer.",
        _ => $"Done: {ReadableText.Plural(state.Rows, "row")} read.",
    };
}
