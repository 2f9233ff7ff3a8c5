using System.Globalization;
using ShardyFusion.Errors;

namespace ShardyFusion.Reading;

/// <summary>Runs the parts of a health check beside each other, none of which can hold it up.</summary>
/// <remarks>A part that does not answer in time is cancelled, and left alone when it does not even notice that, as a hung disk would
/// not.</remarks>
sealed class HealthCheck(TimeProvider timeProvider, TimeSpan timeout)
{
    /// <summary>How long parts have to say what they know once they are cancelled.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(500);

    readonly List<(string What, bool IsVital, Func<HealthFindings, CancellationToken, Task> Run)> parts = [];

    /// <summary>Adds a part.</summary>
    /// <param name="what">What it asks, for messages.</param>
    /// <param name="isVital">True when no answer means unhealthy, false when it means degraded.</param>
    /// <param name="run">Adds what it finds. Failures are findings of their own.</param>
    public void Add(string what, bool isVital, Func<HealthFindings, CancellationToken, Task> run) => parts.Add((what, isVital, run));

    /// <summary>Runs all parts.</summary>
    /// <param name="findings">Gets what they find, in the order in which they were added.</param>
    /// <param name="lastKnown">What is reported where a part did not answer, as the end of a sentence.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>False when a part did not answer in time.</returns>
    public async Task<bool> RunAsync(HealthFindings findings, string lastKnown, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var token = either.Token;
        var running = parts.ConvertAll(part => (part.What, part.IsVital,
            Answer: Task.Run(async () => await AskAsync(part.Run, part.IsVital, token, cancellationToken).ConfigureAwait(false),
            CancellationToken.None)));
        Task all = Task.WhenAll(running.Select(part => part.Answer));
        // What has answered counts; who has not is found below.
        await all.WaitAsync(timeout + Grace, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        var isComplete = true;
        foreach (var (what, isVital, answer) in running)
        {
            var found = answer.IsCompletedSuccessfully ? await answer.ConfigureAwait(false) : null;
            if (found is not null)
            {
                findings.Add(found);
                continue;
            }
            isComplete = false;
            var reason = string.Create(CultureInfo.InvariantCulture,
                $"{what} did not answer within {timeout.TotalSeconds:0.###} s; {lastKnown}");
            if (isVital) findings.Unhealthy(reason, ErrorKind.StorageTransient);
            else findings.Degraded(reason);
        }
        return isComplete;
    }

    // Null when it was cancelled by the limit.
    static async Task<HealthFindings?> AskAsync(Func<HealthFindings, CancellationToken, Task> run, bool isVital, CancellationToken limited,
        CancellationToken caller)
    {
        var findings = new HealthFindings();
        try
        {
            await run(findings, limited).ConfigureAwait(false);
            return findings;
        }
        catch (OperationCanceledException) when (limited.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception failure) when (!caller.IsCancellationRequested)
        {
            if (isVital) findings.Unhealthy(failure);
            else findings.Degraded(failure.Message);
            return findings;
        }
    }
}
