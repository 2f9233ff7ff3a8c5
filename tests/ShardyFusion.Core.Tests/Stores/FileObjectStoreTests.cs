using System.Diagnostics;
using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>What only the disk store has: folders, temporary files, locks, the disk's own faults.</summary>
public sealed class FileObjectStoreTests : IDisposable
{
    static readonly PutOptions Always = new(PutCondition.Always);
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    static async Task<ShardyFusionException> FailsAsync(Func<Task> action) => await Assert.ThrowsAsync<ShardyFusionException>(action);

    [Fact]
    public async Task MissingRoot_ReadsSaySo_FirstWriteCreatesIt()
    {
        var root = folder["not/yet"];
        var store = new FileObjectStore(root);
        var errors = new[]
        {
            await FailsAsync(() => store.GetAsync("a", 1, Token)),
            await FailsAsync(() => store.HeadAsync("a", Token)),
            await FailsAsync(async () => await store.GetRangeAsync("a", 0, new byte[1], Token)),
            await FailsAsync(async () => await ObjectStoreContract.ListAsync(store, "", null)),
        };
        Assert.All(errors, e => Assert.Equal(ErrorKind.StorageNotFound, e.Kind));
        Assert.All(errors, e => Assert.Contains($"'{root}'", e.Message, StringComparison.Ordinal));
        Assert.Null(Assert.Single(await store.DeleteAsync(["a"], Token)).Error);
        Assert.False((await store.PutAsync("a", default, new PutOptions(PutCondition.IfMatch("\"x\"")), Token)).Written);
        Assert.False(Directory.Exists(root));
        Assert.True((await store.PutAsync("a/b", Encoding.UTF8.GetBytes("v"), new PutOptions(PutCondition.CreateOnly), Token)).Written);
        Assert.Equal("v", await File.ReadAllTextAsync(Path.Combine(root, "a", "b"), Token));
    }

    [Fact]
    public async Task CleanTemp_MissingRoot_CreatesIt()
    {
        var store = new FileObjectStore(folder["new"]);
        Assert.Equal(0, await store.CleanTempAsync(TimeSpan.Zero, Token));
        Assert.Empty(await ObjectStoreContract.ListAsync(store, "", null));
    }

    [Fact]
    public async Task Put_SameContentBackAgain_ETagNeverRepeats()
    {
        var clock = new StoppedClock();
        var store = new FileObjectStore(folder.Path, clock);
        var seen = new HashSet<string>();
        for (var i = 0; i < 20; i++)
            Assert.True(seen.Add((await store.PutAsync("p", Encoding.UTF8.GetBytes(i % 2 == 0 ? "A" : "B"), Always, Token)).ETag!));
        clock.Now = clock.Now.AddDays(-1);
        Assert.True(seen.Add((await store.PutAsync("p", Encoding.UTF8.GetBytes("A"), Always, Token)).ETag!));
    }

    sealed class StoppedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 5, 36, 17, TimeSpan.Zero);
        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Fact]
    public async Task CleanTemp_StaleRemoved_FreshAndHeldOpenStay()
    {
        var store = new FileObjectStore(folder.Path);
        await using var live = await store.OpenUploadAsync("live", Always, Token);
        await live.WriteAsync(new byte[10], Token);
        var temp = folder[FileKeyEscaping.TempFolder];
        var held = Assert.Single(Directory.GetFiles(temp));
        string stale = Path.Combine(temp, Guid.NewGuid().ToString("N")), fresh = Path.Combine(temp, Guid.NewGuid().ToString("N"));
        await File.WriteAllTextAsync(stale, "x", Token);
        await File.WriteAllTextAsync(fresh, "x", Token);
        foreach (var path in new[] { stale, held })
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(-2));
        Assert.Equal(1, await store.CleanTempAsync(TimeSpan.FromHours(1), Token));
        Assert.Equal(new[] { fresh, held }.Order(), Directory.GetFiles(temp).Order());
        Assert.True((await live.CompleteAsync(Token)).Written);
        Assert.Equal(10, new FileInfo(folder["live"]).Length);
    }

    [Fact]
    public async Task Put_WhileEveryTemporaryFileIsCleanedAway_IsWritten()
    {
        var store = new FileObjectStore(folder.Path);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        // Another process whose clock is ahead takes all for old; a writer may be stopped after it created its file and before it locks it.
        var cleaning = Task.Run(() =>
        {
            for (var temp = folder[FileKeyEscaping.TempFolder]; !stop.IsCancellationRequested;)
                if (Directory.Exists(temp)) FileTempCleaning.Clean(temp, DateTimeOffset.MaxValue, default);
        }, Token);
        for (var i = 0; i < 5000; i++) Assert.True((await store.PutAsync("p", new byte[] { 1 }, Always, Token)).Written);
        await stop.CancelAsync();
        await cleaning;
    }

    [Fact]
    public async Task List_ForeignFilesLinksAndEmptyFolders_LeftOut()
    {
        var store = new FileObjectStore(folder.Path);
        await store.PutAsync("a/1", default, Always, Token);
        Directory.CreateDirectory(folder["empty/deep"]);
        await File.WriteAllTextAsync(folder["not%escaped"], "x", Token);
        Directory.CreateSymbolicLink(folder["loop"], folder.Path);
        Assert.Equal(["a/1"], (await ObjectStoreContract.ListAsync(store, "", null)).Select(static e => e.Key));
        Assert.Equal(["a/"], (await ObjectStoreContract.ListAsync(store, "", "/")).Select(static e => e.Key));
    }

    [Fact]
    public async Task Get_KeyThatIsAFolder_IsNoObject()
    {
        var store = new FileObjectStore(folder.Path);
        await store.PutAsync("a/1", default, Always, Token);
        Assert.Null(await store.GetAsync("a", 10, Token));
        Assert.Null(await store.HeadAsync("a", Token));
        Assert.Contains("'a", (await FailsAsync(() => store.PutAsync("a/1/x", default, Always, Token))).Message.Replace(folder.Path + "/",
            "'", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Put_LockHeldElsewhere_WaitEndsWithCancellationOrRelease()
    {
        var store = new FileObjectStore(folder.Path);
        var locks = new KeyLocks(new FileTree(folder.Path), TimeProvider.System);
        Directory.CreateDirectory(folder[FileKeyEscaping.LockFolder]);
        Task<PutResult> waiting;
        // As another process would hold it: by the file alone, not through our queue.
        using (new FileStream(locks.PathFor("k"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            using var cancel = new CancellationTokenSource();
            var cancelled = store.PutAsync("k", new byte[1], Always, cancel.Token);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
            Assert.Empty(Directory.GetFiles(folder[FileKeyEscaping.TempFolder]));
            waiting = store.PutAsync("k", new byte[1], Always, Token);
            Assert.False(waiting.IsCompleted);
        }
        Assert.True((await waiting).Written);
    }

    [Fact]
    public async Task FullDisk_StorageFullNamingThePath_OldObjectStays()
    {
        using var mount = TempMount.Tmpfs(folder["full"], "size=256k");
        var store = new FileObjectStore(mount.Path);
        await store.PutAsync("_CURRENT", Encoding.UTF8.GetBytes("old"), Always, Token);
        var error = await FailsAsync(() => store.PutAsync("_CURRENT", new byte[1 << 20], Always, Token));
        Assert.Equal(ErrorKind.StorageFull, error.Kind);
        Assert.Contains(Path.Combine(mount.Path, "_CURRENT"), error.Message, StringComparison.Ordinal);
        await using (var upload = await store.OpenUploadAsync("s", Always, Token))
        {
            // What is written while the caller goes on fails at one of its next steps.
            var late = await FailsAsync(async () =>
            {
                for (var i = 0; i < 100; i++) await upload.WriteAsync(new byte[1 << 20], Token);
            });
            Assert.Equal(ErrorKind.StorageFull, late.Kind);
            Assert.Contains(Path.Combine(mount.Path, "s"), late.Message, StringComparison.Ordinal);
            Assert.Equal(ErrorKind.StorageFull, (await FailsAsync(() => upload.CompleteAsync(Token))).Kind);
        }
        Assert.Equal("old", await ObjectStoreContract.TextAsync(store, "_CURRENT"));
        Assert.Empty(Directory.GetFiles(Path.Combine(mount.Path, FileKeyEscaping.TempFolder)));
        Assert.True((await store.PutAsync("_CURRENT", Encoding.UTF8.GetBytes("new"), Always, Token)).Written);
    }

    [Fact]
    public async Task ReadOnlyFileSystem_StorageDeniedNamingThePath_ReadsWork()
    {
        using var mount = TempMount.Tmpfs(folder["ro"], "size=1m");
        var store = new FileObjectStore(mount.Path);
        await store.PutAsync("a", Encoding.UTF8.GetBytes("v"), Always, Token);
        mount.Remount("ro");
        foreach (var key in new[] { "a", "b/c" })
        {
            var error = await FailsAsync(() => store.PutAsync(key, default, Always, Token));
            Assert.Equal(ErrorKind.StorageDenied, error.Kind);
            Assert.Contains(mount.Path, error.Message, StringComparison.Ordinal);
        }
        Assert.NotNull(Assert.Single(await store.DeleteAsync(["a"], Token)).Error);
        Assert.Equal("v", await ObjectStoreContract.TextAsync(store, "a"));
    }

    [Fact]
    public async Task ReadOnlyFolder_StorageDenied()
    {
        // Permission bits do not bind root; the immutable attribute does.
        using var frozen = TempMount.Immutable(folder["frozen"]);
        var error = await FailsAsync(() => new FileObjectStore(frozen.Path).PutAsync("a", default, Always, Token));
        Assert.Equal(ErrorKind.StorageDenied, error.Kind);
        Assert.Contains(frozen.Path, error.Message, StringComparison.Ordinal);
    }
}

/// <summary>A folder on which the disk behaves badly; needs root on Linux.</summary>
sealed class TempMount : IDisposable
{
    readonly Action undo;

    TempMount(string path, Action undo)
    {
        Path = path;
        this.undo = undo;
    }

    public string Path { get; }

    public static TempMount Tmpfs(string path, string options)
    {
        Directory.CreateDirectory(path);
        Require(Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", path), "mount a tmpfs");
        return new TempMount(path, () => Run("umount", path));
    }

    public static TempMount Immutable(string path)
    {
        Directory.CreateDirectory(path);
        Require(Run("chattr", "+i", path), "make a folder immutable");
        return new TempMount(path, () => Run("chattr", "-i", path));
    }

    public void Remount(string mode) => Require(Run("mount", "-o", "remount," + mode, Path), "remount");

    public void Dispose() => undo();

    static void Require(bool done, string what)
    {
        if (done)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail($"Could not {what}: run CI as root.");
        Assert.Skip(
            $"Could not {what}: this test needs Linux and root (or CAP_SYS_ADMIN and CAP_LINUX_IMMUTABLE). "
                + "Run the tests as root to enable it.");
    }

    static bool Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true
            })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
