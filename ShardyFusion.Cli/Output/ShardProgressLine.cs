using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Telemetry;
using Spectre.Console;

namespace ShardyFusion.Cli.Output;

/// <summary>A line on standard error that tells how many shards are done, where someone can see it.</summary>
static class ShardProgressLine
{
    public static Task<T> ShowAsync<T>(Terminal terminal, string activity, Func<IProgress<ShardProgress>?, Task<T>> work)
    {
        if (!terminal.ShowsProgress) return work(null);
        return terminal.Messages().Status().AutoRefresh(true).StartAsync(Format.Plain(activity),
            status => work(new Line(activity, status)));
    }

    sealed class Line(string activity, StatusContext status) : IProgress<ShardProgress>
    {
        public void Report(ShardProgress value) => status.Status = Format.Plain($"{activity}: {string.Join(", ", Parts(value))}");

        static IEnumerable<string> Parts(ShardProgress value)
        {
            if (value.ShardsTotal > 0) yield return $"{value.ShardsDone} of {value.ShardsTotal} shards";
            if (value.Rows > 0) yield return $"{Format.Count(value.Rows)} rows";
        }
    }
}
