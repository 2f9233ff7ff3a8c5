using ShardyFusion.LocalFiles;

namespace ShardyFusion.Core.Tests.Stores;

public sealed class StreamedFileTests : IDisposable
{
    const int Block = AlignedBlock.LengthBytes;

    readonly TempFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 1)]
    [InlineData(Block - 1, Block)]
    [InlineData(Block, Block)]
    [InlineData(Block + 1, Block)]
    [InlineData(3 * Block, 100_000)]
    [InlineData(9 * Block + 4095, 3 * Block + 7)]
    [InlineData(6 * Block + 1, 4096)]
    public async Task Flush_AnyLengthInAnySteps_TheSameBytes(int length, int step)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        var path = folder["file"];
        using (var file = Create(path, new AlignedBlocks()))
        {
            for (var at = 0; at < length; at += step) await file.WriteAsync(content.AsMemory(at, Math.Min(step, length - at)), Token);
            await file.FlushAsync();
            Assert.Equal(length, file.LengthBytes);
        }
        Assert.Equal(content, await File.ReadAllBytesAsync(path, Token));
    }

    [Fact]
    public async Task Write_CallersMemoryChangesAfterwards_WhatWasGivenIsWritten()
    {
        var memory = new byte[Block];
        var path = folder["file"];
        var pool = new AlignedBlocks();
        for (var again = 0; again < 2; again++)
        {
            using var file = Create(path, pool);
            for (byte i = 0; i < 10; i++)
            {
                memory.AsSpan().Fill(i);
                await file.WriteAsync(memory, Token);
            }
            await file.FlushAsync();
            file.Dispose();
            var written = await File.ReadAllBytesAsync(path, Token);
            for (var i = 0; i < 10; i++) Assert.False(written.AsSpan(i * Block, Block).ContainsAnyExcept((byte)i));
        }
    }

    [Fact]
    public async Task Dispose_BlocksOnTheirWay_EndsWithoutFlush()
    {
        var path = folder["file"];
        using (var file = Create(path, new AlignedBlocks())) await file.WriteAsync(new byte[3 * Block + 5], Token);
        Assert.InRange(new FileInfo(path).Length, 0, 3 * Block);
        File.Delete(path);
    }

    [Fact]
    public async Task Write_Cancelled_TakesNothing()
    {
        using var file = Create(folder["file"], new AlignedBlocks());
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await file.WriteAsync(new byte[1], cancel.Token));
        Assert.Equal(0, file.LengthBytes);
    }

    [Fact]
    public async Task Flush_FullBlocks_WentPastThePageCache()
    {
        // Else none of the above says anything about direct writes.
        if (!OperatingSystem.IsLinux()) Assert.Skip("Direct writes are for Linux; elsewhere files are written through the page cache.");
        using (var handle = File.OpenHandle(folder["probe"], FileMode.CreateNew, FileAccess.Write))
        {
            if (!DirectWrites.TryStart(handle))
                Assert.Skip($"The file system of '{folder.Path}' has no direct writes; set TMPDIR to a folder on a disk to test them.");
            DirectWrites.Stop(handle);
            RandomAccess.Write(handle, "three"u8, 0);
            Assert.Equal(5, RandomAccess.GetLength(handle));
        }
        using var file = Create(folder["file"], new AlignedBlocks());
        await file.WriteAsync(new byte[2 * Block + 5], Token);
        await file.FlushAsync();
        Assert.True(file.IsDirect);
    }

    static StreamedFile Create(string path, AlignedBlocks pool) => new(File.OpenHandle(path, FileMode.Create, FileAccess.Write), pool);
}
