using System.Management.Automation;
using ShardyFusion.Cmdlets.Errors;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Cmdlets.Pipeline;

/// <summary>Base of all cmdlets: cancellation, the way from workers back to the pipeline thread, and errors.</summary>
/// <remarks>
/// Everything here runs on the pipeline thread but <see cref="StopProcessing"/>, which comes on another one. Disposing is the one step that
/// always runs, also after Ctrl+C, a failure downstream, or when a command downstream has had enough.
/// </remarks>
public abstract class ShardyCmdlet : PSCmdlet, IDisposable
{
    /// <summary>Between two looks at the progress while waiting.</summary>
    static readonly TimeSpan TickInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long Ctrl+C waits for a cancelled operation, and once more for what it leaves to be cleaned up.</summary>
    static readonly TimeSpan StopGrace = TimeSpan.FromMilliseconds(400);

    /// <summary>How long the end of a pipeline waits otherwise: a store that answers slowly shall still learn that a build is
    /// off.</summary>
    static readonly TimeSpan ReleaseLimit = TimeSpan.FromSeconds(15);

    readonly CancellationTokenSource stop = new();
    WaitBudget? budget;
    Task underway = Task.CompletedTask;
    IProgressView? shown;
    bool disposed;

    /// <summary>Cancelled by Ctrl+C.</summary>
    private protected CancellationToken StopToken => stop.Token;

    /// <summary>How long this command may wait for its operations, all together; null for as long as they take.</summary>
    private protected virtual TimeSpan? WaitLimit => null;

    /// <summary>Cancelled by Ctrl+C, and when <see cref="WaitLimit"/> is over: for everything that the pipeline thread waits for.</summary>
    private protected CancellationToken OperationToken =>
        (budget ??= WaitLimit is { } limit ? new WaitBudget(limit, StopToken) : null)?.Token ?? StopToken;

    /// <summary>The failure to report when <see cref="WaitLimit"/> is over.</summary>
    private protected virtual ShardyFusionException TimeIsOver(TimeSpan limit) =>
        StoreTimeout.Over(limit, null, new StoreConnection(), "-TimeoutSec");

    /// <summary>What an error names when it names nothing itself.</summary>
    private protected virtual object? ErrorTarget => null;

    /// <summary>True when what fails for one object of the pipeline is no reason to leave the others out.</summary>
    private protected virtual bool GoesOnAfterFailure => false;

    /// <summary>Runs once, before the first object.</summary>
    private protected virtual void Begin()
    {
    }

    /// <summary>Runs for each object, or once when none is piped in.</summary>
    private protected virtual void Process()
    {
    }

    /// <summary>Runs once, after the last object, unless the pipeline broke off.</summary>
    private protected virtual void End()
    {
    }

    /// <summary>Runs a few times a second while the pipeline thread waits.</summary>
    private protected virtual void Tick()
    {
    }

    /// <summary>Lets go of everything. Runs away from the pipeline thread, after the last operation has ended.</summary>
    private protected virtual ValueTask ReleaseAsync() => ValueTask.CompletedTask;

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        // A pipeline costs thousands of times what counting does.
        ShardyTelemetry.CountGets = true;
        try
        {
            Begin();
        }
        catch (Exception e) when (IsOurs(e))
        {
            Fail(e);
        }
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord()
    {
        try
        {
            if (GoesOnAfterFailure) ForOne(Process);
            else Process();
        }
        catch (Exception e) when (IsOurs(e))
        {
            Fail(e);
        }
    }

    /// <inheritdoc/>
    protected sealed override void EndProcessing()
    {
        try
        {
            End();
        }
        catch (Exception e) when (IsOurs(e))
        {
            Fail(e);
        }
    }

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => stop.Cancel();

    /// <summary>Ends what is under way; PowerShell calls it when the pipeline is over, however it ended.</summary>
    public void Dispose()
    {
        if (disposed) return;
        disposed = true;
        GC.SuppressFinalize(this);
        var isStopped = StopToken.IsCancellationRequested;
        // Only then: a build that was handed to a job goes on under this token.
        if (!underway.IsCompleted) stop.Cancel();
        // What takes longer than the wait goes on in the background.
        Wait(Task.Run(EndAsync), isStopped ? StopGrace : ReleaseLimit);
    }

    // What is shown of names, messages and paths cannot steer a terminal: these hide the ones of PowerShell, which write text as it is.

    /// <inheritdoc cref="Cmdlet.WriteWarning"/>
    private protected new void WriteWarning(string text) => base.WriteWarning(Plain(text));

    /// <inheritdoc cref="Cmdlet.WriteVerbose"/>
    private protected new void WriteVerbose(string text) => base.WriteVerbose(Plain(text));

    /// <inheritdoc cref="Cmdlet.WriteDebug"/>
    private protected new void WriteDebug(string text) => base.WriteDebug(Plain(text));

    /// <inheritdoc cref="Cmdlet.ShouldProcess(string, string)"/>
    private protected new bool ShouldProcess(string target, string action) => base.ShouldProcess(Plain(target), Plain(action));

    /// <inheritdoc cref="Cmdlet.ShouldProcess(string, string, string, out ShouldProcessReason)"/>
    private protected new bool ShouldProcess(string description, string question, string caption, out ShouldProcessReason reason) =>
        base.ShouldProcess(Plain(description), Plain(question), caption, out reason);

    /// <inheritdoc cref="Cmdlet.ShouldProcess(string, string, string)"/>
    private protected new bool ShouldProcess(string description, string question, string caption) =>
        base.ShouldProcess(Plain(description), Plain(question), caption);

    /// <summary>Asks as <see cref="ShouldProcess(string, string)"/> does, unless <c>-Force</c> says to do without the question, which
    /// neither <c>-WhatIf</c> nor <c>-Confirm</c> heeds.</summary>
    private protected bool Approve(string target, string action, bool isForced) =>
        (isForced && !IsWhatIf && !IsOn("Confirm", null)) || ShouldProcess(target, action);

    /// <summary>True when nothing is to be changed, by the call or the session.</summary>
    private protected bool IsWhatIf => IsOn("WhatIf", "WhatIfPreference");

    /// <summary>True when a common switch is on, by the call or else by the session's preference.</summary>
    bool IsOn(string name, string? preference) => MyInvocation.BoundParameters.TryGetValue(name, out var given)
        ? LanguagePrimitives.IsTrue(given) : preference is not null && LanguagePrimitives.IsTrue(GetVariableValue(preference));

    static string Plain(string text) => VisibleText.Escape(SecretRedactor.Redact(text));

    /// <summary>Does something for one of several objects; its failure is an error of its own, unless it ends them all.</summary>
    private protected void ForOne(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e) when (IsOurs(e) && e is not OperationCanceledException)
        {
            WriteFailure(e, ErrorTarget);
        }
    }

    /// <summary>Writes a failure that concerns one object; the pipeline goes on, unless the caller's error action says otherwise.</summary>
    private protected void WriteFailure(Exception failure, object? target) => WriteError(ErrorRecords.Of(failure, target));

    /// <summary>The result of an operation that was just started and is likely to be done.</summary>
    private protected T Await<T>(ValueTask<T> operation) =>
        operation.IsCompletedSuccessfully ? operation.GetAwaiter().GetResult() : Await(operation.AsTask());

    /// <summary>Runs an operation away from the pipeline thread and waits for it, showing progress.</summary>
    private protected T RunInBackground<T>(Func<CancellationToken, Task<T>> operation) =>
        Await(Task.Run(() => operation(OperationToken), OperationToken));

    /// <inheritdoc cref="RunInBackground{T}"/>
    private protected void RunInBackground(Func<CancellationToken, Task> operation) => Await(Task.Run(async () =>
    {
        await operation(OperationToken).ConfigureAwait(false);
        return true;
    }, OperationToken));

    /// <summary>Does something whose progress is shown meanwhile and taken off the screen at its end, however it ends.</summary>
    private protected void ShowProgress(IProgressView view, Action work)
    {
        shown = view;
        try
        {
            work();
        }
        finally
        {
            shown = null;
            if (!StopToken.IsCancellationRequested) view.Complete();
        }
    }

    /// <summary>Runs a producer away from the pipeline thread and hands each of its objects to <paramref name="deliver"/> on it.</summary>
    private protected void Receive<T>(Func<Mailbox<T>, CancellationToken, Task> produce, Action<T> deliver)
    {
        var mailbox = new Mailbox<T>();
        // Ends the producer when delivering fails, for instance because a command downstream has had enough.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(OperationToken);
        var token = enough.Token;
        var producer = Task.Run(async () =>
        {
            try
            {
                await produce(mailbox, token).ConfigureAwait(false);
                return true;
            }
            finally
            {
                mailbox.Close();
            }
        }, token);
        try
        {
            do
            {
                while (mailbox.TryTake(out var batch))
                {
                    foreach (var item in batch!) deliver(item);
                }
            }
            while (Await(mailbox.WaitAsync(token)));
            Await(producer);
        }
        finally
        {
            enough.Cancel();
            Wait(producer, StopGrace);
        }
    }

    /// <summary>A path of the session as a path of the file system; the working directory of the process plays no part.</summary>
    private protected string ResolvePath(string path)
    {
        try
        {
            var resolved = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
            if (provider.Name == "FileSystem") return resolved;
            throw new ShardyFusionException(ErrorKind.ConfigValidation,
                $"'{path}' is on the {provider.Name} provider, not in the file system.")
            {
                Target = path,
            };
        }
        catch (Exception e) when (e is SessionStateException or ProviderInvocationException)
        {
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"'{path}' is no path of this session: {e.Message}", e)
            {
                Target = path,
            };
        }
    }

    T Await<T>(Task<T> operation)
    {
        // A script that runs in a tick may wait for something of its own while the outer operation goes on.
        underway = underway.IsCompleted ? operation : Task.WhenAll(underway, operation);
        budget?.Begin();
        try
        {
            while (!operation.IsCompleted)
            {
                if (StopToken.IsCancellationRequested)
                {
                    Wait(operation, StopGrace);
                    throw new PipelineStoppedException();
                }
                Wait(operation, TickInterval);
                Tick();
                shown?.Show();
            }
        }
        finally
        {
            budget?.End();
        }
        return operation.GetAwaiter().GetResult();
    }

    async Task EndAsync()
    {
        await underway.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ReleaseAsync().ConfigureAwait(false);
        budget?.Dispose();
        stop.Dispose();
    }

    /// <summary>Waits for the end of an operation, however it ends.</summary>
    private protected static void Wait(Task operation, TimeSpan limit) => ((IAsyncResult)operation).AsyncWaitHandle.WaitOne(limit);

    /// <summary>False for what PowerShell throws to steer a pipeline (stop, break, a failure downstream): that must pass
    /// untouched.</summary>
    static bool IsOurs(Exception e) => e is ShardyFusionException or IOException or UnauthorizedAccessException
        or OperationCanceledException;

    void Fail(Exception failure)
    {
        if (StopToken.IsCancellationRequested && failure is OperationCanceledException or ObjectDisposedException)
            throw new PipelineStoppedException();
        if (failure is OperationCanceledException && budget is { IsOver: true } ended) failure = TimeIsOver(ended.Limit);
        ThrowTerminatingError(ErrorRecords.Of(failure, ErrorTarget));
    }
}
