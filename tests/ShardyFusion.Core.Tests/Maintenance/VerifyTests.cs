using System.Security.Cryptography;
using System.Text;
using ShardyFusion.Catalog;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Core.Tests.Oracle;
using ShardyFusion.Core.Tests.Shards.Sst.Writing;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Core.Tests.Maintenance;

/// <summary>Every kind of damage is found, on the level that promises it, and a whole snapshot is left in peace.</summary>
public sealed class VerifyTests : IDisposable
{
    static readonly SstOptions WholeKeys = new() { RestartInterval = 1 };

    readonly SnapshotFixture snapshots = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => snapshots.Dispose();

    async Task<VerifyReport> VerifyAsync(VerifyLevel level) => await snapshots.Open().VerifyAsync(new VerifyOptions { Level = level }, null,
        Token);

    async Task<(VerifyFault, int?)[]> FindAsync(VerifyLevel level) =>
        [.. (await VerifyAsync(level)).Findings.Select(f => (f.Fault, f.ShardId))];

    byte[] Read(ShardEntry shard) => File.ReadAllBytes(snapshots.Store.LocalPath(shard.ObjectKey)!);

    /// <summary>Puts other bytes in a shard's place and lets the manifest vouch for them.</summary>
    ShardEntry Replace(ShardEntry shard, byte[] content, Func<ShardEntry, ShardEntry>? edit = null)
    {
        snapshots.WriteObject(shard.ObjectKey, content);
        var vouched = shard with { DbBytes = content.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)) };
        return edit?.Invoke(vouched) ?? vouched;
    }

    static Manifest With(Manifest manifest, int dbId, Func<ShardEntry, ShardEntry> edit) =>
        manifest with { Shards = [.. manifest.Shards.Select(shard => shard.DbId == dbId ? edit(shard) : shard)] };

    static byte[] Table(IEnumerable<byte[]> keys, out long tailOffset)
    {
        using var writer = new SstWriter(WholeKeys);
        foreach (var key in keys.OrderBy(Convert.ToHexString, StringComparer.Ordinal)) writer.Add(key, "value"u8);
        tailOffset = writer.Finish().TailOffset;
        return writer.Pending.ToArray();
    }

    /// <summary>Encoded keys of one shard of four, ascending.</summary>
    static List<byte[]> KeysOf(int dbId, int count)
    {
        var router = ShardRouter.ForHash(4, KeyEncoding.U64BE);
        return [.. Enumerable.Range(0, 1000).Select(key => KeyCodec.For(KeyEncoding.U64BE).Encode(key))
            .Where(key => router.RouteStored(key) == dbId).Take(count)];
    }

    [Theory]
    [InlineData(VerifyLevel.Metadata, 0)]
    [InlineData(VerifyLevel.Exists, 0)]
    [InlineData(VerifyLevel.Checksum, 0)]
    [InlineData(VerifyLevel.Deep, 5000)]
    public async Task Verify_WholeSnapshot_PassesAndSaysWhatWasRead(VerifyLevel level, long rowsRead)
    {
        var manifest = snapshots.Add("one", 1, SnapshotFixture.Rows(5000));
        var seen = new List<ShardProgress>();
        var report = await snapshots.Open().VerifyAsync(new VerifyOptions { Level = level, Parallelism = 1 }, new Listener(seen), Token);
        Assert.True(report.Passed);
        Assert.Equal(("one", 4, rowsRead), (report.RunId, report.ShardsChecked, report.RowsRead));
        Assert.Equal(level >= VerifyLevel.Checksum ? manifest.DbBytes : 0, report.BytesRead);
        Assert.Equal([1, 2, 3, 4], seen.Select(p => p.ShardsDone));
    }

    [Fact]
    public async Task Verify_Metadata_AsksForNoShard()
    {
        snapshots.Add("one", 1);
        var store = new FaultyStore(snapshots.Store);
        await snapshots.Open(store).VerifyAsync(new VerifyOptions { Level = VerifyLevel.Metadata }, null, Token);
        Assert.Equal(2, store.Calls.Count);
    }

    [Fact]
    public async Task Verify_ShardMissing_Found()
    {
        var manifest = snapshots.Add("one", 1);
        snapshots.DeleteObject(manifest.FindShard(2)!.ObjectKey);
        Assert.Empty(await FindAsync(VerifyLevel.Metadata));
        Assert.Equal([(VerifyFault.Missing, 2)], await FindAsync(VerifyLevel.Exists));
        Assert.Equal([(VerifyFault.Missing, 2)], await FindAsync(VerifyLevel.Deep));
    }

    [Fact]
    public async Task Verify_ShardShort_Found()
    {
        var shard = snapshots.Add("one", 1).FindShard(1)!;
        snapshots.WriteObject(shard.ObjectKey, Read(shard)[..^7]);
        Assert.Equal([(VerifyFault.WrongSize, 1)], await FindAsync(VerifyLevel.Exists));
        Assert.Contains("instead of", (await VerifyAsync(VerifyLevel.Deep)).Findings[0].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_BitFlipped_FoundByHashAndByBlock()
    {
        var shard = snapshots.Add("one", 1).FindShard(3)!;
        var bytes = Read(shard);
        bytes[bytes.Length / 4] ^= 0x10;
        snapshots.WriteObject(shard.ObjectKey, bytes);
        Assert.Empty(await FindAsync(VerifyLevel.Exists));
        Assert.Equal([(VerifyFault.WrongHash, 3)], await FindAsync(VerifyLevel.Checksum));
        Assert.Equal([(VerifyFault.WrongHash, 3), (VerifyFault.Damaged, 3)], await FindAsync(VerifyLevel.Deep));
    }

    [Fact]
    public async Task Verify_ShardsSwapped_FoundOnBoth()
    {
        var manifest = snapshots.Add("one", 1, edit: manifest => With(With(manifest, 0, shard => Fill(shard, 0)), 1,
            shard => Fill(shard, 1)));
        var (left, right) = (manifest.FindShard(0)!, manifest.FindShard(1)!);
        var (first, second) = (Read(left), Read(right));
        Assert.Equal(first.Length, second.Length);
        snapshots.WriteObject(left.ObjectKey, second);
        snapshots.WriteObject(right.ObjectKey, first);
        Assert.Empty(await FindAsync(VerifyLevel.Exists));
        Assert.Equal([(VerifyFault.WrongHash, 0), (VerifyFault.WrongHash, 1)], await FindAsync(VerifyLevel.Checksum));
        var deep = await FindAsync(VerifyLevel.Deep);
        Assert.Contains((VerifyFault.Misrouted, 0), deep);
        Assert.Contains((VerifyFault.Misrouted, 1), deep);

        ShardEntry Fill(ShardEntry shard, int dbId)
        {
            var keys = KeysOf(dbId, 20);
            return Replace(shard, Table(keys, out var tail), entry => entry with
            {
                TailOffset = tail,
                RowCount = 20,
                MinKey = KeyCodec.For(KeyEncoding.U64BE).Decode(keys[0]),
                MaxKey = KeyCodec.For(KeyEncoding.U64BE).Decode(keys[^1]),
            });
        }
    }

    [Fact]
    public async Task Verify_EntriesMixedUpInTheManifest_FoundWithoutReadingAShard()
    {
        snapshots.Add("one", 1, edit: manifest =>
            manifest with { Shards = [.. manifest.Shards.Select(shard => shard with { DbId = (shard.DbId + 1) % 4 })] });
        Assert.Equal(4, (await FindAsync(VerifyLevel.Metadata)).Count(finding => finding.Item1 == VerifyFault.Misrouted));
    }

    [Fact]
    public async Task Verify_RowCountWrong_Found()
    {
        snapshots.Add("one", 1, edit: manifest => With(manifest, 2, shard => shard with { RowCount = shard.RowCount + 1 }));
        Assert.Empty(await FindAsync(VerifyLevel.Checksum));
        Assert.Equal([(VerifyFault.WrongRowCount, 2)], await FindAsync(VerifyLevel.Deep));
    }

    [Fact]
    public async Task Verify_KeyRangeWrong_Found()
    {
        var other = (long)(ulong)KeyCodec.For(KeyEncoding.U64BE).Decode(KeysOf(2, 5)[4]);
        snapshots.Add("one", 1, edit: manifest => With(manifest, 2, shard => shard with { MinKey = other }));
        Assert.Equal([(VerifyFault.WrongKeyRange, 2)], await FindAsync(VerifyLevel.Deep));
    }

    [Fact]
    public async Task Verify_KeyOnTheWrongShard_FoundAndNamed()
    {
        var keys = KeysOf(0, 20);
        // In the middle, where no key range tells.
        var stray = Enumerable.Range(0, 1000).Select(key => KeyCodec.For(KeyEncoding.U64BE).Encode(key))
            .First(key => !keys.Any(other => other.AsSpan().SequenceEqual(key)) && key.AsSpan().SequenceCompareTo(keys[5]) > 0
                && key.AsSpan().SequenceCompareTo(keys[9]) < 0);
        snapshots.Add("one", 1, edit: manifest => With(manifest, 0, shard => Replace(shard, Table([.. keys, stray], out var tail),
            entry => entry with
            {
                TailOffset = tail,
                RowCount = 21,
                MinKey = KeyCodec.For(KeyEncoding.U64BE).Decode(keys[0]),
                MaxKey = KeyCodec.For(KeyEncoding.U64BE).Decode(keys[^1]),
            })));
        Assert.Empty(await FindAsync(VerifyLevel.Checksum));
        var finding = Assert.Single((await VerifyAsync(VerifyLevel.Deep)).Findings);
        Assert.Equal((VerifyFault.Misrouted, 0), (finding.Fault, finding.ShardId));
        Assert.Contains($"holds 1 keys that belong elsewhere, the first is {KeyCodec.For(KeyEncoding.U64BE).Display(stray)},",
            finding.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_KeysOutOfOrder_FoundThoughAllChecksumsAreRight()
    {
        var keys = KeysOf(0, 20);
        var table = Table(keys, out var tail);
        (keys[7], keys[8]) = (keys[8], keys[7]);
        var blocks = PlainEncoder.DataBlocks(WholeKeys, [.. keys.Select(key => new OracleRow(key, Encoding.UTF8.GetBytes("value")))]);
        Assert.Equal(tail, blocks.Length);
        blocks.CopyTo(table, 0);
        snapshots.Add("one", 1, edit: manifest => With(manifest, 0, shard => Replace(shard, table, entry => entry with
        {
            TailOffset = tail,
            RowCount = 20,
            MinKey = KeyCodec.For(KeyEncoding.U64BE).Decode(keys[0]),
            MaxKey = KeyCodec.For(KeyEncoding.U64BE).Decode(keys[^1]),
        })));
        Assert.Empty(await FindAsync(VerifyLevel.Checksum));
        var finding = Assert.Single((await VerifyAsync(VerifyLevel.Deep)).Findings);
        Assert.Equal((VerifyFault.Damaged, 0), (finding.Fault, finding.ShardId));
    }

    [Fact]
    public async Task Verify_StoreFails_IsAnErrorAndNoFinding()
    {
        snapshots.Add("one", 1);
        var store = new FaultyStore(snapshots.Store);
        store.Fail(StoreOperation.GetRange);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.Open(store).VerifyAsync(new VerifyOptions(), null,
            Token));
        Assert.Equal(ErrorKind.StorageTransient, error.Kind);
    }

    [Fact]
    public async Task Verify_Parallelism_Invalid() =>
        Assert.Equal(ErrorKind.ConfigValidation,
            (await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.Open().VerifyAsync(new VerifyOptions { Parallelism = 0 }, null,
            Token))).Kind);

    sealed class Listener(List<ShardProgress> seen) : IProgress<ShardProgress>
    {
        public void Report(ShardProgress value) => seen.Add(value);
    }
}
