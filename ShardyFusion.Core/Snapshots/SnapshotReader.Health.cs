using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Manifests;
using ShardyFusion.Reading;

namespace ShardyFusion.Snapshots;

public sealed partial class SnapshotReader
{
    /// <summary>Shards probed at the same time.</summary>
    const int ParallelProbes = 16;

    /// <summary>Most reasons that name one shard each; the rest is counted.</summary>
    const int NamedProbeFailures = 5;

    /// <summary>How long all probes together may take.</summary>
    static readonly TimeSpan ProbeTimeLimit = TimeSpan.FromSeconds(30);

    /// <summary>Tells how the reader and the store behind it are doing: one request, and with <see cref="HealthOptions.Deep"/> a probe of every shard.</summary>
    /// <param name="options">What to look at.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    /// <returns>The verdict. Failures are findings, never exceptions, except for cancellation and invalid options.</returns>
    /// <remarks>Unhealthy: closed, the store cannot be reached, the pointer is gone or malformed, or a probed shard cannot be read. Degraded:
    /// older than the threshold, on a fallback, or not the current snapshot any more.</remarks>
    public Task<HealthReport> CheckHealthAsync(HealthOptions options, CancellationToken cancellationToken) =>
        CheckHealthAsync(options, isJustOpened: false, cancellationToken);

    internal async Task<HealthReport> CheckHealthAsync(HealthOptions options, bool isJustOpened, CancellationToken cancellationToken)
    {
        RequireValid(options);
        var findings = new HealthFindings(store.Root);
        StatePin pin;
        try
        {
            pin = PinState();
        }
        catch (ShardyFusionException closed)
        {
            findings.Unhealthy(closed);
            return findings.Report(null, timeProvider.GetUtcNow(), isClosed: true);
        }
        using (pin)
        {
            var held = pin.State;
            var now = timeProvider.GetUtcNow();
            if (held.FallbackReason is { } fallback)
                findings.Degraded(fallback);
            var age = now - held.Loaded.Manifest.Required.CreatedAt;
            if (age > options.StalenessThreshold)
                findings.Degraded(string.Create(CultureInfo.InvariantCulture,
                    $"The snapshot of run '{held.RunId}' is {Rounded(age)} old, more than {Rounded(options.StalenessThreshold.Value)}."));
            if (!held.Loaded.Manifest.HasReadableShards() && held.Loaded.Manifest.Shards.Count > 0)
                findings.Unhealthy(ShardFormats.Unreadable(held.Loaded.Manifest, held.Loaded.Manifest.Shards[0].AttemptKey));
            if (!isJustOpened)
                await LookAtStoreAsync(held, findings, cancellationToken).ConfigureAwait(false);
            var probed = options.Deep ? await ProbeAsync(held, findings, cancellationToken).ConfigureAwait(false) : (int?)null;
            return findings.Report(held.Loaded, now, held.FallbackReason is not null, shardsProbed: probed);
        }
    }

    internal static void RequireValid(HealthOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.StalenessThreshold < TimeSpan.Zero)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"StalenessThreshold is {options.StalenessThreshold}; it must not be negative.");
    }

    static TimeSpan Rounded(TimeSpan time) => TimeSpan.FromSeconds(Math.Round(time.TotalSeconds));

    async Task LookAtStoreAsync(ReaderState held, HealthFindings findings, CancellationToken cancellationToken)
    {
        try
        {
            if (options.Selector.FollowedPointer is not { } pointerKey)
            {
                if (await store.HeadAsync(held.Loaded.Key, cancellationToken).ConfigureAwait(false) is null)
                    findings.Degraded($"The manifest '{held.Loaded.Ref}' was removed from the store.");
                return;
            }
            var pointer = await catalog.RequirePointerAsync(pointerKey, cancellationToken).ConfigureAwait(false);
            if (pointer.ManifestKey != held.Loaded.Key && held.FallbackReason is null)
                findings.Degraded($"Run '{pointer.Pointer!.RunId}' is current, but the reader is still on run '{held.RunId}'; refresh it.");
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            findings.Unhealthy(failure);
        }
    }

    async Task<int> ProbeAsync(ReaderState held, HealthFindings findings, CancellationToken cancellationToken)
    {
        using var timeLimit = new CancellationTokenSource(ProbeTimeLimit, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeLimit.Token);
        var slots = held.Slots.ToArray();
        var failures = new Exception?[slots.Length];
        await Parallel.ForAsync(0, slots.Length, new ParallelOptions { MaxDegreeOfParallelism = ParallelProbes, CancellationToken = cancellationToken }, async (index, _) =>
        {
            try
            {
                await ShardProbe.RunAsync(slots[index], held.Keys.Codec, either.Token).ConfigureAwait(false);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                failures[index] = failure is OperationCanceledException
                    ? new ShardyFusionException(ErrorKind.StorageTransient, $"Shard {slots[index].Entry.DbId} did not answer within {ProbeTimeLimit}.", failure) : failure;
            }
        }).ConfigureAwait(false);
        var failed = failures.OfType<Exception>().ToArray();
        foreach (var failure in failed.Take(NamedProbeFailures))
            findings.Unhealthy(failure);
        if (failed.Length > NamedProbeFailures)
            findings.Unhealthy($"{failed.Length - NamedProbeFailures} more shards failed their probe.", null);
        return slots.Length - failed.Length;
    }
}
