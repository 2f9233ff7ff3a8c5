using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy get</summary>
static class GetCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("get", "Looks up one key.");
        var key = new Argument<string>("key") { Description = "The key." };
        command.Add(key);
        var read = new ReadOptions(command);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var text = run.Parsed.GetRequiredValue(key);
            var wanted = read.Keys.Parse(run.Parsed, text);
            var context = read.Routing.Of(run.Parsed);
            var result = await run.WithReaderAsync(read.ReaderOf(run.Parsed),
                reader => reader.GetAsync(wanted, context, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
            run.Write(new GetOutput(text, result, read.ValuesOf(run)));
            return result.Found || !read.IsStrict(run.Parsed) ? 0 : 1;
        });
        return command;
    }
}
