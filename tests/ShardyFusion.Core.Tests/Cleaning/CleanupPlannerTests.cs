using ShardyFusion.Cleaning;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Cleaning;

/// <summary>The planner alone: thousands of random prefixes, and the rules one by one.</summary>
public sealed class CleanupPlannerTests
{
    static readonly DateTimeOffset Now = new(2026, 3, 14, 12, 0, 0, TimeSpan.Zero);
    static readonly CleanupPolicy Policy = new()
    {
        KeepLast = 1,
        Grace = TimeSpan.FromHours(1),
        StagedGrace = TimeSpan.FromHours(5),
        RunRecordAge = TimeSpan.FromHours(3),
    };

    static CleanupPlan Plan(CleanupState state, CleanupPolicy? policy = null) => CleanupPlanner.Plan("file:///x", state, policy ?? Policy);

    static HashSet<string> Keys(CleanupPlan plan) => [.. plan.Items.SelectMany(item => item.Objects).Select(found => found.Key)];

    [Fact]
    public void Plan_RandomStates_NeverNamesWhatSomethingProtects()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var planned = 0;
        for (var round = 0; round < 5000; round++)
        {
            var world = new RandomPrefix(new Random(seed + round), Now);
            var plan = Plan(world.State, world.Policy);
            planned += plan.ObjectCount;
            var bad = Keys(plan).Intersect(world.Protected).ToList();
            Assert.True(bad.Count == 0, $"seed {seed + round}: {string.Join(", ", bad)}");
            Assert.All(plan.Items.Where(item => item.Kind == CleanupKind.Snapshot),
                item => Assert.EndsWith("/manifest", item.Objects[0].Key, StringComparison.Ordinal));
            Assert.Equal(plan.ObjectCount, Keys(plan).Count);
        }
        Assert.True(planned > 10_000, $"{planned}"); // It does release things.
    }

    [Fact]
    public void Plan_AfterItWasCarriedOut_IsEmpty()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var world = new RandomPrefix(new Random(seed), Now);
            var gone = Keys(Plan(world.State, world.Policy));
            var after = Plan(world.Without(gone), world.Policy);
            Assert.True(after.Items.Count == 0,
                $"seed {seed}: {string.Join(", ", after.Items.Select(item => $"{item.Kind} {item.Name}"))}");
        }
    }

    [Fact]
    public void Plan_PartOfItWasCarriedOut_TheRestIsPlannedAgain()
    {
        for (var seed = 0; seed < 1000; seed++)
        {
            var world = new RandomPrefix(new Random(seed), Now);
            var plan = Plan(world.State, world.Policy);
            var all = Keys(plan);
            // A cleanup that died: all manifests and the first shards are gone.
            var order = plan.Items.SelectMany(item => item.Objects).OrderByDescending(found => found.Key.StartsWith("manifests/",
                StringComparison.Ordinal)).Select(found => found.Key).ToList();
            var manifests = order.Count(key => key.StartsWith("manifests/", StringComparison.Ordinal));
            var gone = order.Take(manifests + (order.Count - manifests) / 2).ToHashSet();
            Assert.Equal(all.Except(gone).Order(), Keys(Plan(world.Without(gone), world.Policy)).Order());
        }
    }

    static CleanupState History(params (string RunId, double HoursAgo)[] snapshots)
    {
        var manifests = snapshots.Select(s => RandomPrefix.Manifest(s.RunId, Now.AddHours(-s.HoursAgo))).ToList();
        return new CleanupState
        {
            Now = Now,
            Manifests = manifests,
            Objects = [.. manifests.SelectMany(m => m.AttemptKeys!)
            .Select(attempt => new ListedObject(attempt + "/shard.sst", 10, Now.AddHours(-200)))],
        };
    }

    static CleanupState At(CleanupState state, int index, double movedHoursAgo = 100) => state with
    {
        Pointers = [new ListedPointer("_CURRENT", state.Manifests[index].Key, Now.AddHours(-movedHoursAgo))],
    };

    static IEnumerable<string> Deleted(CleanupPlan plan) => plan.Items.Where(item => item.Kind == CleanupKind.Snapshot)
        .Select(item => item.Name);

    [Fact]
    public void Plan_KeepLast_CountsFromTheNewestAndFromTheCurrentOne()
    {
        var state = At(History(("e", 10), ("d", 20), ("c", 30), ("b", 40), ("a", 50)), 2);
        Assert.Equal(["d", "b", "a"], Deleted(Plan(state)));
        Assert.Equal(["a"], Deleted(Plan(state, Policy with { KeepLast = 2 })));
        Assert.Equal(["b", "a"], Deleted(Plan(state, Policy with { OlderThan = TimeSpan.FromHours(35) })));
    }

    [Fact]
    public void Plan_RightAfterARollback_KeepsWhatWasCurrent()
    {
        var state = At(History(("c", 20), ("b", 30), ("a", 40)), 2, movedHoursAgo: 0.1);
        // Without an event nobody knows what was current before.
        Assert.Empty(Deleted(Plan(state)));
        var move = new ListedMove("_CURRENT", state.Manifests[1].Key, state.Manifests[2].Key, state.Pointers[0].UpdatedAt);
        Assert.Empty(Deleted(Plan(state with { Moves = [move] })));
        Assert.Equal(["b"], Deleted(Plan(state with { Moves = [move], Now = Now.AddHours(2) })));
    }

    [Fact]
    public void Plan_BlockedOnes_DoNotCountAmongTheLast()
    {
        var state = At(History(("c", 10), ("b", 20), ("a", 30)), 0);
        Assert.Equal(["b"], Deleted(Plan(state with { Blocked = new HashSet<string> { state.Manifests[1].Folder.Name } },
            Policy with { KeepLast = 2 })));
    }

    [Fact]
    public void Plan_ManifestWithoutItsShards_IsReleasedAlthoughItIsAmongTheLast()
    {
        var state = At(History(("b", 10), ("a", 20)), 1);
        Assert.Equal(["b"],
            Deleted(Plan(state with
            {
                Objects = [.. state.Objects.Where(found => !found.Key.Contains("run_id=b",
            StringComparison.Ordinal))]
            })));
    }

    [Fact]
    public void Plan_OldEvents_GoButThoseThatMadeThePointersWhatTheyAre()
    {
        var state = At(History(("a", 10)), 0, movedHoursAgo: 20);
        ListedEvent Event(double hoursAgo, string id) =>
            new($"events/{SnapshotTime.FormatName(Now.AddHours(-hoursAgo))}_{id}.json", Now.AddHours(-hoursAgo));
        var plan = Plan(state with { Events = [Event(30, "1"), Event(20, "2"), Event(20, "3"), Event(19, "4"), Event(2, "5")] },
            Policy with { EventAge = TimeSpan.FromHours(10) });
        Assert.Equal(["events/2026-03-13T06:00:00.000000Z_1.json", "events/2026-03-13T17:00:00.000000Z_4.json"], Keys(plan).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Plan_ShardsThatACleanupIsDeleting_AreLeftToIt(bool isOwn)
    {
        var state = At(History(("a", 10)), 0);
        state = state with
        {
            Objects = [.. state.Objects, new ListedObject("shards/run_id=dead/db=00000/attempt=00/shard.sst", 10, Now.AddHours(-200))],
            Removals = [new ListedRemoval("removals/run_id=dead.json", "shards/run_id=dead", Now.AddMinutes(30), isOwn)],
        };
        Assert.Equal(isOwn ? ["shards/run_id=dead/db=00000/attempt=00/shard.sst"] : Array.Empty<string>(), Keys(Plan(state)));
    }

    [Fact]
    public void Plan_SomethingUnreadable_ReleasesNothing() =>
        Assert.Empty(Plan(At(History(("b", 10), ("a", 20)), 0) with { Unreadable = ["_CANARY"] }).Items);

    [Fact]
    public void Plan_ShardOfUnknownAge_StaysWithItsManifest()
    {
        var state = At(History(("b", 10), ("a", 20)), 0);
        Assert.Empty(Plan(state with { Objects = [.. state.Objects.Select(found => found with { WrittenAt = null })] }).Items);
    }

    [Fact]
    public void Plan_SavedAndRead_IsTheSame()
    {
        var plan = Plan(At(History(("b", 10), ("a", 20)), 0));
        Assert.Equal(plan.ToJson(), CleanupPlan.FromJson(plan.ToJson(), "here").ToJson());
        Assert.NotEmpty(plan.Items);
    }
}
