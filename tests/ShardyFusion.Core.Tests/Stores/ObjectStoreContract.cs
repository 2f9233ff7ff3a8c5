using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>What every store promises. A store's test class derives from this one and opens an empty store per test.</summary>
public abstract partial class ObjectStoreContract
{
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>An empty store whose root exists.</summary>
    internal abstract Task<IObjectStore> OpenAsync();

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected static byte[] Pattern(int length, int seed = 1)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected static readonly PutOptions Always = new(PutCondition.Always);
    private protected static readonly PutOptions CreateOnly = new(PutCondition.CreateOnly);
    private protected static PutOptions IfMatch(string etag) => new(PutCondition.IfMatch(etag));

    internal static async Task<string?> TextAsync(IObjectStore store, string key) =>
        await store.GetAsync(key, 1 << 20, Token) is { } found ? Encoding.UTF8.GetString(found.Content.Span) : null;

    internal static async Task<List<ListEntry>> ListAsync(IObjectStore store, string prefix, string? delimiter)
    {
        var entries = new List<ListEntry>();
        await foreach (var entry in store.ListAsync(prefix, delimiter, Token))
            entries.Add(entry);
        return entries;
    }

    /// <summary>More than a page, and one over.</summary>
    internal virtual int ManyObjects => 10_001;

    /// <summary>Writes many small objects; a store may do it in a quicker way than one durable write each.</summary>
    internal virtual Task SeedAsync(IObjectStore store, IEnumerable<string> keys) =>
        Parallel.ForEachAsync(keys, new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = Token },
            async (key, token) => await store.PutAsync(key, Bytes("m"), Always, token));

    /// <summary>True for a store that would take it for a slash.</summary>
    internal virtual bool IsBackslashRefused => false;

    /// <summary>Metadata reads that the end of an object costs beside its bytes.</summary>
    internal virtual int HeadsOfATail => 0;

    static async Task<ShardyFusionException> FailsAsync(ErrorKind kind, Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(action);
        Assert.Equal(kind, error.Kind);
        return error;
    }

    [Fact]
    public async Task Put_NewObject_ReadsBackWithSameETagEverywhere()
    {
        await using var store = await OpenAsync();
        var before = DateTimeOffset.UtcNow.AddMinutes(-5);
        var put = await store.PutAsync("a/b", Bytes("hello"), new PutOptions(PutCondition.Always, "text/plain"), Token);
        Assert.True(put.Written);
        Assert.Equal(5, put.SizeBytes);
        var got = await store.GetAsync("a/b", 5, Token);
        Assert.Equal("hello", Encoding.UTF8.GetString(got!.Content.Span));
        Assert.InRange(got.LastModified, before, DateTimeOffset.UtcNow.AddMinutes(5));
        var head = await store.HeadAsync("a/b", Token);
        Assert.Equal(5, head!.SizeBytes);
        Assert.Equal("a/b", head.Key);
        var tail = await store.GetTailAsync("a/b", 2, Token);
        Assert.Equal(new[] { put.ETag, put.ETag, put.ETag }, new[] { got.ETag, head.ETag, tail.ETag });
    }

    [Fact]
    public async Task Put_EmptyObject_Exists()
    {
        await using var store = await OpenAsync();
        Assert.True((await store.PutAsync("empty", default, CreateOnly, Token)).Written);
        Assert.Equal(0, (await store.GetAsync("empty", 10, Token))!.Content.Length);
        Assert.Equal(0, (await store.HeadAsync("empty", Token))!.SizeBytes);
        var tail = await store.GetTailAsync("empty", 100, Token);
        Assert.Equal(0, tail.TotalBytes);
        Assert.Equal(0, tail.Content.Length);
        Assert.Equal(0, await store.GetRangeAsync("empty", 0, new byte[4], Token));
    }

    [Fact]
    public async Task Read_MissingObject_NullOrNotFound()
    {
        await using var store = await OpenAsync();
        Assert.Null(await store.GetAsync("no/such", 10, Token));
        Assert.Null(await store.HeadAsync("no/such", Token));
        var range = await FailsAsync(ErrorKind.StorageNotFound, async () => await store.GetRangeAsync("no/such", 0, new byte[1], Token));
        Assert.Contains("no/such", range.Message, StringComparison.Ordinal);
        await FailsAsync(ErrorKind.StorageNotFound, () => store.GetTailAsync("no/such", 10, Token));
    }

    [Fact]
    public async Task Get_ObjectLargerThanAllowed_Refused()
    {
        await using var store = await OpenAsync();
        await store.PutAsync("big", Pattern(1001), Always, Token);
        var error = await FailsAsync(ErrorKind.ManifestParse, () => store.GetAsync("big", 1000, Token));
        Assert.Contains("big", error.Message, StringComparison.Ordinal);
        Assert.Equal(1001, (await store.GetAsync("big", 1001, Token))!.Content.Length);
    }

    [Fact]
    public async Task GetRange_AnyOffset_ReturnsThatPart()
    {
        await using var store = await OpenAsync();
        var content = Pattern(10_000);
        await store.PutAsync("o", content, Always, Token);
        foreach (var (offset, length, expected) in new[] { (0, 1, 1), (0, 10_000, 10_000), (1, 4096, 4096), (9_999, 1, 1),
            (9_000, 5_000, 1_000), (10_000, 10, 0), (20_000, 10, 0), (5, 0, 0) })
        {
            var buffer = new byte[length];
            Assert.Equal(expected, await store.GetRangeAsync("o", offset, buffer, Token));
            Assert.Equal(content.AsSpan(Math.Min(offset, content.Length), expected), buffer.AsSpan(0, expected));
        }
    }

    [Fact]
    public async Task GetTail_ShorterAndLongerThanObject_ReturnsEnd()
    {
        await using var store = await OpenAsync();
        var content = Pattern(200_000);
        await store.PutAsync("o", content, Always, Token);
        foreach (var length in new[] { 1, 65_536, 199_999, 200_000, 300_000 })
        {
            var tail = await store.GetTailAsync("o", length, Token);
            Assert.Equal(200_000, tail.TotalBytes);
            Assert.Equal(content[Math.Max(0, 200_000 - length)..], tail.Content.ToArray());
        }
    }

    [Fact]
    public async Task Put_CreateOnlyOnExisting_ConditionFailedAndUnchanged()
    {
        await using var store = await OpenAsync();
        Assert.True((await store.PutAsync("o", Bytes("1"), CreateOnly, Token)).Written);
        var second = await store.PutAsync("o", Bytes("2"), CreateOnly, Token);
        Assert.False(second.Written);
        Assert.Null(second.ETag);
        Assert.Equal("1", await TextAsync(store, "o"));
    }

    [Fact]
    public async Task Put_IfMatch_OnlyOnThatVersion()
    {
        await using var store = await OpenAsync();
        var first = await store.PutAsync("o", Bytes("1"), Always, Token);
        var second = await store.PutAsync("o", Bytes("2"), IfMatch(first.ETag!), Token);
        Assert.True(second.Written);
        Assert.NotEqual(first.ETag, second.ETag);
        Assert.False((await store.PutAsync("o", Bytes("3"), IfMatch(first.ETag!), Token)).Written);
        Assert.Equal("2", await TextAsync(store, "o"));
    }

    [Fact]
    public async Task Put_IfMatchOnMissing_ConditionFailed()
    {
        await using var store = await OpenAsync();
        var etag = (await store.PutAsync("o", Bytes("1"), Always, Token)).ETag!;
        await store.DeleteAsync(["o"], Token);
        Assert.False((await store.PutAsync("o", Bytes("2"), IfMatch(etag), Token)).Written);
        Assert.Null(await store.HeadAsync("o", Token));
    }

    [Fact]
    public async Task Put_CreateOnlyFrom16Callers_ExactlyOneWins()
    {
        await using var store = await OpenAsync();
        for (var round = 0; round < 5; round++)
        {
            var key = $"race/{round}";
            var results = await Task.WhenAll(Enumerable.Range(0, 16)
                .Select(i => Task.Run(() => store.PutAsync(key, Bytes($"{i}"), CreateOnly, Token))));
            var winner = Assert.Single(Enumerable.Range(0, 16), i => results[i].Written);
            Assert.Equal($"{winner}", await TextAsync(store, key));
        }
    }

    [Fact]
    public async Task Put_IfMatchFrom8Callers_ExactlyOneWinsEachVersion()
    {
        await using var store = await OpenAsync();
        var etag = (await store.PutAsync("p", Bytes("start"), Always, Token)).ETag!;
        for (var round = 0; round < 10; round++)
        {
            var expected = etag;
            var results = await Task.WhenAll(Enumerable.Range(0, 8)
                .Select(i => Task.Run(() => store.PutAsync("p", Bytes($"{round}.{i}"), IfMatch(expected), Token))));
            var winner = Assert.Single(Enumerable.Range(0, 8), i => results[i].Written);
            Assert.Equal($"{round}.{winner}", await TextAsync(store, "p"));
            etag = results[winner].ETag!;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70_000)]
    [InlineData(20_000_000)]
    public async Task Upload_ManyPieces_VisibleOnlyWhenComplete(int length)
    {
        await using var store = await OpenAsync();
        var content = Pattern(length, 7);
        await using var upload = await store.OpenUploadAsync("u/x", CreateOnly, Token);
        for (var offset = 0; offset < length; offset += 333_333)
        {
            var piece = content[offset..Math.Min(length, offset + 333_333)];
            await upload.WriteAsync(piece, Token);
            piece.AsSpan().Clear(); // The buffer is the caller's again.
        }
        Assert.Null(await store.HeadAsync("u/x", Token));
        var result = await upload.CompleteAsync(Token);
        Assert.True(result.Written);
        Assert.Equal(length, result.SizeBytes);
        var head = await store.HeadAsync("u/x", Token);
        Assert.Equal(result.ETag, head!.ETag);
        Assert.Equal(content, (await store.GetAsync("u/x", length, Token))!.Content.ToArray());
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(20_000_000)]
    public async Task Upload_CreateOnlyOnExisting_ConditionFailedAndUnchanged(int length)
    {
        await using var store = await OpenAsync();
        await using var upload = await store.OpenUploadAsync("u", CreateOnly, Token);
        await upload.WriteAsync(Pattern(length), Token);
        await store.PutAsync("u", Bytes("first"), CreateOnly, Token);
        Assert.False((await upload.CompleteAsync(Token)).Written);
        Assert.Equal("first", await TextAsync(store, "u"));
        await AssertNothingLeftAsync(store);
    }

    [Theory]
    [InlineData(1_000)]
    [InlineData(20_000_000)]
    public async Task Upload_DisposedBeforeCompletion_LeavesNothing(int length)
    {
        await using var store = await OpenAsync();
        await using (var upload = await store.OpenUploadAsync("u", Always, Token))
            await upload.WriteAsync(Pattern(length), Token);
        Assert.Empty(await ListAsync(store, "", null));
        await AssertNothingLeftAsync(store);
    }

    /// <summary>No temporary file, no upload under way.</summary>
    internal abstract Task AssertNothingLeftAsync(IObjectStore store);

    [Theory]
    [InlineData("manifests/2026-11-21T05:36:17.942788Z_run_id=x/manifest")]
    [InlineData("runs/a b+c&d=e;f@g/~'()!$,/run.yaml")]
    [InlineData("q/<>\"|?*\\%41%zz")]
    [InlineData("u/ключ \U0001F600 é e\u0301")]
    [InlineData("dots/a./b /.c/..d/con/NUL.txt/lpt1")]
    [InlineData(".tmp/x")]
    [InlineData(".locks/00")]
    public async Task AwkwardKeys_RoundTripThroughPutListGetDelete(string key)
    {
        await using var store = await OpenAsync();
        if (IsBackslashRefused && key.Contains('\\', StringComparison.Ordinal))
        {
            await FailsAsync(ErrorKind.ConfigValidation, () => store.PutAsync(key, Bytes("v"), CreateOnly, Token));
            key = key.Replace("\\", "", StringComparison.Ordinal);
        }
        Assert.True((await store.PutAsync(key, Bytes("v"), CreateOnly, Token)).Written);
        Assert.Equal([key], (await ListAsync(store, "", null)).Select(static e => e.Key));
        Assert.Equal([key], (await ListAsync(store, key, "/")).Select(static e => e.Key));
        Assert.Equal("v", await TextAsync(store, key));
        Assert.Null(Assert.Single(await store.DeleteAsync([key], Token)).Error);
        Assert.Empty(await ListAsync(store, "", "/"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/a")]
    [InlineData("a/")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("./a")]
    [InlineData("a\0b")]
    [InlineData("half a pair")]
    public async Task BadKeys_RefusedByEveryMethod(string key)
    {
        if (key == "half a pair")
            key = "a\uD800"; // Test data cannot carry it.
        await using var store = await OpenAsync();
        await FailsAsync(ErrorKind.ConfigValidation, () => store.GetAsync(key, 1, Token));
        await FailsAsync(ErrorKind.ConfigValidation, () => store.PutAsync(key, default, Always, Token));
        await FailsAsync(ErrorKind.ConfigValidation, () => store.HeadAsync(key, Token));
        await FailsAsync(ErrorKind.ConfigValidation, () => store.GetTailAsync(key, 1, Token));
        await FailsAsync(ErrorKind.ConfigValidation, async () => await store.GetRangeAsync(key, 0, new byte[1], Token));
        await FailsAsync(ErrorKind.ConfigValidation, () => store.OpenUploadAsync(key, Always, Token));
        await FailsAsync(ErrorKind.ConfigValidation, () => store.DeleteAsync([key], Token));
    }

    [Fact]
    public async Task EveryMethod_CancelledBefore_Throws()
    {
        await using var store = await OpenAsync();
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync("a", 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.PutAsync("a", Bytes("x"), Always, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.HeadAsync("a", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await store.GetRangeAsync("a", 0, new byte[1], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetTailAsync("a", 1, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.DeleteAsync(["a"], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in store.ListAsync("", null, cancelled))
            {
            }
        });
        Assert.Null(await store.HeadAsync("a", Token));
    }

    [Fact]
    public async Task Counters_CountRequestsAndBytes()
    {
        await using var store = await OpenAsync();
        await store.PutAsync("a", Pattern(100), Always, Token);
        await store.GetAsync("a", 100, Token);
        await store.GetRangeAsync("a", 50, new byte[10], Token);
        await store.GetTailAsync("a", 7, Token);
        await store.HeadAsync("a", Token);
        await ListAsync(store, "", null);
        await store.DeleteAsync(["a"], Token);
        var counters = store.Counters;
        Assert.Equal((1, 3, 1 + HeadsOfATail, 1, 1, 0), (counters.Puts, counters.Gets, counters.Heads, counters.Lists, counters.Deletes,
            counters.Retries));
        Assert.Equal((100, 117), (counters.BytesWritten, counters.BytesRead));
    }

    [Fact]
    public async Task ReadersDuringReplacement_SeeWholeVersionsOnly()
    {
        await using var store = await OpenAsync();
        byte[][] versions = [Pattern(50_000, 1), Pattern(70_000, 2)];
        await store.PutAsync("p", versions[0], Always, Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var hasRead = new TaskCompletionSource();
        var reader = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var content = (await store.GetAsync("p", 1 << 20, Token))!.Content.ToArray();
                Assert.True(content.AsSpan().SequenceEqual(versions[0]) || content.AsSpan().SequenceEqual(versions[1]));
                hasRead.TrySetResult();
            }
        }, Token);
        await Task.WhenAny(hasRead.Task, reader);
        for (var i = 0; i < 50; i++)
            await store.PutAsync("p", versions[i % 2], Always, Token);
        await stop.CancelAsync();
        await reader;
    }
}
