using System.Diagnostics;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Runs;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.Building.BuiltSnapshots;

namespace ShardyFusion.Core.Tests.Building;

/// <summary>Builds on file systems with less and less room: the old snapshot stays, and the next build finds the lock free.</summary>
public sealed class FullDiskTests : IDisposable
{
    const int MostFreeKilobytes = 160, StepKilobytes = 4;

    readonly TempFolder folder = new();
    string? mounted;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (mounted is not null) Run("umount", "-l", mounted);
        folder.Dispose();
    }

    [Theory]
    [InlineData("tmpfs")]
    [InlineData("ext4")]
    public async Task Build_WithLittleRoom_LockIsFreeAfterwards(string kind)
    {
        Mount(kind);
        var root = Path.Combine(mounted!, "snap");
        var store = ObjectStores.Open(root);
        var filler = Path.Combine(mounted!, "filler");
        await PublishAsync(store, [.. Enumerable.Range(0, 20).Select(static n => (long)n)], "old");
        var expected = Expected(Enumerable.Range(0, 20).Select(static n => (long)n), "old");
        var (full, done) = (0, 0);
        for (var free = 0; free <= MostFreeKilobytes; free += StepKilobytes)
        {
            Fill(filler, free * 1024L);
            try
            {
                await PublishAsync(store, Enumerable.Range(0, 4000).Select(static n => (long)n), $"new{free}-");
                expected = Expected(Enumerable.Range(0, 4000).Select(static n => (long)n), $"new{free}-");
                done++;
            }
            catch (ShardyFusionException e)
            {
                Assert.True(e.Kind is ErrorKind.StorageFull or ErrorKind.ShardWrite or ErrorKind.PublishManifest
                    or ErrorKind.PublishCurrent, $"{free} KiB free: {e}");
                full++;
            }
            var holder = await BuildLock.PeekAsync(store, Token);
            Assert.True(holder is null || holder.Value.State.Released, $"{free} KiB free: the lock is held.");
            File.Delete(filler);
            Assert.Equal(expected, await ReadCurrentAsync(store));
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{full} times full, {done} times not");
        Assert.InRange(full, 3, int.MaxValue);
        Assert.InRange(done, 1, int.MaxValue);
    }

    /// <summary>Leaves about so much room.</summary>
    static void Fill(string path, long freeBytes)
    {
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            var block = new byte[1024];
            long length = 0;
            try
            {
                for (; length < 64 << 20; length += block.Length) RandomAccess.Write(file, block, length);
            }
            catch (IOException)
            {
                // Full.
            }
            RandomAccess.SetLength(file, Math.Max(0, length - freeBytes));
            RandomAccess.FlushToDisk(file);
        }
    }

    void Mount(string kind)
    {
        var point = Directory.CreateDirectory(folder["disk"]).FullName;
        var isMounted = kind == "tmpfs"
            ? Run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", point)
            : Run("sh", "-c",
            $"truncate -s 8m '{folder["image"]}' && mkfs.ext4 -q -m 0 '{folder["image"]}' && mount -o loop '{folder["image"]}' '{point}'");
        if (isMounted) mounted = point;
        else if (kind == "tmpfs")
            ServerScript.GiveUp(
                "Could not mount a small file system: this test needs Linux and root (or CAP_SYS_ADMIN). "
                    + "Run the tests as root to enable it.");
        else Assert.Skip("Could not mount an ext4 image: this test needs Linux, root and a loop device.");
    }

    static bool Run(params string[] command)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
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
