using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Measuring;
using Spectre.Console;

namespace ShardyFusion.Cli.Output;

/// <summary>A line on standard error that tells what is being measured, where someone can see it.</summary>
static class MeasureProgressLine
{
    public static Task<T> ShowAsync<T>(Terminal terminal, Func<IProgress<MeasureProgress>?, Task<T>> work)
    {
        if (!terminal.ShowsProgress) return work(null);
        return terminal.Messages().Status().AutoRefresh(true).StartAsync("Measuring", status => work(new Line(status)));
    }

    sealed class Line(StatusContext status) : IProgress<MeasureProgress>
    {
        public void Report(MeasureProgress value) => status.Status = Format.Plain($"{value.StepsDone} of {value.StepsTotal}: {value.Step}");
    }
}
