using System.Management.Automation;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Formats;
using ShardyFusion.Publishing.Guards;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>A guard that is a script block; it runs on the pipeline thread.</summary>
/// <param name="name">Kept with the result.</param>
/// <param name="script">Gets the staged snapshot, a reader of it and the current snapshot; its last output is the verdict.</param>
/// <param name="calls">The way to the pipeline thread.</param>
/// <param name="lookUp">Looks keys up and waits for the answers; called on the pipeline thread.</param>
sealed class ScriptGuard(string name, ScriptBlock script, PipelineCalls calls, StagedLookup lookUp) : IPublishGuard
{
    public string Name => name;

    public Task<GuardResult> CheckAsync(GuardContext context, CancellationToken cancellationToken) =>
        calls.PostAsync(() => Run(context), cancellationToken);

    GuardResult Run(GuardContext context)
    {
        var staged = new SnapshotSummary(context.Staged);
        var current = context.Current is null ? null : new SnapshotSummary(context.Current);
        var output = script.InvokeWithContext(null, [new PSVariable("_", staged)], staged, new StagedReader(context.Reader, lookUp),
            current);
        if (output.Count == 0) return new GuardResult(name, false, "The script block returned nothing; its last output must be true.");
        var passed = LanguagePrimitives.IsTrue(output[^1]);
        var said = string.Join(" ", output.Take(output.Count - 1).Select(item => item?.ToString())
            .Where(text => !string.IsNullOrEmpty(text)));
        return new GuardResult(name, passed, said.Length > 0 ? said : $"The script block returned {output[^1]?.ToString() ?? "null"}.");
    }
}
