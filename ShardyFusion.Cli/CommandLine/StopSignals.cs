using System.Runtime.InteropServices;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>Turns the first Ctrl+C or termination signal into a cancellation, and the second one into an end.</summary>
sealed class StopSignals : IDisposable
{
    /// <summary>A store that does not answer must not keep the process: what is left then is what a crash leaves, which is safe.</summary>
    static readonly TimeSpan LongestAbandon = TimeSpan.FromSeconds(10);

    /// <summary>128 + the signal's number, as shells have it.</summary>
    const int Interrupted = 130;

    readonly CancellationTokenSource source = new();
    readonly List<PosixSignalRegistration> registrations = [];
    int exitCode = Interrupted;
    CancellationTokenSource? line;

    public StopSignals()
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Interrupted)));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 143)));
    }

    public CancellationToken Token => source.Token;

    /// <summary>128 + the signal's number, as shells have it.</summary>
    public int ExitCode => exitCode;

    /// <summary>From here to <see cref="EndLine"/> Ctrl+C ends one line of a session and not the process; a second one, while the line has
    /// not ended yet, ends the process.</summary>
    public CancellationTokenSource BeginLine() => line = CancellationTokenSource.CreateLinkedTokenSource(Token);

    /// <summary>The line has ended.</summary>
    public void EndLine() => Interlocked.Exchange(ref line, null)?.Dispose();

    void Stop(PosixSignalContext context, int code)
    {
        if (code == Interrupted && Volatile.Read(ref line) is { IsCancellationRequested: false } current)
        {
            context.Cancel = true;
            current.Cancel();
            return;
        }
        exitCode = code;
        if (source.IsCancellationRequested) return;
        context.Cancel = true;
        source.Cancel();
        _ = Task.Delay(LongestAbandon).ContinueWith(_ => Environment.Exit(code), TaskScheduler.Default);
    }

    public void Dispose()
    {
        foreach (var registration in registrations) registration.Dispose();
        source.Dispose();
    }
}
