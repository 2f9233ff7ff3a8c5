using System.CommandLine;
using System.Runtime.ExceptionServices;
using ShardyFusion.Catalog;
using ShardyFusion.Cli.Configuration;
using ShardyFusion.Cli.Output;
using ShardyFusion.Cli.Sessions;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>One run of one command: its options, where it writes, and how its errors end.</summary>
sealed class CommandRun
{
    /// <summary>How long a finished command waits for a collector.</summary>
    static readonly TimeSpan OtlpLimit = TimeSpan.FromSeconds(5);

    /// <summary>Timers take no longer times.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);

    readonly SharedOptions shared;
    readonly ExceptionDispatchInfo? settingsFault;

    CommandRun(string op, SharedOptions shared, Terminal terminal, ParseResult parsed)
    {
        this.shared = shared;
        (Op, Terminal, Parsed) = (op, terminal, parsed);
        Settings = new Settings();
        try
        {
            Settings = shared.SettingsOf(parsed);
        }
        catch (Exception e)
        {
            // For the command to report, which is not running yet.
            settingsFault = ExceptionDispatchInfo.Capture(e);
        }
        Mode = NamedMode ?? (terminal.Session is null ? Settings.Output : null) ?? terminal.DefaultMode;
    }

    /// <summary>What the settings files say.</summary>
    public Settings Settings { get; }

    /// <summary>The command's name, as in every JSON answer.</summary>
    public string Op { get; }

    public Terminal Terminal { get; }

    public ParseResult Parsed { get; }

    public OutputMode Mode { get; }

    /// <summary>The mode that --output names; null when it is not given.</summary>
    public OutputMode? NamedMode => Parsed.GetValue(shared.Output);

    /// <summary>Gives a command its action.</summary>
    /// <param name="command">The command.</param>
    /// <param name="shared">Options of every command.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="body">Does the work and returns the exit code.</param>
    /// <param name="errorExitCode">Exit code of an error that is no usage error.</param>
    public static void Bind(Command command, SharedOptions shared, Terminal terminal, Func<CommandRun, CancellationToken, Task<int>> body,
        int errorExitCode = 1)
    {
        if (!command.Options.Any(option => option.Name == shared.Timeout.Name)) command.Add(shared.Timeout);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var run = new CommandRun(NameOf(command), shared, terminal, parsed);
            var metricsFile = shared.MetricsFileOf(parsed);
            var isExported = false;
            var exitCode = await run.RunAsync(token =>
            {
                OutputFile.RequireWritable(metricsFile);
                isExported = metricsFile is not null;
                return run.ExportingAsync(body, token);
            }, errorExitCode, cancellationToken).ConfigureAwait(false);
            if (isExported) await run.ExportMetricsAsync(metricsFile!).ConfigureAwait(false);
            return exitCode;
        });
    }

    /// <summary>The name of a command, with that of the one that it is a part of.</summary>
    public static string NameOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault() is { } parent and not RootCommand
        ? $"{NameOf(parent)} {command.Name}" : command.Name;

    async Task<int> RunAsync(Func<CancellationToken, Task<int>> body, int errorExitCode, CancellationToken cancellationToken)
    {
        ShardyTelemetry.CountGets = true;
        var limit = shared.TimeoutOf(Parsed);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit is { } time) over.CancelAfter(time < LongestTimer ? time : LongestTimer);
        try
        {
            SayWhatSettingsSay();
            return await body(over.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            WriteError(new ErrorReport(Op == "write" ? "Stopped; the build was abandoned." : "Stopped.", "Cancelled"));
            return Terminal.StoppedExitCode;
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            WriteError(StoreTimeout.Over(limit!.Value, PrefixOrNull, shared.ConnectionOf(Parsed), shared.Timeout.Name));
            return errorExitCode;
        }
        catch (BrokenPipeException)
        {
            // Whoever read the answer has had enough of it.
            return 0;
        }
        catch (Exception failure) when (MemoryFault.Known(failure) is ShardyFusionException e)
        {
            WriteError(e);
            return e.Kind == ErrorKind.ConfigValidation ? UsageError.ExitCode : errorExitCode;
        }
        catch (Exception e)
        {
            // Not one of ours: still a line, an exit code and no stack trace for whoever reads a log.
            WriteError(new ErrorReport($"{e.GetType().Name}: {e.Message}", "Unexpected"));
            return errorExitCode;
        }
    }

    /// <summary>Runs the command with metrics and traces going to the collector that was named, if any. One that takes none is a warning:
    /// the command has done its work.</summary>
    async Task<int> ExportingAsync(Func<CommandRun, CancellationToken, Task<int>> body, CancellationToken cancellationToken)
    {
        // A step of the demo sends by the demo's.
        if (OtlpExport.Running is not null || shared.OtlpOf(Parsed) is not { } options)
            return await body(this, cancellationToken).ConfigureAwait(false);
        using var export = OtlpExport.Start(options);
        try
        {
            return await body(this, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (export.Stop(OtlpLimit) is { } reason)
                await Terminal.Error.WriteLineAsync(
                    $"Warning: metrics and traces did not all reach {export.ShownEndpoint}: {SecretRedactor.Redact(reason)}")
                    .ConfigureAwait(false);
        }
    }

    /// <summary>Writes the metrics file that was asked for, also after a failure: that is what the metrics are to tell. When it cannot be
    /// written now, the command has done its work all the same.</summary>
    async Task ExportMetricsAsync(string path)
    {
        try
        {
            await ShardyTelemetry.ExportAsync(path, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ShardyFusionException e)
        {
            await Terminal.Error.WriteLineAsync($"Warning: the metrics were not written: {e.Message}").ConfigureAwait(false);
        }
    }

    /// <summary>Does something with the opened prefix.</summary>
    public async Task<T> WithStoreAsync<T>(Func<SnapshotStore, Task<T>> work)
    {
        if (Session is { } session) return await work(session.Store).ConfigureAwait(false);
        var store = Open();
        await using (store.ConfigureAwait(false)) return await work(store).ConfigureAwait(false);
    }

    /// <summary>Opens the prefix, for the caller to close.</summary>
    /// <param name="failure">Why it cannot be opened; null when it is.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: no prefix was given.</exception>
    public SnapshotStore? TryOpen(out ShardyFusionException? failure)
    {
        try
        {
            failure = null;
            return Open();
        }
        catch (ShardyFusionException e) when (PrefixOrNull is not null)
        {
            failure = e;
            return null;
        }
    }

    SnapshotStore Open()
    {
        var store = SnapshotStore.Open(Prefix, shared.ConnectionOf(Parsed));
        if (shared.IsVerbose(Parsed)) Terminal.Error.WriteLine(SecretRedactor.Redact(store.Description));
        return store;
    }

    /// <summary>Does something that opens stores itself.</summary>
    public Task<T> WithConnectionAsync<T>(Func<string, StoreConnection, Task<T>> work) => work(Prefix, shared.ConnectionOf(Parsed));

    /// <summary>Opens a second prefix, for the caller to close; reached as the first one, but for what <paramref name="change"/>
    /// changes.</summary>
    public SnapshotStore OpenOther(string prefix, Func<StoreConnection, StoreConnection>? change = null)
    {
        var connection = shared.ConnectionOf(Parsed);
        return SnapshotStore.Open(prefix, change?.Invoke(connection) ?? connection);
    }

    /// <summary>Does something with a reader of the prefix.</summary>
    public Task<T> WithReaderAsync<T>(ReaderOptions options, Func<SnapshotReader, Task<T>> work, CancellationToken cancellationToken) =>
        WithStoreAsync(async store =>
        {
            if (Session is { } session
                && await session.TryGetReaderAsync(options, cancellationToken).ConfigureAwait(false) is { } warm)
                return await work(warm).ConfigureAwait(false);
            var reader = await store.OpenReaderAsync(options with { Selector = Resolve(options.Selector) }, cancellationToken)
                .ConfigureAwait(false);
            await using (reader.ConfigureAwait(false)) return await work(reader).ConfigureAwait(false);
        });

    /// <summary>The session that this is a line of, unless the line is about another prefix; null outside of one.</summary>
    public ReadSession? Session =>
        Terminal.Session is { } session && session.Serves(Prefix, shared.ConnectionOf(Parsed)) ? session : null;

    /// <summary>The snapshot that a command means: within a session, the one in use where it names none.</summary>
    public SnapshotSelector Resolve(SnapshotSelector given) => Session?.Resolve(given) ?? given;

    /// <summary>Opens a session on the prefix.</summary>
    /// <param name="inUse">The snapshot that its lines mean when they name none.</param>
    public ReadSession OpenSession(SnapshotSelector inUse)
    {
        shared.Outer = Parsed;
        return new ReadSession(Prefix, shared.ConnectionOf(Parsed), inUse);
    }

    void SayWhatSettingsSay()
    {
        settingsFault?.Throw();
        // The lines of a session have the settings that it began with.
        foreach (var warning in Terminal.Session is null ? Settings.Warnings : []) Terminal.Error.WriteLine($"Warning: {warning}");
    }

    /// <summary>Describes one snapshot of the prefix.</summary>
    /// <param name="selector">Which one.</param>
    /// <param name="mostShards">How many shards are looked into when the manifest does not say what they are.</param>
    /// <param name="cancellationToken">Cancels the requests.</param>
    public Task<SnapshotInfo> GetInfoAsync(SnapshotSelector selector, int mostShards, CancellationToken cancellationToken) =>
        WithStoreAsync(async store =>
        {
            // Without a selector the lines of a session are about what its reader reads, wherever the pointer is by now.
            if (selector.IsCurrent && Session is { } session)
            {
                var reader = await session.GetReaderAsync(cancellationToken).ConfigureAwait(false);
                selector = new SnapshotSelector { Ref = reader.Info.ManifestRef };
            }
            return await store.GetInfoAsync(selector, mostShards, cancellationToken).ConfigureAwait(false);
        });

    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: no prefix was given.</exception>
    string Prefix => shared.PrefixOf(Parsed) ?? throw new ShardyFusionException(ErrorKind.ConfigValidation, "No prefix was given.")
    {
        RecommendedAction = $"Give --prefix or --current-url, or set {PrefixText.Variable} or {Settings.CurrentVariable}.",
    };

    public string? PrefixOrNull => shared.PrefixOf(Parsed);

    public IEnumerable<string> ConnectionArgs => shared.ConnectionArgs(Parsed);

    public void Write(CommandOutput output)
    {
        try
        {
            output.Write(Terminal, Mode, Op);
        }
        catch (IOException e) when (e is not BrokenPipeException && Op is "write" or "publish" or "rollback" or "undo" or "copy"
            or "job complete")
        {
            // The pointer has moved: nobody must take it for undone.
            Terminal.Error.WriteLine($"Warning: {Op} is done, but its answer could not be written: {e.Message}");
        }
    }

    public void WriteError(ShardyFusionException e, string? key = null) => WriteError(ErrorReport.Of(e, key));

    void WriteError(ErrorReport report) => report.Write(Terminal, Mode, Op);
}
