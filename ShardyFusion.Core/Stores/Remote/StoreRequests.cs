using System.Globalization;
using Polly;
using Polly.Retry;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Limits;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Stores.Remote;

/// <summary>Sends every request of one store: bounded in number, timed out, retried within a budget, its failures typed.</summary>
/// <typeparam name="TClient">The SDK's client that sends them.</typeparam>
sealed class StoreRequests<TClient> : IDisposable
{
    /// <summary>A connection slower than this counts as stalled.</summary>
    const int SlowestBytesPerSecond = 128 * 1024;

    /// <summary>A server that let this many attempts pass without an answer lets the next one pass, too.</summary>
    const int MaxTimeouts = 2;

    static readonly ResiliencePropertyKey<long> StartKey = new("start");
    static readonly ResiliencePropertyKey<int> TimeoutsKey = new("timeouts");

    readonly TClient client;
    readonly RequestFaults faults;
    readonly StoreConnection connection;
    readonly StoreCounters counters;
    readonly TimeProvider timeProvider;
    readonly SemaphoreSlim slots;
    readonly ResiliencePipeline retries;
    readonly string endpoint;

    /// <param name="client">Sends them; stays the caller's.</param>
    /// <param name="endpoint">Where to, for messages.</param>
    /// <param name="faults">Knows what its failures mean.</param>
    /// <param name="settings">How requests are sent and counted.</param>
    public StoreRequests(TClient client, string endpoint, RequestFaults faults, RequestSettings settings)
    {
        (this.client, this.endpoint, this.faults) = (client, endpoint, faults);
        (connection, counters, timeProvider) = settings;
        slots = new SemaphoreSlim(connection.MaxConcurrentRequests, connection.MaxConcurrentRequests);
        retries = connection.MaxRetries == 0 ? ResiliencePipeline.Empty : BuildRetries();
    }

    ResiliencePipeline BuildRetries() => new ResiliencePipelineBuilder { TimeProvider = timeProvider }
        .AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = connection.MaxRetries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = connection.RetryDelay,
            ShouldHandle = args => ValueTask.FromResult(args.Outcome.Exception is { } e && faults.IsTransient(e)
                && !args.Context.CancellationToken.IsCancellationRequested && FitsBudget(args.Context, e)),
            DelayGenerator = args => ValueTask.FromResult(faults.RetryAfter(args.Outcome.Exception, timeProvider.GetUtcNow())),
            OnRetry = _ =>
            {
                counters.CountRetry();
                return default;
            },
        })
        .Build();

    bool FitsBudget(ResilienceContext context, Exception exception)
    {
        if (context.Properties.GetValue(TimeoutsKey, 0) >= MaxTimeouts) return false;
        var elapsed = timeProvider.GetElapsedTime(context.Properties.GetValue(StartKey, 0));
        return elapsed + (faults.RetryAfter(exception, timeProvider.GetUtcNow()) ?? TimeSpan.Zero) < connection.RetryBudget;
    }

    RateLimit? LimitOf(StoreAction action) => action.Use switch
    {
        StoreUse.Upload => connection.Limits?.Uploads,
        StoreUse.Delete => connection.Limits?.Deletes,
        _ => connection.Limits?.Reads,
    };

    /// <summary>Waits for the read limit on bytes whose number nobody knew before they came.</summary>
    public ValueTask AcquireReadBytesAsync(long bytes, CancellationToken cancellationToken) =>
        connection.Limits?.Reads?.AcquireAsync(0, bytes, cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Sends one request, and again while its failure may pass.</summary>
    /// <param name="action">What it does, for messages.</param>
    /// <param name="resource">What it does it to, as a URI.</param>
    /// <param name="attempt">Sends it once and reads the answer whole. Failures that are answers (a missing object, a failed condition) it
    /// returns as such.</param>
    /// <param name="cancellationToken">Cancels the attempt under way and all further ones.</param>
    /// <param name="load">How much it is about; one object without content when it is left out.</param>
    /// <exception cref="ShardyFusionException">Any kind that <see cref="RequestFaults"/> or the request pool knows.</exception>
    public async Task<T> RunAsync<T>(StoreAction action, string resource, Func<TClient, CancellationToken, Task<T>> attempt,
        CancellationToken cancellationToken, StoreLoad load = default)
    {
        var (payloadBytes, operations) = (load.PayloadBytes, 1 + load.MoreObjects);
        cancellationToken.ThrowIfCancellationRequested();
        var rate = LimitOf(action);
        // Before the clock of timeouts and retries starts: waiting for one's turn is no failure of the store.
        if (rate is not null) await rate.AcquireAsync(operations, payloadBytes, cancellationToken).ConfigureAwait(false);
        var attempts = 0;
        var transferTime = TimeSpan.FromSeconds((double)payloadBytes / SlowestBytesPerSecond);
        var start = timeProvider.GetTimestamp();
        var context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        context.Properties.Set(StartKey, start);
        try
        {
            return await retries.ExecuteAsync(async current =>
            {
                if (attempts++ > 0 && rate is not null)
                    await rate.AcquireAsync(operations, payloadBytes, current.CancellationToken).ConfigureAwait(false);
                var timeouts = current.Properties.GetValue(TimeoutsKey, 0);
                // Twice as long for the second one: a store that is merely slow shall get there.
                var limit = (connection.RequestTimeout * (action.Patience << timeouts)) + transferTime;
                try
                {
                    return await OnceAsync(resource, attempt, limit, current.CancellationToken).ConfigureAwait(false);
                }
                catch (AttemptTimeoutException)
                {
                    current.Properties.Set(TimeoutsKey, timeouts + 1);
                    throw;
                }
            }, context).ConfigureAwait(false);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && RequestFaults.IsStoreError(e))
        {
            // The client may wrap the broken connection that our own cancellation caused.
            throw new OperationCanceledException("The request was cancelled.", e, cancellationToken);
        }
        catch (Exception e) when (RequestFaults.IsStoreError(e))
        {
            if (faults.IsTransient(e)) ShardyMetrics.S3RetriesExhausted.Add();
            throw faults.Translate(e, action, resource, new StoreTries(attempts, timeProvider.GetElapsedTime(start)), endpoint);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    /// <summary>Sends a request once within a limit of its own, and says only whether it worked: for tidying up.</summary>
    /// <param name="attempt">Sends it.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Ends it at once, as if it had failed.</param>
    public async Task<bool> TryOnceAsync(Func<TClient, CancellationToken, Task> attempt, TimeSpan limit,
        CancellationToken cancellationToken = default)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            await attempt(client, timeout.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is OperationCanceledException || RequestFaults.IsStoreError(e))
        {
            return false;
        }
    }

    /// <summary>Sends a request once, within the limit of a small one, its failures untyped: for requests whose meaning lies in how they
    /// meet others.</summary>
    /// <param name="action">What it does.</param>
    /// <param name="startLine">Where it waits for those others.</param>
    /// <param name="attempt">Sends it.</param>
    /// <param name="cancellationToken">Ends it at once.</param>
    public async Task<T> SendTogetherAsync<T>(StoreAction action, StartLine startLine, Func<TClient, CancellationToken, Task<T>> attempt,
        CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(connection.RequestTimeout * action.Patience, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        StoreAttempt.Current = new StoreAttempt(startLine);
        return await attempt(client, linked.Token).ConfigureAwait(false);
    }

    async Task<T> OnceAsync<T>(string resource, Func<TClient, CancellationToken, Task<T>> attempt, TimeSpan limit,
        CancellationToken cancellationToken)
    {
        if (!await slots.WaitAsync(connection.PoolTimeout, cancellationToken).ConfigureAwait(false))
            throw new ShardyFusionException(ErrorKind.PoolExhausted,
                string.Create(CultureInfo.InvariantCulture,
                $"No request slot became free within {connection.PoolTimeout.TotalSeconds:0.###} s: {connection.MaxConcurrentRequests} "
                    + $"requests are under way."))
            { Target = resource };
        using var timeout = new CancellationTokenSource(limit, timeProvider);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var state = StoreAttempt.Current = new StoreAttempt();
        try
        {
            return await attempt(client, linked.Token).ConfigureAwait(false);
        }
        catch (Exception) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new AttemptTimeoutException("answer", limit);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AttemptTimeoutException("connection", connection.ConnectTimeout);
        }
        catch (Exception e) when (!state.IsSent && !cancellationToken.IsCancellationRequested && RequestFaults.IsStoreError(e))
        {
            throw new UnsentRequestException(e);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => slots.Dispose();
}
