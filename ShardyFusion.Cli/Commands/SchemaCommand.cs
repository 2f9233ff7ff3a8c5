using System.CommandLine;
using ShardyFusion.Cli.CommandLine;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy schema</summary>
static class SchemaCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("schema", "Prints the JSON schema of a document that lies on storage.");
        var type = new Option<string>("--type")
        {
            Description = "manifest or current-pointer. Default: manifest.",
            HelpName = "manifest|current-pointer",
            DefaultValueFactory = _ => "manifest",
        };
        type.AcceptOnlyFromAmong("manifest", "current-pointer");
        command.Add(type);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var name = $"{run.Parsed.GetValue(type)}.schema.json";
            await terminal.Out.WriteAsync(await Embedded.ReadAsync(name, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
            return 0;
        });
        return command;
    }
}
