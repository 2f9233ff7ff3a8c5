using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using static ShardyFusion.Core.Tests.Remote.RemotePrefix;

namespace ShardyFusion.Core.Tests.Remote;

/// <summary>Publishers and rollbacks that meet at one pointer.</summary>
public abstract class PointerRaceTests
{
    readonly IStoreServer server;

    private protected PointerRaceTests(IStoreServer server) => this.server = server;

    /// <summary>How many times they meet; SHARDYFUSION_RACE_ROUNDS says otherwise.</summary>
    private protected virtual int Rounds => RoundsOr(100);

    private protected static int RoundsOr(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("SHARDYFUSION_RACE_ROUNDS"), out var rounds) ? rounds : usual;

    static readonly int[] Keys = [.. Enumerable.Range(0, 12)];

    /// <summary>What one contender did: the run it made current and the one it replaced, or the error it was told.</summary>
    sealed record Outcome(string Who, string? Run, string? Replaced, ErrorKind? Told);

    static async Task<Outcome> TryAsync(string who, Func<Task<(string Run, string? Replaced)>> act)
    {
        try
        {
            var (run, replaced) = await act();
            return new Outcome(who, run, replaced, null);
        }
        catch (ShardyFusionException e) when (e.Kind is ErrorKind.PointerConflict or ErrorKind.BuildInProgress)
        {
            return new Outcome(who, null, null, e.Kind);
        }
    }

    [Fact]
    public async Task TwoPublishersAndARollback_ManyRounds_OneWinnerEachAndEveryStateComplete()
    {
        await using var prefix = await CreateAsync(server);
        var first = prefix.Open(server.Connection());
        var second = prefix.Open(server.Connection());
        var third = prefix.Open(server.Connection());
        string[] targets = [(await PublishAsync(first, Keys, "start-a")).RunId, (await PublishAsync(first, Keys, "start-b")).RunId];
        var current = targets[1];
        var wins = new Dictionary<string, int> { ["first"] = 0, ["second"] = 0, ["rollback"] = 0 };

        using var done = new CancellationTokenSource();
        var watching = WatchAsync(prefix, done.Token);
        for (var round = 0; round < Rounds; round++)
        {
            // All three have seen the same pointer before any of them moves it.
            var text = $"r{round}";
            await using var one = await StartAsync(first, text + "-first");
            await using var two = await StartAsync(second, text + "-second");
            var plan = await third.PlanRollbackAsync(new SnapshotSelector { RunId = targets.First(target => target != current) }, Token);
            var outcomes = await Task.WhenAll(
                TryAsync("first", () => CompleteAsync(one)),
                TryAsync("second", () => CompleteAsync(two)),
                TryAsync("rollback", async () =>
                {
                    // Builds write shards first; a rollback that never waits would always win.
                    await Task.Delay(round % 10 * 15, Token);
                    var result = await third.RollbackAsync(plan, false, Token);
                    return (result.To, result.From);
                }));
            var winner = Assert.Single(outcomes, static o => o.Told is null);
            Assert.All(outcomes.Where(o => o != winner), static o => Assert.Equal(ErrorKind.PointerConflict, o.Told));
            Assert.Equal(current, winner.Replaced);
            current = (await third.GetInfoAsync(SnapshotSelector.Current, Token)).RunId;
            Assert.Equal(winner.Run, current);
            wins[winner.Who]++;
        }
        await done.CancelAsync();
        var seen = await watching;
        TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(", ", wins)}; read whole {seen} times meanwhile");
        Assert.True(seen > 0);
        Assert.True(wins.Values.Count(static n => n > 0) >= 2, string.Join(", ", wins));

        static Task<SnapshotBuild> StartAsync(SnapshotStore store, string text) =>
            StartWithRowsAsync(store, text, new BuildOptions { ShardCount = 2, AllowConcurrentBuild = true });
    }

    [Fact]
    public async Task TwoPublishersAndARollback_WithoutWaitingForEachOther_MovesFormOneLine()
    {
        await using var prefix = await CreateAsync(server);
        string[] targets = [(await PublishAsync(prefix.Direct, Keys, "start-a")).RunId,
            (await PublishAsync(prefix.Direct, Keys, "start-b")).RunId];
        var outcomes = (await Task.WhenAll(
            Task.Run(() => PublishManyAsync("exclusive", allowConcurrent: false)),
            Task.Run(() => PublishManyAsync("concurrent", allowConcurrent: true)),
            Task.Run(RollBackManyAsync))).SelectMany(static o => o).ToList();

        // Every move replaced what another one made current: a run was replaced as often as it became current, but for the last one.
        var moves = outcomes.Where(static o => o.Told is null).ToList();
        var balance = new Dictionary<string, int> { [targets[1]] = 1 };
        foreach (var move in moves)
        {
            balance[move.Run!] = balance.GetValueOrDefault(move.Run!) + 1;
            balance[move.Replaced!] = balance.GetValueOrDefault(move.Replaced!) - 1;
        }
        balance[(await prefix.Direct.GetInfoAsync(SnapshotSelector.Current, Token)).RunId]--;
        // A rollback that another writer followed before it read back is told of the conflict, too, and so its move is missing here.
        var missing = balance.Where(static b => b.Value < 0).ToList();
        Assert.All(missing, m => Assert.Contains(m.Key, targets));
        Assert.Equal(0, balance.Values.Sum());
        Assert.InRange(-missing.Sum(static m => m.Value), 0,
            outcomes.Count(static o => o is { Who: "rollback", Told: ErrorKind.PointerConflict }));
        Assert.All(["exclusive", "concurrent", "rollback"], who => Assert.Contains(outcomes, m => m.Who == who && m.Told is null));
        await AssertCompleteAsync(prefix);

        async Task<List<Outcome>> PublishManyAsync(string who, bool allowConcurrent)
        {
            var store = prefix.Open(server.Connection());
            var done = new List<Outcome>();
            for (var round = 0; round < 15; round++)
            {
                done.Add(await TryAsync(who, async () =>
                {
                    await using var build = await StartWithRowsAsync(store, $"{who}{round}",
                        new BuildOptions { ShardCount = 2, AllowConcurrentBuild = allowConcurrent });
                    return await CompleteAsync(build);
                }));
            }
            return done;
        }

        async Task<List<Outcome>> RollBackManyAsync()
        {
            var store = prefix.Open(server.Connection());
            var done = new List<Outcome>();
            for (var round = 0; round < 15; round++)
            {
                done.Add(await TryAsync("rollback", async () =>
                {
                    var plan = await store.PlanRollbackAsync(new SnapshotSelector { RunId = targets[round % 2] }, Token);
                    var result = await store.RollbackAsync(plan, false, Token);
                    return (result.To, result.From);
                }));
            }
            return done;
        }
    }

    [Fact]
    public async Task ManyBuildsAtOnce_WithTheLock_OneRunsAndTheOthersAreTold()
    {
        await using var prefix = await CreateAsync(server);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(n => TryAsync($"{n}", async () =>
        {
            var store = prefix.Open(server.Connection());
            await using var build = await StartWithRowsAsync(store, $"b{n}", new BuildOptions { ShardCount = 2 });
            await Task.Delay(500, Token); // Everybody has tried by then.
            return await CompleteAsync(build);
        })));
        Assert.Single(outcomes, static o => o.Told is null);
        Assert.Equal(11, outcomes.Count(static o => o.Told == ErrorKind.BuildInProgress));
        await AssertCompleteAsync(prefix);
    }

    static async Task<SnapshotBuild> StartWithRowsAsync(SnapshotStore store, string text, BuildOptions options)
    {
        var build = await store.StartBuildAsync(options, null, Token);
        foreach (var key in Keys) build.Add(key, text);
        return build;
    }

    static async Task<(string Run, string? Replaced)> CompleteAsync(SnapshotBuild build)
    {
        var result = await build.CompleteAsync(Token);
        Assert.True(result.Published);
        return (result.RunId, result.PreviousRunId);
    }

    /// <summary>The current snapshot has every key, all of one build.</summary>
    static async Task AssertCompleteAsync(RemotePrefix prefix)
    {
        var rows = await prefix.ReadAllAsync();
        Assert.Equal(Keys.Length, rows.Count);
        Assert.Single(rows.Select(static row => row.Split('=')[1].TrimEnd("0123456789".ToCharArray()).Length == 0 ? "" : Text(row))
            .Distinct());

        // The two first snapshots carry the key at the end of each value.
        static string Text(string row) => row.Split('=') is [var key, var value] && value.StartsWith("start-", StringComparison.Ordinal)
            ? value[..^key.Length] : row.Split('=')[1];
    }

    static async Task<int> WatchAsync(RemotePrefix prefix, CancellationToken done)
    {
        var seen = 0;
        for (; !done.IsCancellationRequested; seen++)
            await AssertCompleteAsync(prefix);
        return seen;
    }
}
