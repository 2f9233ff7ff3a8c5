using System.Globalization;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>One run of <see cref="StoreProbe"/>: its own folder of keys, its checks, and what they hand on to each other.</summary>
/// <remarks>A check returns null when the store did as it should, else what it did. Here: the run, and the checks of conditions.</remarks>
sealed partial class StoreProbeSession(IObjectStore store, TimeProvider timeProvider, CancellationToken cancellationToken)
{
    /// <summary>Below this the objects of all probes lie.</summary>
    public const string AllFolders = ".probe/";

    static readonly PutOptions Always = new(PutCondition.Always, "text/plain");
    static readonly PutOptions CreateOnly = new(PutCondition.CreateOnly, "text/plain");
    static readonly byte[] First = "first"u8.ToArray();
    static readonly byte[] Second = "second"u8.ToArray();

    // Where eight leave at one moment, a store that compares and writes in two steps lets several win in most rounds; ten rounds without
    // one are no accident.
    const int Racers = 8;
    const int RaceRounds = 10;

    readonly string folder = $"{AllFolders}{Guid.NewGuid():N}/";
    readonly HashSet<string> written = new(StringComparer.Ordinal);
    readonly SortedSet<string> denied = new(StringComparer.Ordinal);
    string? firstETag;
    bool isBroken, isSilent;

    /// <summary>Why the store could not be tried; null when every check could say yes or no.</summary>
    public ShardyFusionException? Refusal { get; private set; }

    /// <summary>The first check by which the store broke what it should honour; null while there is none.</summary>
    public StoreProbeResult? Fault { get; private set; }

    string CasKey => folder + "cas";

    /// <summary>Runs checks in their order.</summary>
    /// <param name="checks">Which.</param>
    /// <param name="stopsAtFault">True leaves out those after the first by which the store failed: it is not going to be used.</param>
    public async Task<List<StoreProbeResult>> RunAsync(IEnumerable<StoreCheckPlan> checks, bool stopsAtFault = false)
    {
        var results = new List<StoreProbeResult>();
        foreach (var check in checks)
        {
            if (stopsAtFault && Fault is not null) break;
            var start = timeProvider.GetTimestamp();
            var (passed, detail, isFault) = isBroken ? (null, "Not checked: nothing could be written.", false)
                : isSilent ? (null, "Not checked: the store had stopped answering.", false)
                : await TryAsync(check).ConfigureAwait(false);
            var result = new StoreProbeResult(check.Name, passed, detail, timeProvider.GetElapsedTime(start), check.IsRequired);
            results.Add(result);
            if (isFault) Fault ??= result;
        }
        return results;
    }

    async Task<(bool? Passed, string Detail, bool IsFault)> TryAsync(StoreCheckPlan check)
    {
        try
        {
            var fault = await check.Run(this).ConfigureAwait(false);
            return (fault is null, fault ?? "As it should be.", fault is not null);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StoreUnsafe)
        {
            isBroken = firstETag is null;
            return (false, e.Message, true);
        }
        catch (ShardyFusionException e)
        {
            var mayPass = e.IsOutcomeUnknown || e.Kind == ErrorKind.PoolExhausted;
            var isUnanswered = mayPass && e.HttpStatus is null && e.Kind != ErrorKind.StorageAnswer;
            if (isUnanswered && firstETag is null) throw;
            Refusal ??= e;
            isSilent = isUnanswered;
            isBroken = firstETag is null;
            var isDenied = e.HttpStatus is 401 or 403 || (e.HttpStatus is null && e.Kind == ErrorKind.StorageDenied);
            if (isDenied) denied.Add(check.Name);
            return mayPass ? (null, e.HttpStatus is { } status ? string.Create(CultureInfo.InvariantCulture, $"Not checked: HTTP {status}.")
                : $"Not checked: {e.Message}", false)
                : (isBroken ? null : false, e.Message, false);
        }
    }

    Task<PutResult> PutAsync(string key, byte[] content, PutOptions options)
    {
        written.Add(key);
        return store.PutAsync(key, content, options with { IsProbe = true }, cancellationToken);
    }

    async Task<bool> HoldsAsync(string key, byte[] content) =>
        await store.GetAsync(key, 1024, cancellationToken).ConfigureAwait(false) is { } found && found.Content.Span.SequenceEqual(content);

    public async Task<string?> CreateAsync()
    {
        try
        {
            var result = await PutAsync(CasKey, First, CreateOnly).ConfigureAwait(false);
            firstETag = result.Written ? result.ETag : (await PutAsync(CasKey, First, Always).ConfigureAwait(false)).ETag;
            return result.Written ? null : "A new object was refused.";
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StoreUnsafe || e.HttpStatus is not (null or 401 or 403))
        {
            // The other checks need an object.
            firstETag = (await PutAsync(CasKey, First, Always).ConfigureAwait(false)).ETag;
            throw;
        }
    }

    public async Task<string?> ConflictingCreateAsync()
    {
        var result = await PutAsync(CasKey, Second, CreateOnly).ConfigureAwait(false);
        return result.Written || !await HoldsAsync(CasKey, First).ConfigureAwait(false) ? "An existing object was overwritten." : null;
    }

    public async Task<string?> MatchAsync()
    {
        var result = await PutAsync(CasKey, Second, new PutOptions(PutCondition.IfMatch(firstETag!))).ConfigureAwait(false);
        return result.Written && await HoldsAsync(CasKey, Second).ConfigureAwait(false) ? null : "The current version's tag was refused.";
    }

    public async Task<string?> StaleMatchAsync()
    {
        var result = await PutAsync(CasKey, First, new PutOptions(PutCondition.IfMatch(firstETag!))).ConfigureAwait(false);
        return result.Written || !await HoldsAsync(CasKey, Second).ConfigureAwait(false) ? "An old version's tag was accepted." : null;
    }

    public async Task<string?> MissingMatchAsync()
    {
        var result = await PutAsync(folder + "missing", First, new PutOptions(PutCondition.IfMatch(firstETag!))).ConfigureAwait(false);
        return result.Written ? "A version's tag was accepted where no object is." : null;
    }

    public Task<string?> CreateRaceAsync() => RaceAsync(
        (round, _) => Task.FromResult(($"{folder}new-{(char)('a' + round)}", PutCondition.CreateOnly)), "wanted to create the same object");

    // Ceph's gateway compares and writes in two steps in a bucket that keeps versions: one after another each condition holds, at once all
    // do.
    public Task<string?> MatchRaceAsync() => RaceAsync(async (_, winner) =>
    {
        var key = folder + "race";
        var etag = winner is { ETag: { } known } ? known
            : (await store.HeadAsync(key, cancellationToken).ConfigureAwait(false))?.ETag
            ?? (await PutAsync(key, First, Always).ConfigureAwait(false)).ETag!;
        return (key, PutCondition.IfMatch(etag));
    }, "named the same version");

    async Task<string?> RaceAsync(Func<int, PutResult?, Task<(string Key, PutCondition Condition)>> next, string what)
    {
        if (store is IProbedStore probed) await probed.OpenConnectionsAsync(CasKey, Racers, cancellationToken).ConfigureAwait(false);
        var decided = 0;
        PutResult? winner = null;
        for (var round = 0; round < RaceRounds; round++)
        {
            var (key, condition) = await next(round, winner).ConfigureAwait(false);
            written.Add(key);
            ReadOnlyMemory<byte>[] contents = [.. Enumerable.Range(0, Racers)
                .Select(racer => (ReadOnlyMemory<byte>)new byte[] { (byte)round, (byte)racer })];
            var results = await StartTogetherAsync(key, contents, condition).ConfigureAwait(false);
            var winners = results.Count(static r => r?.Written == true);
            if (winners > 1)
                return string.Create(CultureInfo.InvariantCulture, $"Of {Racers} writes at once that {what}, {winners} were accepted.");
            winner = results.FirstOrDefault(static r => r?.Written == true);
            decided += winners;
        }
        if (decided > 0) return null;
        throw new ShardyFusionException(ErrorKind.StorageAnswer,
            $"Of {Racers} writes at once that {what}, none was accepted, in any of {RaceRounds} rounds.")
        {
            Target = store.Root,
        };
    }

    async Task<IReadOnlyList<PutResult?>> StartTogetherAsync(string key, ReadOnlyMemory<byte>[] contents, PutCondition condition)
    {
        if (store is IProbedStore probed) return await probed.RaceAsync(key, contents, condition, cancellationToken).ConfigureAwait(false);
        var options = new PutOptions(condition, Always.ContentType) { IsProbe = true };
        return await Task.WhenAll(contents.Select(content => Task.Run(async () => (PutResult?)await store.PutAsync(key, content, options,
            cancellationToken).ConfigureAwait(false), cancellationToken)))
            .ConfigureAwait(false);
    }

    public StoreProbeResult Permissions() => new("permissions", denied.Count > 0 ? false : isBroken || isSilent ? null : true,
        denied.Count > 0 ? $"Denied in: {string.Join(", ", denied)}." : isBroken ? "Nothing could be written." : isSilent
        ? "Not checked: the store had stopped answering."
            : "Reading, writing, listing and deleting are allowed.", TimeSpan.Zero, IsRequired: false);

    // Best effort, also after cancellation; a later probe or clean-up finds what stays by its folder.
    public async Task RemoveAllAsync()
    {
        if (written.Count == 0 || cancellationToken.IsCancellationRequested || isSilent)
            return;
        try
        {
            await store.DeleteAsync([.. written], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            written.Clear();
        }
    }
}
