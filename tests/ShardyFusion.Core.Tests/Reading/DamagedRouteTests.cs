using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Publishing;
using ShardyFusion.Reading;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Reading;

/// <summary>A damaged manifest or pointer, by every way in which it is read: an error, the fallback, or every key right.</summary>
public sealed class DamagedRouteTests : IDisposable
{
    const int Rows = 12;

    readonly ITestOutputHelper output;
    readonly SnapshotFixture snapshots = new();
    readonly TempFolder folder = new();
    int refused, fellBack, right;

    public DamagedRouteTests(ITestOutputHelper output)
    {
        this.output = output;
        for (var minute = 1; minute <= 3; minute++)
            snapshots.Add($"r{minute}", minute, SnapshotFixture.Rows(Rows, $"r{minute}"), numDbs: 2);
    }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        snapshots.Dispose();
        folder.Dispose();
    }

    static IEnumerable<byte[]> Damaged(byte[] document, int bitStep, int cutStep)
    {
        for (var bit = 0; bit < document.Length * 8; bit += bitStep)
        {
            byte[] flipped = [.. document];
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            yield return flipped;
        }
        for (var cut = 0; cut < document.Length; cut += cutStep) yield return document[..cut];
    }

    async Task GetAsync(SnapshotSelector selector, string runId)
    {
        try
        {
            await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions { Selector = selector }, Token);
            var label = reader.FallbackReason is null ? runId : reader.Info.RunId;
            for (ulong key = 0; key < Rows; key++)
                Assert.Equal($"{label}:{key}", Encoding.UTF8.GetString((await reader.GetAsync(key, Token)).Value!));
            if (reader.FallbackReason is null) right++;
            else fellBack++;
        }
        catch (ShardyFusionException)
        {
            refused++;
        }
    }

    async Task RefusesAsync(Func<Task> read)
    {
        Assert.Equal(ErrorKind.ManifestParse, (await Assert.ThrowsAsync<ShardyFusionException>(read)).Kind);
        refused++;
    }

    [Fact]
    public async Task Read_DamagedManifestByEveryRoute_NothingIsAnsweredFromIt()
    {
        var (key, reference) = (SnapshotFixture.KeyOf("r2", 2), snapshots.RefOf("r2", 2));
        var whole = await File.ReadAllBytesAsync(snapshots.Store.LocalPath(key)!, Token);
        var forms = 0;
        foreach (var damaged in Damaged(whole, 157, 61))
        {
            forms++;
            snapshots.WriteObject(key, damaged);
            // As the current one, by its ref, its run and its offset.
            snapshots.PointTo(key, "r2");
            await GetAsync(SnapshotSelector.Current, "r2");
            Assert.NotEqual(HealthStatus.Healthy, (await snapshots.Open().CheckHealthAsync(new HealthOptions { Deep = true },
                Token)).Status);
            await RefusesAsync(() => snapshots.Open().GetInfoAsync(SnapshotSelector.Current, Token));
            snapshots.PointTo(SnapshotFixture.KeyOf("r3", 3), "r3");
            foreach (var selector in new[] { new SnapshotSelector { Ref = reference }, new SnapshotSelector { RunId = "r2" },
                new SnapshotSelector { Offset = 1 } })
            {
                await GetAsync(selector, "r2");
                await RefusesAsync(() => snapshots.Open().VerifyAsync(new VerifyOptions { Selector = selector, Level = VerifyLevel.Deep },
                    null, Token));
                await RefusesAsync(() => snapshots.Open().PlanRollbackAsync(selector, Token));
                await RefusesAsync(() => snapshots.Open()
                    .CompareAsync(new CompareOptions { To = selector, From = SnapshotSelector.Current }, null, null, null, Token));
                await RefusesAsync(() => snapshots.Open().CopyToAsync(new SnapshotStore(new FileObjectStore(folder["copy"]),
                    snapshots.Clock), new CopyOptions { Selector = selector }, null, Token));
            }
            await foreach (var entry in snapshots.Open().GetHistoryAsync(null, Token))
                Assert.Equal(entry.RunId == "r2", entry.Problem is not null);
            var plan = await snapshots.Open().PlanCleanupAsync(new CleanupPolicy
            {
                KeepLast = 1,
                Grace = TimeSpan.Zero,
                StagedGrace = TimeSpan.Zero,
                ClockSkew = TimeSpan.Zero
            }, Token);
            Assert.Equal("its manifest cannot be read", Assert.Single(plan.Kept, kept => kept.RunId == "r2").Reason);
            Assert.DoesNotContain(plan.Items.SelectMany(item => item.Objects),
                found => found.Key.Contains("run_id=r2/", StringComparison.Ordinal));
        }
        Assert.Equal(0, right);
        output.WriteLine(
            $"counts: {forms} damaged manifests by 19 routes each: {refused} refused, {fellBack} read from an older snapshot that says so, "
                + "silently wrong: 0");
    }

    [Fact]
    public async Task Read_PointerWithAnyBitOrCut_NeverReadsAnotherRunSilently()
    {
        var path = snapshots.Store.LocalPath(SnapshotPaths.CurrentKey)!;
        var whole = PointerCodec.Write(new CurrentPointer
        {
            ManifestRef = snapshots.RefOf("r2", 2),
            RunId = "r2",
            UpdatedAt = SnapshotFixture.Start
        });
        var forms = 0;
        foreach (var damaged in Damaged(whole, 1, 1))
        {
            forms++;
            await File.WriteAllBytesAsync(path, damaged, Token);
            await GetAsync(SnapshotSelector.Current, "r2");
        }
        Assert.Equal((0, 0, forms), (right, fellBack, refused));
        output.WriteLine($"counts: {forms} damaged pointers: {refused} refused, silently wrong: 0");
    }

    [Theory]
    [InlineData("r2", "r3")]
    [InlineData("r2", "r6")]
    public async Task Read_PointerOfTheOriginalWhoseRunsDiffer_IsRefused(string inRef, string inField)
    {
        snapshots.WriteObject(SnapshotPaths.CurrentKey, Encoding.ASCII.GetBytes(
            $$"""{"format_version":1,"manifest_content_type":"application/x-yaml","manifest_ref":"""
                + $$""" "{{snapshots.RefOf(inRef, 2)}}","run_id":"{{inField}}","updated_at":"2026-03-14T10:30:00Z"}"""));
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token));
        Assert.Contains("run_id", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_OtherManifestInItsPlace_IsToldByThePointer()
    {
        await using (var build = await Building.BuiltSnapshots.StartAsync(snapshots.Store,
            new BuildOptions { ShardCount = 2, RunId = "built" }))
        {
            build.Add(1L, "v");
            await build.CompleteAsync(Token);
        }
        var catalog = new SnapshotCatalog(snapshots.Store);
        var pointer = (await catalog.ReadPointerAsync(Token)).Pointer!;
        var loaded = await catalog.LoadManifestAsync(pointer.ManifestKey, Token);
        Assert.Equal(loaded.Check, pointer.ManifestCheck);
        // Whole in itself, and not what was published.
        snapshots.WriteObject(pointer.ManifestKey,
            ManifestCodec.Write(loaded.Manifest with { Required = loaded.Manifest.Required with { KeyCol = "other" } }));
        await RefusesAsync(() => snapshots.Open().GetInfoAsync(SnapshotSelector.Current, Token));
        await using var reader = await snapshots.Open().OpenReaderAsync(new ReaderOptions(), Token);
        Assert.Contains("_CURRENT", reader.FallbackReason, StringComparison.Ordinal);

        // A rollback writes what it read, also for a manifest that has no checksum.
        var old = SnapshotFixture.KeyOf("r1", 1);
        snapshots.WriteObject(old, Golden.Unsealed.Of(await File.ReadAllBytesAsync(snapshots.Store.LocalPath(old)!, Token)));
        await snapshots.Open().RollbackAsync(await snapshots.Open().PlanRollbackAsync(new SnapshotSelector { RunId = "r1" }, Token),
            new PointerChangeOptions(), Token);
        await GetAsync(SnapshotSelector.Current, "r1");
        Assert.Equal(1, right);
        var text = await File.ReadAllTextAsync(snapshots.Store.LocalPath(old)!, Token);
        snapshots.WriteObject(old, Encoding.ASCII.GetBytes(text[..text.LastIndexOf("- attempt", StringComparison.Ordinal)]));
        await RefusesAsync(() => snapshots.Open().GetInfoAsync(SnapshotSelector.Current, Token));
    }
}
