using System.Diagnostics;
using System.Text;
using ShardyFusion.Building;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Reading;
using ShardyFusion.Stores;
using static ShardyFusion.Core.Tests.S3.S3Prefix;

namespace ShardyFusion.Core.Tests.S3;

/// <summary>A prefix with 10,001 snapshots: eleven pages of names.</summary>
public sealed class LongHistoryTests(S3Server server)
{
    const int Snapshots = 10_001, Pages = 11;
    static readonly DateTimeOffset First = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    static string RunOf(int number) => $"run-{number:D5}";

    static DateTimeOffset TimeOf(int number) => First.AddMinutes(number);

    static string KeyOf(int number) => SnapshotPaths.ManifestKey(TimeOf(number), RunOf(number));

    /// <summary>One real snapshot, and copies of its manifest under other names and times; the last one is current.</summary>
    static async Task FillAsync(S3Prefix prefix)
    {
        var real = await PublishAsync(prefix.Direct, [1, 2, 3], "v", new BuildOptions { ShardCount = 1, RunId = RunOf(0) });
        SnapshotPaths.TryGetManifestKey(real.ManifestRef, out var realKey);
        var manifest = ManifestCodec.Read((await prefix.Objects.GetAsync(realKey!, ManifestCodec.MaxBytes, Token))!.Content.Span, realKey!);
        await prefix.Objects.DeleteAsync([realKey!], Token);
        await Parallel.ForEachAsync(Enumerable.Range(0, Snapshots), new ParallelOptions
        {
            MaxDegreeOfParallelism = 48,
            CancellationToken = Token
        }, async (number, token) =>
        {
            var copy = manifest with
            {
                Required = manifest.Required with { RunId = RunOf(number), CreatedAt = TimeOf(number) },
                Custom = new Dictionary<string, object?> { ["message"] = $"number {number}" },
            };
            await prefix.Objects.PutAsync(KeyOf(number), ManifestCodec.Write(copy), new PutOptions(PutCondition.Always), token);
        });
        var pointer = new CurrentPointer
        {
            ManifestRef = SnapshotPaths.ToRef(prefix.Path, KeyOf(Snapshots - 1)),
            RunId = RunOf(Snapshots - 1),
            UpdatedAt = First,
        };
        await prefix.Objects.PutAsync(SnapshotPaths.CurrentKey, PointerCodec.Write(pointer), new PutOptions(PutCondition.Always), Token);
    }

    static async Task<List<HistoryEntry>> HistoryAsync(SnapshotStore store, int first)
    {
        var entries = new List<HistoryEntry>();
        await foreach (var entry in store.GetHistoryAsync(first, Token)) entries.Add(entry);
        return entries;
    }

    [Fact]
    public async Task TenThousandAndOneManifests_HistoryRollbackAndColdOpenStayCorrectAndPage()
    {
        await using var prefix = await CreateAsync(server);
        var watch = Stopwatch.StartNew();
        var notes = new List<string>();
        void Note(string what)
        {
            notes.Add($"{what} {watch.Elapsed.TotalSeconds:0.00} s");
            watch.Restart();
        }
        await FillAsync(prefix);
        Note("fill");

        // Every name, newest first, by eleven pages.
        var before = StoreUsage.Of(prefix.Objects.Counters);
        var names = await new SnapshotCatalog(prefix.Objects).ListAsync(Token);
        Assert.Equal(Enumerable.Range(0, Snapshots).Select(static n => RunOf(Snapshots - 1 - n)), names.Select(static n => n.RunId));
        Assert.Equal(Pages, StoreUsage.Of(prefix.Objects.Counters).Since(before).Lists);
        Note("names");

        // The first entries load their manifests and no others; runs, blocks, pointers, tags and folders of shards are one page each.
        var store = prefix.Open(server.Connection());
        var entries = await HistoryAsync(store, 25);
        Assert.Equal(Enumerable.Range(0, 25).Select(static n => $"{n} {RunOf(Snapshots - 1 - n)} number {Snapshots - 1 - n} {n == 0}"),
            entries.Select(static e => $"{e.Offset} {e.RunId} {e.Message} {e.IsCurrent}"));
        Assert.All(entries, static e => Assert.Equal((3L, 0L), (e.RowCount, e.RowChange)));
        Assert.Equal((Pages + 5, 1 + 26), (store.Counters.Lists, store.Counters.Gets));
        Note("history of 25");

        // A reader does not care how long the history is.
        var cold = prefix.Open(server.Connection());
        await using (var reader = await cold.OpenReaderAsync(new ReaderOptions { Mode = ReadMode.Range }, Token))
        {
            Assert.Equal(RunOf(Snapshots - 1), reader.Info.RunId);
            Assert.Equal("v2", Encoding.UTF8.GetString((await reader.GetAsync(2, Token)).Value!));
            Assert.Equal((4, 0), (cold.Counters.Gets, cold.Counters.Lists));
        }
        Note("cold get");

        // By offset across all pages, by run, and back to the oldest.
        var byOffset = await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 9_500 }, Token), false,
            Token);
        Assert.Equal(RunOf(Snapshots - 1 - 9_500), byOffset.To);
        Note("rollback by offset 9,500");
        Assert.Equal([-9_500, -9_499], (await HistoryAsync(store, 2)).Select(static e => e.Offset ?? 0));
        Note("history of 2");
        var byRun = await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { RunId = RunOf(7_777) }, Token), false,
            Token);
        Assert.Equal((RunOf(7_777), TimeOf(7_777)), (byRun.To, byRun.PublishedAt));
        var oldest = await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { Offset = 7_777 }, Token), false, Token);
        Assert.Equal(RunOf(0), oldest.To);
        var past = await Assert.ThrowsAsync<ShardyFusionException>(() => store.PlanRollbackAsync(new SnapshotSelector { Offset = 1 },
            Token));
        Assert.Equal(ErrorKind.SnapshotNotFound, past.Kind);
        Note("three more");

        // A broken current manifest falls back to the one before it, which all pages have to be listed for.
        await prefix.Objects.PutAsync(KeyOf(0), "not a manifest"u8.ToArray(), new PutOptions(PutCondition.Always), Token);
        await store.RollbackAsync(await store.PlanRollbackAsync(new SnapshotSelector { RunId = RunOf(5_000) }, Token), false, Token);
        await prefix.Objects.PutAsync(KeyOf(5_000), "not a manifest"u8.ToArray(), new PutOptions(PutCondition.Always), Token);
        await using (var reader = await store.OpenReaderAsync(new ReaderOptions(), Token))
        {
            Assert.Equal(RunOf(4_999), reader.Info.RunId);
            Assert.NotNull(reader.FallbackReason);
        }
        Note("fallback");
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", notes));
    }
}
