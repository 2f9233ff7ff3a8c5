using System.Globalization;
using ShardyFusion.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Remote;
using ShardyFusion.Stores.S3;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Stores that compare and write in two steps: nobody publishes to one, and what a probe found is remembered.</summary>
public sealed class TwoStepStoreTests(S3Server server)
{
    /// <summary>Probes and races per pause; 1,000 by SHARDYFUSION_TEST_RACES=1000.</summary>
    static int Races => int.TryParse(Environment.GetEnvironmentVariable("SHARDYFUSION_TEST_RACES"), NumberStyles.None,
        CultureInfo.InvariantCulture, out var races) ? races : 5;

    static readonly int[] Keys = [.. Enumerable.Range(0, 20)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(50)]
    public async Task RequireConditionalWrites_PauseBetweenCompareAndWrite_NeverLetThrough(int milliseconds)
    {
        var prefix = await server.NewPrefixAsync();
        using var twoSteps = new TwoStepDouble(server, TimeSpan.FromMilliseconds(milliseconds));
        int letThrough = 0, doubles = 0, writes = 0;
        for (var race = 0; race < Races; race++)
        {
            // Every time for the first time: an endpoint and a prefix that nobody knows.
            await using var proxy = FaultProxy.Start(server.Endpoint);
            twoSteps.Before(proxy);
            await using var store = (S3ObjectStore)ObjectStores.Open($"{prefix}/{race}", server.Connection(proxy.Endpoint));
            try
            {
                await StoreProbe.RequireConditionalWritesAsync(store, Token);
                letThrough++;
                doubles += await DoubleWinAsync(store) ? 1 : 0;
            }
            catch (ShardyFusionException refused) when (refused.Kind == ErrorKind.StoreUnsafe)
            {
            }
            writes += proxy.Requests.Count(static r => r.IsWrite);
        }
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"counts: pause_ms={milliseconds} races={Races} let_through={letThrough} double_winners={doubles} writes={writes}");
        Assert.Equal((0, 0), (letThrough, doubles));
    }

    /// <summary>Two writers of one version, as two publishers are.</summary>
    static async Task<bool> DoubleWinAsync(S3ObjectStore store)
    {
        var etag = (await store.PutAsync("raced", "0"u8.ToArray(), new PutOptions(PutCondition.Always), Token)).ETag!;
        var results = await store.RaceAsync("raced", ["1"u8.ToArray(), "2"u8.ToArray()], PutCondition.IfMatch(etag), Token);
        return results.Count(static r => r?.Written == true) > 1;
    }

    [Fact]
    public async Task RequireConditionalWrites_ServerThatHonoursThem_AlwaysLetThroughWithOneWinner()
    {
        var prefix = await server.NewPrefixAsync();
        int letThrough = 0, doubles = 0;
        for (var race = 0; race < Races; race++)
        {
            await using var proxy = FaultProxy.Start(server.Endpoint);
            await using var store = (S3ObjectStore)ObjectStores.Open($"{prefix}/{race}", server.Connection(proxy.Endpoint));
            await StoreProbe.RequireConditionalWritesAsync(store, Token);
            letThrough++;
            doubles += await DoubleWinAsync(store) ? 1 : 0;
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"counts: honest races={Races} let_through={letThrough} double_winners={doubles}");
        Assert.Equal((Races, 0), (letThrough, doubles));
    }

    /// <summary>As a process that has just started: what this one knows by heart is forgotten.</summary>
    SnapshotStore Fresh(S3Prefix prefix)
    {
        KnownConditions.Forget(prefix.Proxy.Endpoint);
        return prefix.OpenProxied(isKnown: false);
    }

    [Fact]
    public async Task Publish_OnceRefused_RefusedByEveryLaterProcessUntilProbedByHand()
    {
        await using var prefix = await CreateAsync(server);
        using var twoSteps = new TwoStepDouble(server, TimeSpan.FromMilliseconds(20));
        var isRepaired = false;
        using var honest = server.Client();
        prefix.Proxy.On(_ => isRepaired, static async (proxy, request, token) => await proxy.ForwardAsync(request, token),
            count: int.MaxValue);
        twoSteps.Before(prefix.Proxy);
        Assert.Equal(ErrorKind.StoreUnsafe,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(Fresh(prefix), Keys))).Kind);
        Assert.Empty(await prefix.KeysAsync());
        // Even one that would pass now: a no by luck is impossible, a yes is not.
        isRepaired = true;
        var requests = prefix.Proxy.Requests.Count;
        var store = Fresh(prefix);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => PublishAsync(store, Keys));
        Assert.Equal(ErrorKind.StoreUnsafe, error.Kind);
        Assert.Contains("earlier probe", error.Message, StringComparison.Ordinal);
        Assert.Contains("shardy probe", error.RecommendedAction, StringComparison.Ordinal);
        Assert.DoesNotContain(prefix.Proxy.Requests.Skip(requests), static r => r.IsWrite);

        Assert.Equal(StoreFitness.Fit, StoreProbe.Judge(await store.ProbeAsync(Token)));
        Assert.True((await PublishAsync(store, Keys)).Published);
        Assert.True((await PublishAsync(Fresh(prefix), Keys)).Published);
    }

    [Fact]
    public async Task Publish_OnceLetThrough_LaterProcessesAskTwoObjectsOnly()
    {
        await using var prefix = await CreateAsync(server);
        var counts = new List<int>();
        for (var process = 0; process < 2; process++)
        {
            var before = prefix.Proxy.Requests.Count;
            await PublishAsync(Fresh(prefix), Keys, options: new BuildOptions { ShardCount = 2 });
            counts.Add(prefix.Proxy.Requests.Count - before);
        }
        var known = prefix.Proxy.Requests.Count;
        await PublishAsync(prefix.OpenProxied(), Keys, options: new BuildOptions { ShardCount = 2 });
        var without = prefix.Proxy.Requests.Count - known;
        TestContext.Current.TestOutputHelper?.WriteLine($"counts: small build: first={counts[0]} later={counts[1]} without={without}");
        Assert.InRange(counts[1] - without, 0, 2);
        Assert.InRange(counts[0], counts[1] + 50, counts[1] + 250);
    }

    public static TheoryData<string> StaleYeses => ["other endpoint", "other prefix", "copied elsewhere", "too old", "from the future",
        "damaged"];

    [Theory]
    [MemberData(nameof(StaleYeses))]
    public async Task Verdict_YesThatDoesNotFit_IsNotTrusted(string what)
    {
        await using var prefix = await CreateAsync(server);
        var owner = new StoreVerdictOwner(server.Endpoint, "bucket", "path");
        var now = DateTimeOffset.UtcNow;
        var at = what switch { "too old" => now.AddDays(-8), "from the future" => now.AddHours(1), _ => now };
        await StoreVerdicts.SaveAsync(prefix.Objects, owner, new StoreVerdict(true, "fine", at), isByHand: true, Token);
        var key = Assert.Single(await ObjectKeysAsync(prefix), static k => k.EndsWith("-yes.json", StringComparison.Ordinal));
        var asked = what switch
        {
            "other endpoint" => owner with { Endpoint = "http://127.0.0.1:1" },
            "other prefix" => owner with { Path = "path2" },
            _ => owner
        };
        if (what == "damaged")
            await prefix.Objects.PutAsync(key, "{\"conditional_writes\": tru"u8.ToArray(), new PutOptions(PutCondition.Always), Token);
        // A copy is written later than the verdict says it was found.
        var probedAt = what == "copied elsewhere" ? now.AddHours(-1) : at;
        if (what == "copied elsewhere")
            await StoreVerdicts.SaveAsync(prefix.Objects, owner, new StoreVerdict(true, "fine", probedAt), isByHand: true, Token);
        Assert.Null(await StoreVerdicts.LoadAsync(prefix.Objects, asked, now, Token));
        await StoreVerdicts.SaveAsync(prefix.Objects, owner, new StoreVerdict(true, "fine", now), isByHand: true, Token);
        Assert.True((await StoreVerdicts.LoadAsync(prefix.Objects, owner, now, Token))!.AreHonoured);
    }

    [Fact]
    public async Task Verdict_NoMeetsALuckyYes_NoWinsAndStaysForYears()
    {
        await using var prefix = await CreateAsync(server);
        var owner = new StoreVerdictOwner(server.Endpoint, "bucket", "path");
        var now = DateTimeOffset.UtcNow;
        await StoreVerdicts.SaveAsync(prefix.Objects, owner, new StoreVerdict(false, "race", now), isByHand: false, Token);
        Assert.False((await StoreVerdicts.SaveAsync(prefix.Objects, owner, new StoreVerdict(true, "lucky", now), isByHand: false,
            Token)).AreHonoured);
        Assert.False((await StoreVerdicts.LoadAsync(prefix.Objects, owner, now.AddYears(3), Token))!.AreHonoured);
        // A clean-up of what probes left passes verdicts over.
        await StoreProbe.RemoveLeftoversAsync(prefix.Objects, new LaterClock(TimeSpan.FromDays(400)), Token);
        Assert.False((await StoreVerdicts.LoadAsync(prefix.Objects, owner, now, Token))!.AreHonoured);
    }

    static async Task<List<string>> ObjectKeysAsync(S3Prefix prefix)
    {
        var keys = new List<string>();
        await foreach (var entry in prefix.Objects.ListAsync(StoreVerdicts.Folder, null, Token)) keys.Add(entry.Key);
        return keys;
    }
}
