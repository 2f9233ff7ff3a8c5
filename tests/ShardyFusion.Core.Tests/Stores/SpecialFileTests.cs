using System.Diagnostics;
using ShardyFusion.Building;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Building;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Maintenance;
using ShardyFusion.Reading;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>FIFOs below a prefix: nobody waits for them, and they are named; and who may read what is written.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class SpecialFileTests : IDisposable
{
    const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite, OwnerFolder = Owner | UnixFileMode.UserExecute;
    const UnixFileMode Group = UnixFileMode.GroupRead | UnixFileMode.GroupWrite, GroupFolder = Group | UnixFileMode.GroupExecute;

    // Far more than any of this takes, far less than forever.
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    string Root => folder["snap"];

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("_CURRENT")]
    [InlineData("manifest")]
    [InlineData("shard.sst")]
    [InlineData("runs/_LOCK")]
    [InlineData("_FREEZE")]
    [InlineData(".locks")]
    [InlineData("run.yaml")]
    [InlineData("tags/t.json")]
    public async Task AnyCommand_FifoInThePlaceOfAnObject_EndsAtOnceAndNamesItOrPassesIt(string place)
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("There are no FIFOs in Windows' file systems.");
        await BuiltSnapshots.PublishAsync(ObjectStores.Open(Root), [1, 2, 3], options: new BuildOptions { ShardCount = 1 });
        var path = Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories)
            .FirstOrDefault(f => f.EndsWith("/" + place, StringComparison.Ordinal)) ?? Path.Combine(Root, place);
        if (place == ".locks") path = Directory.EnumerateFiles(Path.Combine(Root, ".locks")).First();
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Delete(path);
        using (var tool = Process.Start("mkfifo", [path])) await tool.WaitForExitAsync(Token);
        await using var snapshots = SnapshotStore.Open(Root);
        var named = 0;
        foreach (var work in new Func<Task>[]
        {
            async () => { await using var reader = await snapshots.OpenReaderAsync(new ReaderOptions(), Token);
                await reader.GetAsync(1, Token); },
            async () => { await foreach (var _ in snapshots.GetHistoryAsync(null, Token)) { } },
            async () => { await foreach (var _ in snapshots.GetRunsAsync(null, null, Token)) { } },
            async () => { await foreach (var _ in snapshots.GetTagsAsync(Token)) { } },
            () => snapshots.PlanCleanupAsync(new CleanupPolicy(), Token),
            async () => await snapshots.VerifyAsync(new VerifyOptions { Level = VerifyLevel.Deep }, null, Token),
            () => BuiltSnapshots.PublishAsync(ObjectStores.Open(Root), [4, 5], options: new BuildOptions { ShardCount = 1 }),
        })
        {
            try
            {
                await Task.Run(work, Token).WaitAsync(Limit, Token);
            }
            catch (ShardyFusionException e)
            {
                if (e.Message.Contains("FIFO", StringComparison.Ordinal)
                    && e.Message.Contains(Path.GetFileName(path), StringComparison.Ordinal)) named++;
            }
        }
        // What is only listed is no object and so not there; what is asked for by its name is named.
        if (place is "_CURRENT" or "runs/_LOCK" or "_FREEZE" or "shard.sst") Assert.InRange(named, 1, int.MaxValue);
    }

    [Fact]
    public async Task Write_IntoAFolderOfTheGroup_GroupMayDoAllThatTheOwnerMay()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no modes.");
        Directory.CreateDirectory(Root, OwnerFolder | GroupFolder);
        File.SetUnixFileMode(Root, OwnerFolder | GroupFolder | UnixFileMode.SetGroup);
        await BuiltSnapshots.PublishAsync(ObjectStores.Open(Root), [1, 2, 3]);
        foreach (var path in Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories))
        {
            var wanted = Directory.Exists(path) ? GroupFolder | UnixFileMode.SetGroup : Group;
            Assert.True((File.GetUnixFileMode(path) & wanted) == wanted, $"{path}: {File.GetUnixFileMode(path)}");
        }
        Assert.True(Directory.GetFiles(Path.Combine(Root, ".locks")).Length > 0);
    }

    [Fact]
    public async Task Write_IntoAFolderOfTheOwner_GroupGetsNoMoreThanTheUmaskGives()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no modes.");
        Directory.CreateDirectory(Root, OwnerFolder);
        await BuiltSnapshots.PublishAsync(ObjectStores.Open(Root), [1, 2, 3]);
        foreach (var path in Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories))
            Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(path) & UnixFileMode.GroupWrite);
    }

    [Fact]
    public async Task SpilledRowsAndTheCache_AreTheOwnersAlone()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no modes.");
        var spill = Directory.CreateDirectory(folder["spill"]).FullName;
        await using (var build = await BuiltSnapshots.StartAsync(ObjectStores.Open(Root),
            new BuildOptions { ShardCount = 2, SpillDirectory = spill, MemoryBudgetBytes = 16 << 20 }))
        {
            var value = new byte[1 << 16];
            for (var key = 0L; key < 600; key++) build.Add(key, value);
            var found = Directory.GetDirectories(spill);
            Assert.All(found, static f => Assert.Equal(OwnerFolder, File.GetUnixFileMode(f)));
            Assert.Single(found);
            var rows = Directory.GetFiles(found[0], "rows-*");
            Assert.NotEmpty(rows);
            Assert.All(rows, static f => Assert.Equal(Owner, File.GetUnixFileMode(f)));
            await build.CompleteAsync(Token);
        }
        var cache = folder["cache"];
        await using var store = new SnapshotStore(new RemoteStore(ObjectStores.Open(Root)));
        await using var reader = await store.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Download, CacheDirectory = cache }, Token);
        Assert.True((await reader.GetAsync(5L, Token)).Found);
        Assert.Equal(OwnerFolder, File.GetUnixFileMode(cache));
        Assert.All(Directory.GetFiles(cache), static f => Assert.Equal(Owner, File.GetUnixFileMode(f)));
        Assert.NotEmpty(Directory.GetFiles(cache));
    }
}
