using System.Globalization;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>Several processes that build, publish, roll back, tag, clean up and read at random on one prefix.</summary>
/// <remarks>Half a minute in the suite; as long as the environment variable <see cref="SecondsVariable"/> says otherwise, see
/// CONTRIBUTING.md.</remarks>
public sealed class SoakTests(S3Server server)
{
    const string SecondsVariable = "SHARDYFUSION_SOAK_SECONDS";
    const string Canary = "CANARY";
    const int Processes = 4, Keys = 20;

    // Long enough for any read here, short enough for a cleanup to find work; one machine has one clock.
    static readonly CleanupPolicy Policy = new()
    {
        KeepLast = 2,
        Grace = TimeSpan.FromSeconds(12),
        StagedGrace = TimeSpan.FromSeconds(12),
        RunRecordAge = TimeSpan.FromSeconds(12),
        ClockSkew = TimeSpan.FromSeconds(1),
    };

    [Fact]
    public async Task Everything_AtOnceByFourProcesses_ReadersAlwaysReadAndNothingIsLostOrLeft()
    {
        var seconds = Environment.GetEnvironmentVariable(SecondsVariable) ?? "30";
        var seed = Environment.TickCount & 0xffff;
        var output = TestContext.Current.TestOutputHelper;
        output?.WriteLine($"seed {seed}, {seconds} s");
        await using var prefix = await CreateAsync(server);
        await PublishAsync(prefix.Direct, Enumerable.Range(0, Keys), "first-");
        var children = Enumerable.Range(0, Processes)
            .Select(n => ChildProcess.Start(WorkAsync, prefix.Path, server.Endpoint, server.AccessKey, server.SecretKey, $"{seed + n}",
                seconds)).ToList();
        var reports = await Task.WhenAll(children.Select(async child =>
        {
            await using var end = child;
            var lines = new List<string>();
            while (await child.ReadLineAsync() is { } line) lines.Add(line);
            Assert.True(await child.ExitCodeAsync() == 0, string.Join('\n', lines));
            return lines;
        }));
        foreach (var line in reports.SelectMany(lines => lines)) output?.WriteLine(line);

        foreach (var pointer in new[] { "CURRENT", Canary }) await AssertNoMoveIsLostAsync(prefix.Direct, pointer);

        // Once everybody has gone, a cleanup leaves what is reachable and nothing else.
        var later = prefix.Open(server.Connection(), new LaterClock(TimeSpan.FromDays(2)));
        var result = await later.CleanUpAsync(await later.PlanCleanupAsync(Policy, Token), isSaved: false, Token);
        Assert.Empty(result.Failures);
        Assert.Empty(result.Skipped);
        Assert.Empty((await later.PlanCleanupAsync(Policy, Token)).Items);
        foreach (var below in new[] { "pins/", "removals/" }) Assert.Empty(await prefix.KeysAsync(below));
        Assert.Empty(await prefix.UploadsAsync());
        var reachable = new HashSet<string>();
        await foreach (var entry in prefix.Direct.GetHistoryAsync(null, Token))
        {
            Assert.Null(entry.Problem);
            foreach (var shard in (await prefix.Direct.GetInfoAsync(new SnapshotSelector { Ref = entry.ManifestRef }, Token)).Shards)
                reachable.Add(shard.Url[(prefix.Path.Length + 1)..]);
        }
        Assert.Equal(reachable.Order(StringComparer.Ordinal), (await prefix.KeysAsync("shards/")).Order(StringComparer.Ordinal));
        Assert.Equal(Keys, (await prefix.ReadAllAsync()).Count);
    }

    /// <summary>Every move took the pointer from where another one had put it: as often to a snapshot as away from it, but for the one that
    /// it names.</summary>
    static async Task AssertNoMoveIsLostAsync(SnapshotStore store, string pointer)
    {
        var balance = new Dictionary<string, int>(StringComparer.Ordinal);
        await foreach (var change in store.GetEventsAsync(null, pointer, Token))
        {
            if (change.Outcome != PointerOutcome.Moved) continue;
            balance[change.To] = balance.GetValueOrDefault(change.To) + 1;
            if (change.From is not null) balance[change.From] = balance.GetValueOrDefault(change.From) - 1;
        }
        if (pointer == Canary && balance.Count == 0) return;
        var named = (await store.GetInfoAsync(new SnapshotSelector { Pointer = pointer }, Token)).ManifestRef;
        Assert.Equal([(named, 1)], balance.Where(static b => b.Value != 0).Select(static b => (b.Key, b.Value)));
    }

    static async Task<int> WorkAsync(string[] args)
    {
        var random = new Random(int.Parse(args[4], CultureInfo.InvariantCulture));
        var end = DateTime.UtcNow.AddSeconds(double.Parse(args[5], CultureInfo.InvariantCulture));
        var connection = new StoreConnection { EndpointUrl = args[1], AccessKeyId = args[2], SecretAccessKey = args[3] };
        await using var store = SnapshotStore.Open(args[0], connection);
        var done = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var round = 0; DateTime.UtcNow < end; round++)
        {
            var choice = random.Next(40);
            var name = choice switch
            {
                < 10 => "build",
                < 16 => "move",
                < 20 => "promote",
                < 23 => "tag",
                < 25 => "block",
                25 => "freeze",
                < 30 => "cleanup",
                _ => "read"
            };
            try
            {
                await (name switch
                {
                    "build" => BuildAsync(store, $"p{args[4]}-{round}", random),
                    "move" => MoveAsync(store, random),
                    "promote" => PromoteAsync(store, random),
                    "tag" => TagAsync(store, random),
                    "block" => BlockAsync(store, random),
                    "freeze" => store.FreezeAsync("soak", DateTimeOffset.UtcNow.AddSeconds(0.3), CancellationToken.None),
                    "cleanup" => CleanUpAsync(store),
                    _ => ReadAsync(store),
                });
            }
            // Races that are lost, and snapshots that went before they were used. A reader has no such excuse.
            catch (ShardyFusionException e) when (name != "read" && e.Kind is ErrorKind.PointerConflict or ErrorKind.SnapshotNotFound
                or ErrorKind.SnapshotIncomplete or ErrorKind.TagExists
                or ErrorKind.SnapshotBlocked or ErrorKind.PublishingFrozen)
            {
                name = $"{name} {e.Kind}";
            }
            // A freeze that was over before it was written.
            catch (ShardyFusionException e) when (name == "freeze" && e.Kind == ErrorKind.ConfigValidation)
            {
            }
            catch (Exception e)
            {
                Console.WriteLine($"{name} in round {round}: {e}");
                return 1;
            }
            done[name] = done.GetValueOrDefault(name) + 1;
        }
        Console.WriteLine(string.Join(", ", done.Select(static d => $"{d.Key} {d.Value}")));
        return 0;
    }

    static async Task BuildAsync(SnapshotStore store, string text, Random random)
    {
        await using var build = await store.StartBuildAsync(new BuildOptions
        {
            ShardCount = random.Next(1, 4),
            AllowConcurrentBuild = true,
            Publish = random.Next(4) > 0
        }, null, CancellationToken.None);
        for (var key = 0; key < Keys; key++) build.Add(key, text);
        if (random.Next(8) > 0) await build.CompleteAsync(CancellationToken.None);
    }

    static async Task MoveAsync(SnapshotStore store, Random random)
    {
        var plan = random.Next(3) == 0 ? await store.PlanUndoAsync(null, CancellationToken.None)
            : await store.PlanRollbackAsync(await AnyAsync(store, random), CancellationToken.None);
        await store.RollbackAsync(plan, new PointerChangeOptions(), CancellationToken.None);
    }

    static async Task PromoteAsync(SnapshotStore store, Random random)
    {
        var rules = new PublishRules { Pointer = random.Next(3) > 0 ? Canary : null };
        await store.PublishAsync(await store.PlanPublishAsync(await AnyAsync(store, random), rules, CancellationToken.None), rules, false,
            CancellationToken.None);
    }

    static async Task BlockAsync(SnapshotStore store, Random random)
    {
        var target = await AnyAsync(store, random);
        if (random.Next(2) == 0) await store.BlockAsync(target, "soak", CancellationToken.None);
        else await store.UnblockAsync(target, CancellationToken.None);
    }

    /// <summary>One of the newest ten, published or not.</summary>
    static async Task<SnapshotSelector> AnyAsync(SnapshotStore store, Random random)
    {
        var history = new List<HistoryEntry>();
        await foreach (var entry in store.GetHistoryAsync(10, CancellationToken.None)) history.Add(entry);
        return new SnapshotSelector { Ref = history[random.Next(history.Count)].ManifestRef };
    }

    static async Task TagAsync(SnapshotStore store, Random random)
    {
        var tag = $"t{random.Next(5)}";
        if (random.Next(2) == 0) await store.RemoveTagAsync(tag, CancellationToken.None);
        else
            await store.AddTagAsync(tag, new SnapshotSelector { Offset = random.Next(3) },
                DateTimeOffset.UtcNow.AddSeconds(random.Next(1, 20)), null, CancellationToken.None);
    }

    static async Task CleanUpAsync(SnapshotStore store) =>
        await store.CleanUpAsync(await store.PlanCleanupAsync(Policy, CancellationToken.None), isSaved: false, CancellationToken.None);

    static async Task ReadAsync(SnapshotStore store)
    {
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { MaxFallbacks = 0, Mode = ReadMode.Range },
            CancellationToken.None);
        var values = new HashSet<string>();
        for (var key = 0; key < Keys; key++)
        {
            var value = (await reader.GetAsync(key, CancellationToken.None)).Value
                ?? throw new InvalidOperationException($"Key {key} of run {reader.Info.RunId} is not there.");
            var text = System.Text.Encoding.UTF8.GetString(value);
            values.Add(text.StartsWith("first-", StringComparison.Ordinal) ? "first" : text);
        }
        if (values.Count != 1) throw new InvalidOperationException($"Run {reader.Info.RunId} gave values of {values.Count} builds.");
    }
}
