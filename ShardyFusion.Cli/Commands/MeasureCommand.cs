using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.LocalFiles;
using ShardyFusion.Measuring;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy measure</summary>
static class MeasureCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("measure",
            "Measures builds, gets and refreshes with temporary snapshots below .measure/ of the prefix.");
        var measure = new MeasureArguments(command);
        var chart = new Option<string?>("--chart") { Description = "Draw the table to this file, as SVG.", HelpName = "path" };
        command.Add(chart);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var options = measure.Of(run.Parsed);
            OutputFile.RequireWritable(run.Parsed.GetValue(chart));
            var report = await run.WithConnectionAsync((prefix, connection) => MeasureProgressLine.ShowAsync(terminal, progress =>
                SnapshotMeasure.RunAsync(prefix, connection, options, progress, cancellationToken))).ConfigureAwait(false);
            run.Write(new MeasureOutput(report));
            // After the table: a chart that cannot be written must not cost what took minutes.
            if (run.Parsed.GetValue(chart) is { } path) await report.SaveSvgAsync(path, cancellationToken).ConfigureAwait(false);
            return report.Lines.Any(line => line.Errors > 0) ? 1 : 0;
        });
        return command;
    }
}
