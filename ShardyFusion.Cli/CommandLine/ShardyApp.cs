using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using System.Text;
using ShardyFusion.Cli.Commands;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>The command line: its commands, and one run of it.</summary>
static class ShardyApp
{
    public static async Task<int> RunAsync(string[] args)
    {
        // The same command line and the same answer everywhere: neither numbers nor times nor messages go by the language of the machine.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        // Values are UTF-8 whatever the console's code page; a byte order mark would break a pipe.
        if (!Console.IsOutputRedirected) Console.OutputEncoding = new UTF8Encoding(false);
        var error = Writer(StandardStreams.Error());
        await using (error.ConfigureAwait(false))
        {
            var output = Writer(StandardStreams.Output());
            try
            {
                using var signals = new StopSignals();
                return await RunAsync(args, new Terminal(output, error, signals), signals.Token).ConfigureAwait(false);
            }
            catch (BrokenPipeException)
            {
                return 0;
            }
            finally
            {
                await CloseAsync(output).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Runs one command line, as the program does or as a step of the demo.</summary>
    public static Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        var root = CreateRoot(new SharedOptions(), terminal);
        var parsed = Parse(root, args);
        // Nothing but options of every command: a session, where somebody sits before it.
        var isBare = parsed.CommandResult.Command == root && parsed.Errors.Count == 1 && parsed.Action is ParseErrorAction
            && parsed.UnmatchedTokens.Count == 0;
        if (!isBare) return RunAsync(parsed, terminal, cancellationToken);
        return terminal.IsInteractive ? RunAsync(Parse(root, [.. args, ShellCommand.Name]), terminal, cancellationToken)
            : Task.FromResult(UsageError.Report(parsed, terminal,
                $"No command was given. '{ShellCommand.Name}' reads commands from standard input."));
    }

    /// <summary>A key may start with @, which the library takes for the name of a file of arguments.</summary>
    public static ParseResult Parse(RootCommand root, IReadOnlyList<string> args) =>
        root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });

    /// <summary>Runs what was parsed.</summary>
    public static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken cancellationToken)
    {
        if ((UnknownOption.Find(parsed) ?? SelectorOptions.FaultBeforeCommand(parsed)) is { } fault)
            return UsageError.Report(parsed, terminal, fault);
        if (parsed.Errors.Count > 0 && parsed.Action is ParseErrorAction) return UsageError.Report(parsed, terminal);
        // Signals are ours: the library's own handler would leave a build no time to be abandoned.
        return await parsed.InvokeAsync(
            new InvocationConfiguration
            {
                Output = terminal.Out,
                Error = terminal.Error,
                ProcessTerminationTimeout = null,
                EnableDefaultExceptionHandler = false
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The commands of the program, or those of a session's lines.</summary>
    /// <param name="shared">Their common options.</param>
    /// <param name="terminal">Where they write. When it is a session's, there is what steers the session and nothing that starts
    /// another.</param>
    public static RootCommand CreateRoot(SharedOptions shared, Terminal terminal)
    {
        var root = new RootCommand("Builds, publishes, reads and rolls back immutable sharded key-value snapshots.");
        // [suggest] and its kin are keys like others.
        root.Directives.Clear();
        shared.AddTo(root);
        foreach (var create in Commands) root.Add(create(shared, terminal));
        foreach (var create in terminal.Session is null ? OutsideOfSessions : InSessions) root.Add(create(shared, terminal));
        return root;
    }

    static readonly Func<SharedOptions, Terminal, Command>[] Commands =
    [
        WriteCommand.Create, GetCommand.Create, MultigetCommand.Create, InfoCommand.Create, ShardsCommand.Create, RouteCommand.Create,
        HistoryCommand.Create, RollbackCommand.Create, VerifyCommand.Create, PublishCommand.Create, UndoCommand.Create,
        EventsCommand.Create, TagCommand.Create, TagsCommand.Create, UntagCommand.Create, BlockCommand.Create, UnblockCommand.Create,
        FreezeCommand.Create, UnfreezeCommand.Create, CleanupCommand.Create, CompareCommand.Create, KeyHistoryCommand.Create,
        ExportCommand.Create, CopyCommand.Create, RunsCommand.Create, StopCommand.Create, HealthCommand.Create, ReportCommand.Create,
        WarmCommand.Create, ProbeCommand.Create, MeasureCommand.Create, SchemaCommand.Create, WaitCommand.Create,
        JobCommand.Create,
    ];

    static readonly Func<SharedOptions, Terminal, Command>[] OutsideOfSessions =
    [
        ShellCommand.Create, ExecCommand.Create, DemoCommand.Create, CompletionCommand.Create, CompleteCommand.Create, ManCommand.Create,
    ];

    static readonly Func<SharedOptions, Terminal, Command>[] InSessions = [UseCommand.Create, RefreshCommand.Create];

    static async Task CloseAsync(StreamWriter output)
    {
        try
        {
            await output.DisposeAsync().ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Told when it was written; what is left of it meets the same fault.
        }
    }

    static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false), bufferSize: 1 << 14) { NewLine = "\n" };
}
