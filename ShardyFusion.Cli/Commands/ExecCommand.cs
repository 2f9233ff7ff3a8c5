using System.CommandLine;
using System.Text;
using ShardyFusion.Cli.CommandLine;
using ShardyFusion.Cli.Sessions;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Cli.Commands;

/// <summary>shardy exec</summary>
static class ExecCommand
{
    public static Command Create(SharedOptions shared, Terminal terminal)
    {
        var command = new Command("exec", "Runs the reading commands of a script with one reader; one JSON line for each.");
        var script = new Option<string>("--script")
        {
            Description = "YAML file: on_error (stop or continue; default: stop) and commands, a list such as {op: get, key: 1}.",
            HelpName = "path",
            Required = true,
        };
        // Its own meaning here, as in the commands of other tools: a form of output to choose there is none.
        var file = new Option<string?>("--output")
        {
            Description = "Write the lines to this file, which is replaced when the script has ended. Default: standard output.",
            HelpName = "path",
        };
        command.Add(script);
        command.Add(file);
        var selector = new SelectorOptions(command, isRequired: false);
        CommandRun.Bind(command, shared, terminal, async (run, cancellationToken) =>
        {
            var path = run.Parsed.GetValue(file);
            OutputFile.RequireWritable(path);
            var commands = await Script.ReadAsync(run.Parsed.GetRequiredValue(script), cancellationToken).ConfigureAwait(false);
            var session = run.OpenSession(selector.Of(run.Parsed));
            await using var closeSession = session.ConfigureAwait(false);
            var scriptRun = new ScriptRun(shared, terminal, session);
            if (path is null) return await scriptRun.RunAsync(commands, terminal.Out, cancellationToken).ConfigureAwait(false);
            return (await OutputFile.WriteAsync(path, overwrite: true, async stream =>
            {
                var writer = new StreamWriter(stream, new UTF8Encoding(false), leaveOpen: true) { NewLine = "\n" };
                await using (writer.ConfigureAwait(false))
                    return await scriptRun.RunAsync(commands, writer, cancellationToken).ConfigureAwait(false);
            }).ConfigureAwait(false)).Result;
        });
        return command;
    }
}
