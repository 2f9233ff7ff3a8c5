using System.Globalization;
using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>One run of <see cref="StoreProbe"/>: its own folder of keys, its checks, and what they hand on to each other.</summary>
/// <remarks>A check returns null when the store did as it should, else what it did.</remarks>
sealed class StoreProbeSession(IObjectStore store, TimeProvider timeProvider, CancellationToken cancellationToken)
{
    /// <summary>Below this the objects of all probes lie.</summary>
    public const string AllFolders = ".probe/";

    static readonly PutOptions Always = new(PutCondition.Always, "text/plain");
    static readonly PutOptions CreateOnly = new(PutCondition.CreateOnly, "text/plain");
    static readonly byte[] First = "first"u8.ToArray();
    static readonly byte[] Second = "second"u8.ToArray();
    static readonly string[] ListedNames = ["list/a", "list/a-b", "list/a/x", "list/a/y", "list/b"];

    /// <summary>Where four race on such a store, several win in five rounds of six.</summary>
    const int Racers = 4;
    const int RaceRounds = 3;

    readonly string folder = $"{AllFolders}{Guid.NewGuid():N}/";
    readonly List<string> written = [];
    readonly SortedSet<string> denied = new(StringComparer.Ordinal);
    string? firstETag;
    bool isBroken;

    /// <summary>Why the store could not be tried; null when every check could say yes or no.</summary>
    public ShardyFusionException? Refusal { get; private set; }

    string CasKey => folder + "cas";

    public async Task<List<StoreProbeResult>> RunAsync((string Name, Func<StoreProbeSession, Task<string?>> Run)[] checks)
    {
        var results = new List<StoreProbeResult>();
        foreach (var (name, run) in checks)
        {
            if (isBroken)
            {
                results.Add(new StoreProbeResult(name, null, "Not checked: nothing could be written.", TimeSpan.Zero));
                continue;
            }
            var start = timeProvider.GetTimestamp();
            var (passed, detail) = await TryAsync(name, run).ConfigureAwait(false);
            results.Add(new StoreProbeResult(name, passed, detail, timeProvider.GetElapsedTime(start)));
        }
        return results;
    }

    async Task<(bool? Passed, string Detail)> TryAsync(string name, Func<StoreProbeSession, Task<string?>> run)
    {
        try
        {
            var fault = await run(this).ConfigureAwait(false);
            return (fault is null, fault ?? "As it should be.");
        }
        catch (ShardyFusionException e) when (e.Kind is not (ErrorKind.StorageTransient or ErrorKind.PoolExhausted))
        {
            if (e.Kind == ErrorKind.StorageDenied)
                denied.Add(name);
            Refusal ??= e.Kind == ErrorKind.StoreUnsafe ? null : e;
            isBroken = firstETag is null;
            return (e.Kind == ErrorKind.StoreUnsafe ? false : isBroken ? null : false, e.Message);
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
            firstETag = result.ETag;
            return result.Written ? null : "A new object was refused.";
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.StoreUnsafe)
        {
            // The other checks need an object.
            firstETag = (await PutAsync(CasKey, First, Always).ConfigureAwait(false)).ETag;
            return e.Message;
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

    // Ceph's gateway compares and writes in two steps in a bucket that keeps versions: one after another each condition holds, at once all do.
    public async Task<string?> RaceAsync()
    {
        var key = folder + "race";
        var etag = (await PutAsync(key, First, Always).ConfigureAwait(false)).ETag;
        for (var round = 0; round < RaceRounds && etag is not null; round++)
        {
            var condition = new PutOptions(PutCondition.IfMatch(etag), Always.ContentType);
            var results = await Task.WhenAll(Enumerable.Range(0, Racers).Select(racer => PutAsync(key, [(byte)round, (byte)racer], condition))).ConfigureAwait(false);
            var winners = results.Count(static r => r.Written);
            if (winners > 1)
                return string.Create(CultureInfo.InvariantCulture, $"Of {Racers} writes at once that named the same version, {winners} were accepted.");
            etag = results.FirstOrDefault(static r => r.Written).ETag;
        }
        return null;
    }

    public async Task<string?> ReadAsync()
    {
        await PutAsync(folder + "read", First, Always).ConfigureAwait(false);
        if (!await HoldsAsync(folder + "read", First).ConfigureAwait(false))
            return "An object did not read back as written.";
        return await store.GetAsync(folder + "absent", 1024, cancellationToken).ConfigureAwait(false) is null ? null : "An object that was never written exists.";
    }

    public async Task<string?> RangesAsync()
    {
        var content = Encoding.ASCII.GetBytes("0123456789");
        await PutAsync(folder + "range", content, Always).ConfigureAwait(false);
        var buffer = new byte[4];
        var read = await store.GetRangeAsync(folder + "range", 3, buffer, cancellationToken).ConfigureAwait(false);
        if (read != 4 || !buffer.AsSpan().SequenceEqual(content.AsSpan(3, 4)))
            return "A range in the middle came back wrong.";
        var tail = await store.GetTailAsync(folder + "range", 3, cancellationToken).ConfigureAwait(false);
        return tail.TotalBytes == 10 && tail.Content.Span.SequenceEqual(content.AsSpan(7)) ? null : "The last bytes came back wrong.";
    }

    public async Task<string?> ListOrderAsync()
    {
        foreach (var name in ListedNames.Reverse())
        {
            // A file system cannot hold an object and objects below it.
            if (!(store.Capabilities.IsLocal && name == ListedNames[0]))
                await PutAsync(folder + name, First, Always).ConfigureAwait(false);
        }
        return Compare(await KeysAsync(store.ListAsync(folder + "list/", null, cancellationToken)).ConfigureAwait(false), Listed())
            ?? Compare(await KeysAsync(store.ListAsync(folder + "list/", "/", cancellationToken)).ConfigureAwait(false), Folded());
    }

    public async Task<string?> ListPagingAsync() => store is IProbedStore paging
        ? Compare(await KeysAsync(paging.ListInPagesAsync(folder + "list/", null, 2, cancellationToken)).ConfigureAwait(false), Listed())
            ?? Compare(await KeysAsync(paging.ListInPagesAsync(folder + "list/", "/", 1, cancellationToken)).ConfigureAwait(false), Folded())
        : null;

    IEnumerable<string> Listed() => ListedNames.Where(name => written.Contains(folder + name)).Select(name => folder + name);

    IEnumerable<string> Folded() => ListedNames.Where(name => written.Contains(folder + name) && name is not ("list/a/x" or "list/a/y"))
        .Append("list/a/").Order(StoreKeys.Utf8Order).Select(name => folder + name);

    static string? Compare(List<string> actual, IEnumerable<string> expected) =>
        actual.SequenceEqual(expected, StringComparer.Ordinal) ? null : "The keys came back incomplete or out of order.";

    static async Task<List<string>> KeysAsync(IAsyncEnumerable<ListEntry> entries)
    {
        var keys = new List<string>();
        await foreach (var entry in entries.ConfigureAwait(false))
            keys.Add(entry.Key);
        return keys;
    }

    public async Task<string?> ClockAsync()
    {
        var before = timeProvider.GetUtcNow();
        await PutAsync(folder + "clock", First, Always).ConfigureAwait(false);
        var info = await store.HeadAsync(folder + "clock", cancellationToken).ConfigureAwait(false);
        var skew = info!.LastModified < before ? before - info.LastModified : info.LastModified - timeProvider.GetUtcNow();
        return skew <= StoreProbe.MaxClockSkew ? null : string.Create(CultureInfo.InvariantCulture, $"This machine's clock and the store's are {skew.TotalSeconds:0} s apart.");
    }

    public async Task<string?> DeleteAsync()
    {
        var keys = written.Distinct().ToList();
        var failed = (await store.DeleteAsync(keys, cancellationToken).ConfigureAwait(false)).FirstOrDefault(static r => r.Error is not null);
        if (failed.Error is not null)
        {
            denied.Add("delete");
            return failed.Error;
        }
        if ((await KeysAsync(store.ListAsync(folder, null, cancellationToken)).ConfigureAwait(false)).Count > 0)
            return "Deleted objects are still listed.";
        written.Clear();
        return null;
    }

    public StoreProbeResult Permissions() => new("permissions", denied.Count == 0 && !isBroken,
        denied.Count == 0 ? isBroken ? "Nothing could be written." : "Reading, writing, listing and deleting are allowed." : $"Denied in: {string.Join(", ", denied)}.", TimeSpan.Zero);

    // Best effort, also after cancellation; a later probe or clean-up finds what stays by its folder.
    public async Task RemoveAllAsync()
    {
        if (written.Count == 0 || cancellationToken.IsCancellationRequested)
            return;
        try
        {
            await store.DeleteAsync([.. written.Distinct()], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ShardyFusionException or OperationCanceledException)
        {
            written.Clear();
        }
    }
}
