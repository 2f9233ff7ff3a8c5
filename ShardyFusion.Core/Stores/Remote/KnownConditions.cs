using System.Collections.Concurrent;

namespace ShardyFusion.Stores.Remote;

/// <summary>What this process knows of how a store honours conditions. Safe for concurrent callers.</summary>
sealed class KnownConditions
{
    static readonly ConcurrentDictionary<string, StoreVerdict> Probed = new(StringComparer.Ordinal);

    readonly string key;
    volatile StoreCapabilities capabilities;

    /// <param name="endpoint">Address of a store that has to show what it does; null for one that is known to honour conditions.</param>
    /// <param name="location">The prefix.</param>
    /// <param name="clock">For the age of verdicts.</param>
    public KnownConditions(string? endpoint, RemoteLocation location, TimeProvider clock)
    {
        key = $"{endpoint}, bucket {location.Bucket}";
        Owner = endpoint is null ? null : new StoreVerdictOwner(endpoint, location.Bucket, location.Path);
        var known = Probed.TryGetValue(key, out var verdict) && verdict.IsValid(clock.GetUtcNow()) ? verdict : null;
        capabilities = new StoreCapabilities(endpoint is null ? true : known?.AreHonoured, IsLocal: false);
    }

    public StoreCapabilities Capabilities => capabilities;

    /// <summary>Whom a verdict is about; null when none is needed.</summary>
    public StoreVerdictOwner? Owner { get; }

    /// <summary>What is known of the endpoint and bucket; null for nothing.</summary>
    public StoreVerdict? Verdict => Probed.GetValueOrDefault(key);

    /// <summary>True when the store is known to break or refuse conditions.</summary>
    public bool AreBroken => capabilities.ConditionalWrites == false;

    /// <summary>Remembers what a probe found.</summary>
    public void Record(StoreVerdict verdict)
    {
        Probed[key] = verdict;
        capabilities = capabilities with { ConditionalWrites = verdict.AreHonoured };
    }

    /// <summary>Forgets what this process knows of an endpoint, for tests: a process that has just started knows nothing.</summary>
    public static void Forget(string endpoint)
    {
        foreach (var known in Probed.Keys.Where(key => key.StartsWith(endpoint, StringComparison.Ordinal)
            && (key[endpoint.Length] is ',' or '/')))
            Probed.TryRemove(known, out _);
    }
}
