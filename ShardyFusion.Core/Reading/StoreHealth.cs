using ShardyFusion.Catalog;
using ShardyFusion.Stores;

namespace ShardyFusion.Reading;

/// <summary>Checks the health of a prefix, and keeps what it last knew.</summary>
sealed class StoreHealth(StoreContext context, ReaderOpener readers)
{
    /// <summary>Even when opening took nearly all the time, the rest may look around once.</summary>
    static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(100);
    HealthReport? lastHealth;
    readonly IObjectStore store = context.Store;
    readonly TimeProvider clock = context.Clock;

    /// <summary>Opens a reader on the current snapshot, checks it and closes it: see
    /// <see cref="SnapshotReader.CheckHealthAsync(HealthOptions, CancellationToken)"/>.</summary>
    /// <param name="options">What to look at.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>Unhealthy with the failure's kind when no reader can be opened. Never throws but for cancellation and invalid options. When
    /// the store does not answer in time, the figures of this object's last check that did.</returns>
    public async Task<HealthReport> CheckAsync(HealthOptions options, CancellationToken cancellationToken)
    {
        HealthOptions.RequireValid(options);
        cancellationToken.ThrowIfCancellationRequested();
        var startedAt = clock.GetTimestamp();
        var findings = new HealthFindings();
        SnapshotReader? reader = null;
        var opening = new HealthCheck(clock, options.Timeout);
        opening.Add("The store", true, async (_, token) =>
        {
            var opened = await readers.OpenAsync(new ReaderOptions(), token).ConfigureAwait(false);
            // The check may have given up on it.
            if (token.IsCancellationRequested) await opened.DisposeAsync().ConfigureAwait(false);
            else Volatile.Write(ref reader, opened);
        });
        var last = Volatile.Read(ref lastHealth);
        bool isComplete;
        try
        {
            isComplete = await opening.RunAsync(findings, last is null ? "nothing was known before."
                : $"the figures are those of {last.CheckedAt:u}.", cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            if (Volatile.Read(ref reader) is { } unused) await unused.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        if (Volatile.Read(ref reader) is not { } found)
            return findings.Conclude((isComplete ? HealthReport.Empty(store.Root) : LastKnown(last)) with
            {
                TimedOut = !isComplete,
                CheckedAt = clock.GetUtcNow()
            });
        await using (found.ConfigureAwait(false))
        {
            var left = options.Timeout - clock.GetElapsedTime(startedAt);
            var report = await found.CheckHealthAsync(options with { Timeout = left > ShortestRest ? left : ShortestRest },
                isJustOpened: true, cancellationToken).ConfigureAwait(false);
            if (!report.TimedOut) Volatile.Write(ref lastHealth, report);
            return report;
        }
    }

    // What was known then, with ages as of now.
    HealthReport LastKnown(HealthReport? last)
    {
        if (last is null) return HealthReport.Empty(store.Root);
        var since = clock.GetUtcNow() - last.CheckedAt;
        return last with
        {
            ManifestAge = last.ManifestAge + since,
            PointerAge = last.PointerAge + since,
            Lag = last.Lag + since,
            ShardsProbed = null,
        };
    }
}
