using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy write</summary>
static class WriteCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("write", "Builds a snapshot from files of rows and publishes it.");
        var write = new WriteOptions(command, isRequired: true);
        CommandRun.Bind(command, shared, terminal, (run, cancellationToken) => run.WithStoreAsync(async store =>
        {
            var options = write.BuildOf(run.Parsed);
            var inputs = write.InputsOf(run.Parsed, shared);
            if (write.IsDryRun(run.Parsed))
            {
                var plan = await store.PlanBuildAsync(options, inputs, cancellationToken).ConfigureAwait(false);
                run.Write(new PlanOutput(plan, [.. inputs.Select(i => SecretRedactor.Redact(i.Name))]));
                return 0;
            }
            var result = await BuildProgressLine.ShowAsync(terminal, progress => store.BuildAsync(options, inputs, progress,
                cancellationToken)).ConfigureAwait(false);
            run.Write(new WriteOutput(result));
            return 0;
        }));
        return command;
    }
}
