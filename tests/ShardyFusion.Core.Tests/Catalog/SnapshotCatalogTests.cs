using System.Runtime.CompilerServices;
using System.Text;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Stores;

namespace ShardyFusion.Core.Tests.Catalog;

/// <summary>Pointer, history and selectors.</summary>
public sealed class SnapshotCatalogTests : IDisposable
{
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();
    readonly FaultyStore store;
    readonly SnapshotCatalog catalog;

    public SnapshotCatalogTests()
    {
        store = new FaultyStore(snapshots.Store);
        catalog = new SnapshotCatalog(store);
    }

    public void Dispose() => snapshots.Dispose();

    void AddThree()
    {
        snapshots.Add("one", 1);
        snapshots.Add("two", 2);
        snapshots.Add("three", 3);
    }

    [Fact]
    public async Task ReadPointer_NoneThere_DoesNotExist()
    {
        var seen = await catalog.ReadPointerAsync(Token);
        Assert.False(seen.Exists);
        Assert.Equal(ErrorKind.NoSnapshot,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.RequirePointerAsync(Token))).Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"format_version\":1,\"manifest_re")]
    [InlineData("{\"format_version\":1,\"manifest_ref\":\"s3://b/p/run_id=x\",\"run_id\":\"x\",\"updated_at\":\"2026-03-14T10:30:00Z\"}")]
    [InlineData(null)]
    public async Task ReadPointer_Malformed_HasVersionAndProblem(string? content)
    {
        snapshots.WriteObject(SnapshotPaths.CurrentKey, content is null ? new byte[PointerCodec.MaxBytes + 1]
            : Encoding.UTF8.GetBytes(content));
        var seen = await catalog.ReadPointerAsync(Token);
        Assert.True(seen.Exists);
        Assert.NotNull(seen.ETag);
        Assert.Null(seen.ManifestKey);
        Assert.Equal(ErrorKind.ManifestParse, seen.Problem!.Kind);
    }

    [Fact]
    public async Task List_ManyNames_NewestFirstForeignNamesIgnored()
    {
        AddThree();
        snapshots.WriteObject("manifests/2026-03-14T10:30:00Z_run_id=short/manifest", [1]);
        snapshots.WriteObject("manifests/readme/manifest", [1]);
        snapshots.WriteObject("manifests/stray", [1]);
        Assert.Equal(["three", "two", "one"], (await catalog.ListAsync(Token)).Select(folder => folder.RunId));
    }

    /// <summary>Left by a cleanup on a store that shows emptied folders, or by someone's own files.</summary>
    [Fact]
    public async Task List_FoldersWithoutAManifest_AreNoSnapshotsAndDoNotCount()
    {
        AddThree();
        foreach (var (name, minute) in new[] { ("emptied", 4), ("marked", 5), ("noted", 2), ("deep", 6) })
        {
            var folder = SnapshotFixture.KeyOf(name, minute)[..^(SnapshotPaths.ManifestName.Length + 1)];
            Directory.CreateDirectory(snapshots.Store.LocalPath(folder)!);
            if (name == "noted") snapshots.WriteObject($"{folder}/manifest.bak", [1]);
            if (name == "deep") snapshots.WriteObject($"{folder}/manifest/manifest", [1]);
        }
        var emptied = new CatalogOf(new EmptiedFolders(store, [SnapshotFixture.KeyOf("emptied", 4), SnapshotFixture.KeyOf("marked", 5)]));
        Assert.Equal(["three", "two", "one"], (await emptied.Catalog.ListAsync(Token)).Select(folder => folder.RunId));
        var selected = new List<string>();
        foreach (var offset in new[] { 0, 1, 2 })
            selected.Add(await emptied.Catalog.ResolveAsync(new SnapshotSelector { Offset = offset }, null, Token));
        Assert.Equal([SnapshotFixture.KeyOf("three", 3), SnapshotFixture.KeyOf("two", 2), SnapshotFixture.KeyOf("one", 1)], selected);
        Assert.DoesNotContain(store.Calls, call => call.Operation == StoreOperation.Head);
        var history = new List<(string, int?)>();
        await foreach (var entry in new SnapshotStore(snapshots.Store, snapshots.Clock).GetHistoryAsync(null, Token))
            history.Add((entry.RunId, entry.Offset));
        Assert.Equal([("three", 0), ("two", 1), ("one", 2)], history);
    }

    sealed record CatalogOf(IObjectStore Store)
    {
        public SnapshotCatalog Catalog { get; } = new(Store);
    }

    /// <summary>Shows folders, and markers of them, whose objects are gone.</summary>
    sealed class EmptiedFolders(IObjectStore inner, string[] manifestKeys) : DelegatingStore(inner)
    {
        public override async IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var entry in Inner.ListAsync(prefix, delimiter, cancellationToken)) yield return entry;
            foreach (var key in manifestKeys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)))
                yield return new ListEntry(key[..^SnapshotPaths.ManifestName.Length], delimiter is not null, 0, null);
        }
    }

    [Fact]
    public async Task List_SameTime_OneOrderForEverybody()
    {
        snapshots.Add("a", 5);
        snapshots.Add("b", 5);
        Assert.Equal(["b", "a"], (await catalog.ListAsync(Token)).Select(folder => folder.RunId));
    }

    [Fact]
    public async Task List_TenThousandAndOneNames_AllOfThem()
    {
        var many = new FaultyStore(new LongListing(snapshots.Store, 10_001));
        var history = await new SnapshotCatalog(many).ListAsync(Token);
        Assert.Equal(10_001, history.Count);
        Assert.Equal(SnapshotFixture.Start.AddMinutes(10_000), history[0].PublishedAt);
        Assert.DoesNotContain(many.Calls, call => call.Operation == StoreOperation.Get);
    }

    /// <summary>Oldest first, as stores list; that they page is in the store contract.</summary>
    sealed class LongListing(IObjectStore inner, int count) : DelegatingStore(inner)
    {
        public override async IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter,
            [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            for (var minute = 0; minute < count; minute++)
                yield return new ListEntry(SnapshotFixture.KeyOf("r", minute), false, 1, null);
        }
    }

    [Fact]
    public async Task Resolve_OffsetAfterRollback_CountsFromCurrentNotFromNewest()
    {
        AddThree();
        snapshots.PointTo(SnapshotFixture.KeyOf("two", 2), "two");
        Assert.Equal(SnapshotFixture.KeyOf("two", 2), await catalog.ResolveAsync(new SnapshotSelector { Offset = 0 }, null, Token));
        Assert.Equal(SnapshotFixture.KeyOf("one", 1), await catalog.ResolveAsync(new SnapshotSelector { Offset = 1 }, null, Token));
    }

    [Fact]
    public async Task Resolve_OffsetTooLarge_SaysHowManyThereAre()
    {
        AddThree();
        snapshots.PointTo(SnapshotFixture.KeyOf("two", 2), "two");
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.ResolveAsync(new SnapshotSelector { Offset = 2 }, null,
            Token));
        Assert.Equal(ErrorKind.SnapshotNotFound, error.Kind);
        Assert.Contains("1 snapshot before the current one, run 'two'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_OffsetOverUnreadableManifest_CountsItAsPosition()
    {
        AddThree();
        snapshots.WriteObject(SnapshotFixture.KeyOf("two", 2), "garbage: ["u8.ToArray());
        Assert.Equal(SnapshotFixture.KeyOf("one", 1), await catalog.ResolveAsync(new SnapshotSelector { Offset = 2 }, null, Token));
    }

    [Fact]
    public async Task Resolve_OffsetWhenCurrentManifestIsGone_CountsFromItsPlace()
    {
        AddThree();
        snapshots.PointTo(SnapshotFixture.KeyOf("two", 2), "two");
        snapshots.DeleteObject(SnapshotFixture.KeyOf("two", 2));
        Directory.Delete(Path.GetDirectoryName(snapshots.Store.LocalPath(SnapshotFixture.KeyOf("two", 2))!)!);
        Assert.Equal(SnapshotFixture.KeyOf("one", 1), await catalog.ResolveAsync(new SnapshotSelector { Offset = 1 }, null, Token));
    }

    [Fact]
    public async Task Resolve_RunIdPastHundredNewer_Found()
    {
        snapshots.Add("old", 0);
        for (var minute = 1; minute <= 120; minute++)
            snapshots.WriteObject(SnapshotFixture.KeyOf($"r{minute}", minute), [1]);
        Assert.Equal(SnapshotFixture.KeyOf("old", 0), await catalog.ResolveAsync(new SnapshotSelector { RunId = "old" }, null, Token));
    }

    [Fact]
    public async Task Resolve_RunIdUnknown_SnapshotNotFound()
    {
        AddThree();
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.ResolveAsync(new SnapshotSelector { RunId = "on" }, null,
            Token));
        Assert.Equal((ErrorKind.SnapshotNotFound, "on"), (error.Kind, error.Target));
        Assert.Contains("3 snapshots", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("manifests/2026-03-14T10:31:00.000000Z_run_id=one/manifest")]
    [InlineData("s3://elsewhere/run_id=x/manifests/2026-03-14T10:31:00.000000Z_run_id=one/manifest")]
    public async Task Resolve_RelativeOrMovedRef_KeyBelowThisPrefix(string reference)
    {
        AddThree();
        var key = await catalog.ResolveAsync(new SnapshotSelector { Ref = reference }, null, Token);
        Assert.Equal(SnapshotFixture.KeyOf("one", 1), key);
        Assert.Empty(store.Calls);
    }

    [Fact]
    public async Task Resolve_Pointer_WhatItNamesWhateverIsCurrent()
    {
        AddThree();
        snapshots.WriteObject("_CANARY", snapshots.PointerBytes(SnapshotFixture.KeyOf("one", 1), "one"));
        Assert.Equal(SnapshotFixture.KeyOf("one", 1), await catalog.ResolveAsync(new SnapshotSelector { Pointer = "CANARY" }, null, Token));
        Assert.Equal(SnapshotFixture.KeyOf("three", 3), await catalog.ResolveAsync(new SnapshotSelector { Pointer = "CURRENT" }, null,
            Token));
    }

    [Fact]
    public async Task Resolve_PointerThatIsNotThere_SnapshotNotFoundNamesIt()
    {
        AddThree();
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.ResolveAsync(new SnapshotSelector { Pointer = "CANARY" },
            null, Token));
        Assert.Equal((ErrorKind.SnapshotNotFound, "CANARY"), (error.Kind, error.Target));
    }

    [Theory]
    [InlineData("")]
    [InlineData("canary")]
    [InlineData("_CANARY")]
    [InlineData("9LIVES")]
    [InlineData("A-B")]
    [InlineData("FREEZE")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456")]
    public async Task Resolve_PointerNameThatIsNone_ConfigValidationBeforeAnyRequest(string name)
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.ResolveAsync(new SnapshotSelector { Pointer = name },
            null, Token));
        Assert.Equal(ErrorKind.ConfigValidation, error.Kind);
        Assert.Empty(store.Calls);
    }

    [Fact]
    public async Task Resolve_RefOfAnotherForm_ConfigValidation() => Assert.Equal(ErrorKind.ConfigValidation,
        (await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.ResolveAsync(new SnapshotSelector { Ref = "s3://b/p/run_id=one" },
        null, Token))).Kind);

    [Fact]
    public async Task Resolve_TwoSelectors_ConfigValidation() => Assert.Equal(ErrorKind.ConfigValidation,
        (await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.ResolveAsync(new SnapshotSelector { RunId = "a", Offset = 1 }, null,
        Token))).Kind);

    [Fact]
    public async Task Resolve_NegativeOffsetWithoutASnapshot_NoSnapshot() => Assert.Equal(ErrorKind.NoSnapshot,
        (await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.ResolveAsync(new SnapshotSelector { Offset = -9 }, null,
        Token))).Kind);

    [Fact]
    public async Task LoadManifest_NotThere_SnapshotNotFoundNamesRef()
    {
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => catalog.LoadManifestAsync(SnapshotFixture.KeyOf("x", 0), Token));
        Assert.Equal((ErrorKind.SnapshotNotFound, snapshots.RefOf("x", 0)), (error.Kind, error.Target));
    }
}
