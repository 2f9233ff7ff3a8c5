using System.CommandLine;
using ShardyFusion.Cleaning;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Reporting;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy report</summary>
static class ReportCommand
{
    static readonly ReportOptions Defaults = new();
    static readonly CleanupPolicy Cleanup = new();

    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("report",
            "Writes a report on a prefix as one HTML page: snapshot, health, shards, history, runs, storage.");
        var path = new Argument<string>("path") { Description = "The page; - is standard output." };
        var limit = new Option<int?>("--limit")
        {
            Description = $"At most this many snapshots and runs. Default: {Defaults.Limit}.",
            HelpName = "n",
        };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace a file that is there." };
        var keepLast = new Option<int?>("--keep-last")
        {
            Description = $"How many snapshots the cleanup plan in the report would keep. Default: {Cleanup.KeepLast}.",
            HelpName = "n",
        };
        var skipStorage = new Option<bool>("--skip-storage") { Description = "Leave out how much storage the prefix uses." };
        command.Add(path);
        command.Add(limit);
        command.Add(overwrite);
        command.Add(keepLast);
        command.Add(skipStorage);
        var health = new HealthArguments(command, canWatch: false);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var options = Defaults with
            {
                Limit = run.Parsed.GetValue(limit) ?? Defaults.Limit,
                Health = health.Of(run.Parsed),
                Cleanup = run.Parsed.GetValue(skipStorage) ? null : Cleanup with
                {
                    KeepLast = run.Parsed.GetValue(keepLast)
                ?? Cleanup.KeepLast
                },
            };
            var file = run.Parsed.GetValue(path)!;
            if (file == "-")
            {
                var report = await store.CreateReportAsync(options, cancellationToken).ConfigureAwait(false);
                await terminal.Out.WriteAsync(report.ToHtml().AsMemory(), cancellationToken).ConfigureAwait(false);
                await terminal.Out.FlushAsync(cancellationToken).ConfigureAwait(false);
                return 0;
            }
            run.Write(new ReportOutput(await store.SaveReportAsync(Path.GetFullPath(file), options, run.Parsed.GetValue(overwrite),
                cancellationToken).ConfigureAwait(false)));
            return 0;
        }));
        return command;
    }
}
