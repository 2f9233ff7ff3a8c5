using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Maintenance;
using ShardyFusion.Publishing;
using ShardyFusion.Routing;
using ShardyFusion.Runs;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Maintenance;

/// <summary>A copy is the same snapshot elsewhere, or it is not there.</summary>
public sealed class CopyTests : IDisposable
{
    readonly SnapshotFixture snapshots = new();
    readonly TempFolder folder = new();
    readonly FileObjectStore there;

    public CopyTests() => there = new FileObjectStore(folder.Path);

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        snapshots.Dispose();
        folder.Dispose();
    }

    SnapshotStore Destination(IObjectStore? store = null) => new(store ?? there, snapshots.Clock);

    Task<CopyResult> CopyAsync(CopyOptions? options = null, IObjectStore? from = null, IObjectStore? to = null) =>
        snapshots.Open(from).CopyToAsync(Destination(to), options ?? new CopyOptions(), null, Token);

    static async Task<ErrorKind> KindOfAsync(Func<Task> action) => (await Assert.ThrowsAnyAsync<ShardyFusionException>(action)).Kind;

    async Task AssertEqualAsync(CopyResult result)
    {
        var figures = await Destination().CompareAsync(new CompareOptions
        {
            To = new SnapshotSelector { Ref = result.ManifestRef }
        }, snapshots.Open(), null, null, Token);
        Assert.True(figures.RowsEqual);
        Assert.True((await Destination().VerifyAsync(new VerifyOptions
        {
            Level = VerifyLevel.Deep,
            Selector = new SnapshotSelector { Ref = result.ManifestRef }
        }, null, Token)).Passed);
    }

    [Fact]
    public async Task Copy_ToAnEmptyFolder_IsTheSameSnapshotWithItsOwnRefs()
    {
        var manifest = snapshots.Add("one", 1, SnapshotFixture.Rows(3000), message: "kept");
        var result = await CopyAsync();
        Assert.Equal((4, 0, 0, manifest.DbBytes!.Value, 3000L, (string?)null),
            (result.ShardsCopied, result.ShardsSkipped, result.ShardsCopiedByStore, result.BytesCopied, result.RowCount, result.Pointer));
        Assert.Equal(SnapshotPaths.ToRef(there.Root, SnapshotFixture.KeyOf("one", 1)), result.ManifestRef);
        await AssertEqualAsync(result);
        var info = await Destination().GetInfoAsync(new SnapshotSelector { RunId = "one" }, Token);
        Assert.Equal("kept", info.Message);
        Assert.All(info.Shards, shard => Assert.StartsWith(there.Root, shard.Url, StringComparison.Ordinal));
        Assert.DoesNotContain(snapshots.Store.Root, await File.ReadAllTextAsync(there.LocalPath(SnapshotFixture.KeyOf("one", 1))!, Token),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Copy_PointerMovesOnlyWhenAsked()
    {
        snapshots.Add("one", 1);
        await CopyAsync();
        Assert.Equal(ErrorKind.NoSnapshot, await KindOfAsync(() => Destination().GetInfoAsync(SnapshotSelector.Current, Token)));
        var published = await CopyAsync(new CopyOptions { Publish = true });
        Assert.Equal(("CURRENT", 0, 4), (published.Pointer, published.ShardsCopied, published.ShardsSkipped));
        Assert.Equal("one", (await Destination().GetInfoAsync(SnapshotSelector.Current, Token)).RunId);
        Assert.Equal("CANARY",
            (await CopyAsync(new CopyOptions { Publish = true, Rules = new PublishRules { Pointer = "CANARY" } })).Pointer);
    }

    [Fact]
    public async Task Copy_Interrupted_GoesOnWhereItEnded()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(3000));
        var broken = new FaultyStore(there).Fail(StoreOperation.UploadComplete, nth: 3, count: int.MaxValue);
        Assert.Equal(ErrorKind.StorageTransient, await KindOfAsync(() => CopyAsync(new CopyOptions { Parallelism = 1 }, to: broken)));
        Assert.Equal(ErrorKind.SnapshotNotFound,
            await KindOfAsync(() => Destination().GetInfoAsync(new SnapshotSelector { RunId = "one" }, Token)));
        var result = await CopyAsync();
        Assert.Equal((2, 2), (result.ShardsCopied, result.ShardsSkipped));
        await AssertEqualAsync(result);
    }

    [Fact]
    public async Task Copy_SourceDamaged_LeavesNoShardAndNoManifest()
    {
        var manifest = snapshots.Add("one", 1);
        var key = manifest.FindShard(2)!.ObjectKey;
        var bytes = await File.ReadAllBytesAsync(snapshots.Store.LocalPath(key)!, Token);
        bytes[10] ^= 1;
        snapshots.WriteObject(key, bytes);
        Assert.Equal(ErrorKind.ShardCorrupt, await KindOfAsync(() => CopyAsync()));
        Assert.Null(await there.HeadAsync(key, Token));
        Assert.Null(await there.HeadAsync(SnapshotFixture.KeyOf("one", 1), Token));
        snapshots.DeleteObject(key);
        Assert.Equal(ErrorKind.SnapshotIncomplete, await KindOfAsync(() => CopyAsync()));
    }

    [Fact]
    public async Task Copy_OtherContentThere_IsNeverOverwritten()
    {
        var key = snapshots.Add("one", 1).FindShard(1)!.ObjectKey;
        await there.PutAsync(key, Encoding.UTF8.GetBytes("mine"), new PutOptions(PutCondition.Always), Token);
        Assert.Equal(ErrorKind.ShardWrite, await KindOfAsync(() => CopyAsync()));
        Assert.Equal("mine", await File.ReadAllTextAsync(there.LocalPath(key)!, Token));
    }

    [Fact]
    public async Task Copy_RunRecord_SaysThatItEnded()
    {
        snapshots.Add("one", 1);
        var broken = new FaultyStore(there).Fail(StoreOperation.UploadComplete, nth: 1, count: int.MaxValue);
        await KindOfAsync(() => CopyAsync(to: broken));
        await CopyAsync();
        var runs = new List<RunInfo>();
        await foreach (var run in Destination().GetRunsAsync("one", null, Token)) runs.Add(run);
        Assert.Equal([RunState.Succeeded, RunState.Failed], runs.Select(run => run.State).Order());
    }

    [Fact]
    public async Task Copy_WhileACleanupDeletesTheRunThere_IsRefused()
    {
        snapshots.Add("one", 1);
        var now = snapshots.Clock.Now;
        await there.PutAsync(AnnotationPaths.RunRemovalKey("one"),
            AnnotationCodec.Write(new RemovalMark($"{there.Root}/shards/run_id=one", now, now.AddMinutes(5), "there", 1)),
            new PutOptions(PutCondition.Always), Token);
        Assert.Equal(ErrorKind.RunNotFound, await KindOfAsync(() => CopyAsync()));
        snapshots.Clock.Now = now.AddMinutes(6);
        await AssertEqualAsync(await CopyAsync());
    }

    [Fact]
    public async Task Copy_ToItself_IsRefused()
    {
        snapshots.Add("one", 1);
        Assert.Equal(ErrorKind.ConfigValidation,
            await KindOfAsync(() => snapshots.Open().CopyToAsync(snapshots.Open(), new CopyOptions(), null, Token)));
        Assert.Equal(ErrorKind.ConfigValidation, await KindOfAsync(() => CopyAsync(new CopyOptions { Parallelism = 0 })));
    }

    [Theory]
    [InlineData(KeyEncoding.U64BE, 1)]
    [InlineData(KeyEncoding.U64BE, 7)]
    [InlineData(KeyEncoding.Utf8, 7)]
    public async Task Copy_OtherShardCount_HoldsTheSameRows(KeyEncoding encoding, int shards)
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(3000).Select(row => encoding == KeyEncoding.Utf8 ? ($"k{row.Key}", row.Value) : row),
            4, encoding, message: "kept",
            edit: manifest => manifest with { Custom = new Dictionary<string, object?>(manifest.Custom) { ["source"] = "erp" } });
        var result = await CopyAsync(new CopyOptions { Reshard = new BuildOptions { ShardCount = shards, RunId = "two" }, Publish = true });
        Assert.Equal(("two", shards, 3000L, "CURRENT"), (result.RunId, result.ShardCount, result.RowCount, result.Pointer));
        await AssertEqualAsync(result);
        var info = await Destination().GetInfoAsync(SnapshotSelector.Current, Token);
        Assert.Equal(("kept", "erp", ValueEncoding.Utf8), (info.Message, info.Custom["source"], info.ValueEncoding));
    }

    [Fact]
    public async Task Copy_OtherShardCountInTheSamePrefix_IsANewSnapshot()
    {
        snapshots.Add("one", 1, SnapshotFixture.Rows(500), 4);
        var store = snapshots.Open();
        await store.CopyToAsync(store, new CopyOptions { Reshard = new BuildOptions { ShardCount = 2, RunId = "two" }, Publish = true },
            null, Token);
        var figures = await store.CompareAsync(new CompareOptions(), null, null, null, Token);
        Assert.Equal(("one", "two", (bool?)true), (figures.From.RunId, figures.To.RunId, figures.RowsEqual));
    }
}
