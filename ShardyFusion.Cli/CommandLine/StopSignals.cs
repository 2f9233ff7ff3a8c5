using System.Runtime.InteropServices;

namespace ShardyFusion.Cli.CommandLine;

/// <summary>Turns the first Ctrl+C or termination signal into a cancellation, and the second one into an end.</summary>
sealed class StopSignals : IDisposable
{
    /// <summary>A store that does not answer must not keep the process: what is left then is what a crash leaves, which is safe.</summary>
    static readonly TimeSpan LongestAbandon = TimeSpan.FromSeconds(10);

    readonly CancellationTokenSource source = new();
    readonly List<PosixSignalRegistration> registrations = [];
    int exitCode = 130;

    public StopSignals()
    {
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, 130)));
        registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, 143)));
    }

    public CancellationToken Token => source.Token;

    /// <summary>128 + the signal's number, as shells have it.</summary>
    public int ExitCode => exitCode;

    void Stop(PosixSignalContext context, int code)
    {
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
