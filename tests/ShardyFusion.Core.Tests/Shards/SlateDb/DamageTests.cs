using ShardyFusion.Core.Tests.Fuzz;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>Damage to real databases, byte by byte: an error or the right answer.</summary>
public class DamageTests(SlateGolden golden, ITestOutputHelper output)
{
    /// <summary>Format 1 in tables, format 2 in tables and log files with merge operands, format 2 in log files only.</summary>
    static readonly string[] Small = ["versions-0.10.0", "merge-0.17.0", "snapshot-hash-wal"];

    [Fact]
    public async Task Read_SmallDatabasesWithEachByteFlipped_IsRightOrRefused()
    {
        using var watchdog = new Watchdog();
        foreach (var name in Small)
        {
            var (store, database) = Load(name);
            var (probe, inputs) = (new SlateProbe(database, 0, 60), 0);
            foreach (var key in store.KeysIn(database.FolderOf(0)))
            {
                var whole = store[key];
                for (var at = 0; at < whole.Length; at++)
                {
                    var what = $"{name}, {key}, byte {at} flipped";
                    watchdog.Start(what);
                    foreach (var mask in Masks(key, at))
                    {
                        store[key] = Flipped(whole, at, mask);
                        await probe.CheckAsync(store, $"{what} by {mask:x2}");
                        inputs++;
                    }
                }
                store[key] = whole;
            }
            Print(name, $"{inputs} flips", probe);
        }
    }

    [Fact]
    public async Task Read_SmallDatabasesCutAtEachLength_IsRightOrRefused()
    {
        using var watchdog = new Watchdog();
        foreach (var name in Small)
        {
            var (store, database) = Load(name);
            var (probe, inputs) = (new SlateProbe(database, 0, 60), 0);
            foreach (var key in store.KeysIn(database.FolderOf(0)))
            {
                var whole = store[key];
                for (var length = 0; length < whole.Length; length++, inputs++)
                {
                    var what = $"{name}, {key} cut to {length} bytes";
                    watchdog.Start(what);
                    store[key] = whole[..length];
                    await probe.CheckAsync(store, what);
                }
                store[key] = whole;
            }
            Print(name, $"{inputs} cuts", probe);
        }
    }

    [Fact]
    public async Task Read_EveryDatabaseWithAFlippedManifest_IsRightOrRefused()
    {
        using var watchdog = new Watchdog();
        var (inputs, right, refused) = (0, 0L, 0L);
        foreach (var name in golden.Names)
        {
            var (store, database) = Load(name);
            var dbId = database.ShardIds.First();
            var probe = new SlateProbe(database, dbId, 25);
            var key = store.KeysIn(database.FolderOf(dbId)).Last(key => key.EndsWith(".manifest", StringComparison.Ordinal));
            var whole = store[key];
            for (var at = 0; at < whole.Length; at++, inputs++)
            {
                var what = $"{name}, {key}, byte {at} flipped";
                watchdog.Start(what);
                store[key] = Flipped(whole, at, (byte)(1 << (at % 8)));
                await probe.CheckAsync(store, what, isScanned: false);
            }
            (right, refused) = (right + probe.Right, refused + probe.Refused);
        }
        output.WriteLine($"counts: manifests of {golden.Names.Count} databases and snapshots, {inputs} flips: {right} right answers, "
            + $"{refused} refusals; wrong answers: 0");
    }

    (SpoiledStore Store, GoldenDatabase Database) Load(string name)
    {
        var database = golden[name];
        return (new SpoiledStore(database.StoreFolder), database);
    }

    // Manifests have no checksum that would tell all damage alike: each bit of them.
    static IEnumerable<byte> Masks(string key, int at) => key.EndsWith(".manifest", StringComparison.Ordinal)
        ? [.. Enumerable.Range(0, 8).Select(bit => (byte)(1 << bit)), 0xFF] : [(byte)(1 << (at % 8))];

    static byte[] Flipped(byte[] whole, int at, byte mask)
    {
        var flipped = (byte[])whole.Clone();
        flipped[at] ^= mask;
        return flipped;
    }

    void Print(string name, string inputs, SlateProbe probe) =>
        output.WriteLine($"counts: {name}: {inputs}: {probe.Right} right answers, {probe.Refused} refusals; wrong answers: 0, hangs: 0");
}
