using System.Buffers.Binary;
using System.Diagnostics;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Reading;
using ShardyFusion.Shards;
using ShardyFusion.Shards.Sqlite.Reading;
using ShardyFusion.Shards.Sst.Reading;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.Sqlite;

/// <summary>SQLite files that are damaged, or made to do harm.</summary>
public sealed class SqliteDamageTests : IDisposable
{
    const int PageBytes = 512, Rows = 400;
    const int CellCountAt = 3, LastChildAt = 8;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    readonly TempFolder folder = new();
    readonly byte[] whole;

    public SqliteDamageTests()
    {
        SqliteMaker.MakeShard(FilePath, PageBytes, Enumerable.Range(0, Rows).Select(i => (KeyOf(i), new byte[i % 50 == 0 ? 3000 : 20])));
        whole = File.ReadAllBytes(FilePath);
    }

    string FilePath => folder["shard.db"];

    public void Dispose() => folder.Dispose();

    static byte[] KeyOf(int i)
    {
        var key = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(key, i);
        return key;
    }

    async Task<IDatabaseShard> OpenAsync(byte[] bytes)
    {
        await File.WriteAllBytesAsync(FilePath, bytes, Token);
        var files = new StoreShardFiles(new FileObjectStore(folder.Path));
        return await new SqliteFile(files.Open("shard.db", bytes.Length, SqliteFile.Missing)).OpenAsync(new BlockCache(1 << 20), Token);
    }

    // Every get and a pass over all; damage is told as such.
    async Task<ShardCorruptException?> ReadAllAsync(byte[] bytes)
    {
        try
        {
            using var shard = await OpenAsync(bytes);
            for (var i = 0; i < Rows; i += 7)
                await shard.GetAsync(KeyOf(i), Token);
            await shard.GetManyAsync([.. Enumerable.Range(0, Rows).Select(i => (ReadOnlyMemory<byte>)KeyOf(i))], Token);
            await shard.ScanAsync(Token).CountAsync(Token);
            return null;
        }
        catch (ShardCorruptException damage)
        {
            Assert.Contains("shard.db", damage.Message, StringComparison.Ordinal);
            return damage;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(99)]
    [InlineData(100)]
    [InlineData(PageBytes)]
    [InlineData(10 * PageBytes)]
    public async Task Open_FileThatIsCut_SaysSo(int length)
    {
        await Assert.ThrowsAsync<ShardCorruptException>(() => OpenAsync(whole[..length]));
    }

    [Fact]
    public async Task Get_LastPageCut_OtherPagesAnswerAndItIsNamed()
    {
        using var shard = await OpenAsync(whole[..^1]);
        Assert.NotNull(await shard.GetAsync(KeyOf(1), Token));
        var damage = await Assert.ThrowsAsync<ShardCorruptException>(async () => await shard.ScanAsync(Token).CountAsync(Token));
        Assert.Contains($"page {whole.Length / PageBytes}", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_BytesBehindTheLastPage_LeftAlone() => Assert.Null(await ReadAllAsync([.. whole, .. new byte[1000]]));

    [Fact]
    public async Task Read_EachByteOfThePagesChanged_DamageOrAnAnswer()
    {
        var random = new Random(18);
        var found = 0;
        // All of the header, the schema and the root, and a part of the others.
        for (var at = 0; at < whole.Length; at += at < 3 * PageBytes ? 7 : 499)
        {
            var bytes = (byte[])whole.Clone();
            bytes[at] ^= (byte)(1 << random.Next(8));
            found += await ReadAllAsync(bytes) is null ? 0 : 1;
        }
        Assert.InRange(found, 10, int.MaxValue);
    }

    [Fact]
    public async Task Read_PagesOfNoise_DamageOrAnAnswer()
    {
        var random = new Random(19);
        for (var turn = 0; turn < 200; turn++)
        {
            var bytes = (byte[])whole.Clone();
            random.NextBytes(bytes.AsSpan(random.Next(2, bytes.Length / PageBytes) * PageBytes, PageBytes));
            await ReadAllAsync(bytes);
        }
    }

    // The tree's root leads to itself, or all pages lead to one.
    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task Read_TreeThatGoesRound_RefusedAtOnce(int target, bool isRootOnly)
    {
        var bytes = (byte[])whole.Clone();
        for (var page = 2; page <= bytes.Length / PageBytes; page++)
        {
            var start = (page - 1) * PageBytes;
            if (bytes[start] != 2 || isRootOnly && page != 2)
                continue;
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(start + LastChildAt), target);
            for (var cell = 0; cell < BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(start + CellCountAt)); cell++)
                BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(start
                    + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(start + 12 + 2 * cell))), target);
        }
        var watch = Stopwatch.StartNew();
        Assert.NotNull(await ReadAllAsync(bytes));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Read_ChainOfOverflowPagesThatGoesRound_Refused()
    {
        var bytes = (byte[])whole.Clone();
        // The pages of the first long value lie one behind the other: the second leads back to the first.
        var first = Enumerable.Range(3, 20)
            .First(page => BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan((page - 1) * PageBytes)) == page + 1);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(first * PageBytes), first);
        using var shard = await OpenAsync(bytes);
        var damage = await Assert.ThrowsAsync<ShardCorruptException>(async () => await shard.ScanAsync(Token).CountAsync(Token));
        Assert.Contains("goes round", damage.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(CellCountAt, "cells do not fit")]
    public async Task Read_CellCountThatLies_Refused(int at, string said)
    {
        var bytes = (byte[])whole.Clone();
        bytes.AsSpan(PageBytes + at, sizeof(ushort)).Fill(0xff);
        Assert.Contains(said, (await ReadAllAsync(bytes))!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_PayloadLargerThanTheFile_RefusedWithoutTakingTheMemory()
    {
        var bytes = (byte[])whole.Clone();
        for (var page = 3; page <= bytes.Length / PageBytes; page++)
            if (bytes[(page - 1) * PageBytes] == 10)
            {
                var cell = (page - 1) * PageBytes + BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan((page - 1) * PageBytes + 8));
                bytes.AsSpan(cell, 8).Fill(0x8f);
            }
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("states a payload", (await ReadAllAsync(bytes))!.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
    }
}
