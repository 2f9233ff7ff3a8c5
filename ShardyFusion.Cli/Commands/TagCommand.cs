using System.CommandLine;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Output;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy tag</summary>
static class TagCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("tag", "Gives a snapshot a name that protects it from cleanup.");
        var name = new Argument<string>("name") { Description = "The tag: A-Z a-z 0-9 . _ -" };
        var expiresIn = DurationOption.Create("--expires-in", "Protect the snapshot only for this long.");
        var note = new Option<string?>("--note") { Description = "What for.", HelpName = "text" };
        command.Add(name);
        var selector = new SelectorOptions(command, isRequired: false);
        command.Add(expiresIn);
        command.Add(note);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            run.Write(AnnotationOutputs.Of(await run.WithStoreAsync(async store =>
            {
                var expiresAt = await store.GetExpiryAsync(run.Parsed.GetValue(expiresIn), cancellationToken).ConfigureAwait(false);
                return await store.AddTagAsync(run.Parsed.GetRequiredValue(name), run.Resolve(selector.Of(run.Parsed)), expiresAt,
                    run.Parsed.GetValue(note), cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false)));
            return 0;
        });
        return command;
    }
}
