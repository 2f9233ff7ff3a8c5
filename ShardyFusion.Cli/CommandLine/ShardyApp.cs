using System.CommandLine;
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
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        // A key may start with @, which the library takes for the name of a file of arguments.
        var parsed = CreateRoot(terminal).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (UnknownOption.Find(parsed) is { } unknown) return UsageError.Report(parsed, terminal, unknown);
        if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
            return UsageError.Report(parsed, terminal);
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

    static RootCommand CreateRoot(Terminal terminal)
    {
        var shared = new SharedOptions();
        var root = new RootCommand("Builds, publishes, reads and rolls back immutable sharded key-value snapshots.");
        // [suggest] and its kin are keys like others.
        root.Directives.Clear();
        shared.AddTo(root);
        root.Add(WriteCommand.Create(shared, terminal));
        root.Add(GetCommand.Create(shared, terminal));
        root.Add(MultigetCommand.Create(shared, terminal));
        root.Add(InfoCommand.Create(shared, terminal));
        root.Add(ShardsCommand.Create(shared, terminal));
        root.Add(RouteCommand.Create(shared, terminal));
        root.Add(HistoryCommand.Create(shared, terminal));
        root.Add(RollbackCommand.Create(shared, terminal));
        root.Add(VerifyCommand.Create(shared, terminal));
        root.Add(PublishCommand.Create(shared, terminal));
        root.Add(UndoCommand.Create(shared, terminal));
        root.Add(EventsCommand.Create(shared, terminal));
        root.Add(TagCommand.Create(shared, terminal));
        root.Add(TagsCommand.Create(shared, terminal));
        root.Add(UntagCommand.Create(shared, terminal));
        root.Add(BlockCommand.Create(shared, terminal));
        root.Add(UnblockCommand.Create(shared, terminal));
        root.Add(FreezeCommand.Create(shared, terminal));
        root.Add(UnfreezeCommand.Create(shared, terminal));
        root.Add(CleanupCommand.Create(shared, terminal));
        root.Add(CompareCommand.Create(shared, terminal));
        root.Add(KeyHistoryCommand.Create(shared, terminal));
        root.Add(ExportCommand.Create(shared, terminal));
        root.Add(CopyCommand.Create(shared, terminal));
        root.Add(RunsCommand.Create(shared, terminal));
        root.Add(StopCommand.Create(shared, terminal));
        root.Add(HealthCommand.Create(shared, terminal));
        root.Add(ReportCommand.Create(shared, terminal));
        root.Add(WarmCommand.Create(shared, terminal));
        root.Add(ProbeCommand.Create(shared, terminal));
        root.Add(MeasureCommand.Create(shared, terminal));
        root.Add(DemoCommand.Create(shared, terminal));
        return root;
    }

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
