using ShardyFusion.Building;
using ShardyFusion.Cli.CommandLine;
using Spectre.Console;

namespace ShardyFusion.Cli.Output;

/// <summary>A line on standard error that tells how far a build is, where someone can see it.</summary>
static class BuildProgressLine
{
    public static Task<T> ShowAsync<T>(Terminal terminal, Func<IProgress<BuildProgress>?, Task<T>> work)
    {
        if (!terminal.ShowsProgress) return work(null);
        return terminal.Messages().Status().AutoRefresh(true).StartAsync("Starting", status => work(new Line(status)));
    }

    sealed class Line(StatusContext status) : IProgress<BuildProgress>
    {
        public void Report(BuildProgress value) => status.Status = value.Phase switch
        {
            BuildPhase.Reading => $"Reading: {Format.Count(value.Rows)} rows",
            BuildPhase.Writing => $"Writing: {value.ShardsDone} of {value.ShardsTotal} shards, {Format.Bytes(value.Bytes)}",
            BuildPhase.Publishing => "Publishing",
            _ => "Done",
        };
    }
}
