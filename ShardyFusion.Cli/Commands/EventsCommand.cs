using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;
using ShardyFusion.Formats.Annotations;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy events</summary>
static class EventsCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("events",
            "Lists what was done to the pointers, newest first: who, when, from where to where, and what was refused.");
        var pointer = new Option<string?>("--pointer")
        {
            Description = "Only changes of this pointer, such as CURRENT.",
            HelpName = "name",
        };
        var limit = new Option<int>("--limit")
        {
            Description = "At most this many; 0 for all.",
            HelpName = "n",
            DefaultValueFactory = _ => 20,
        };
        limit.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count < 0)
                result.AddError("--limit must be at least 0.");
        });
        command.Add(pointer);
        command.Add(limit);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var count = run.Parsed.GetValue(limit);
            run.Write(AnnotationOutputs.Of(await run.WithStoreAsync(async store =>
            {
                var events = new List<PointerEvent>();
                await foreach (var change in store.GetEventsAsync(count == 0 ? null : count, run.Parsed.GetValue(pointer),
                    cancellationToken).ConfigureAwait(false)) events.Add(change);
                return events;
            }).ConfigureAwait(false)));
            return 0;
        });
        return command;
    }
}
