using System.Security.Cryptography;
using System.Text;
using ShardyFusion.Core.Tests.Stores;
using ShardyFusion.Formats;
using ShardyFusion.Routing;
using ShardyFusion.Shards.Sst.Writing;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests;

/// <summary>A folder with snapshots composed by hand from the parts: shard files, manifests, pointer.</summary>
sealed class SnapshotFixture : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 10, 30, 0, TimeSpan.Zero);

    readonly TempFolder folder = new();
    readonly List<IDisposable> owned = [];

    public SnapshotFixture() => Store = new FileObjectStore(folder.Path);

    public static CancellationToken Token => TestContext.Current.CancellationToken;
    public string Path => folder.Path;
    public FileObjectStore Store { get; }
    public FixedClock Clock { get; } = new() { Now = Start.AddHours(1) };

    /// <summary>The store under test; <paramref name="store"/> when something stands between it and the disk.</summary>
    public SnapshotStore Open(IObjectStore? store = null) => new(store ?? Store, Clock);

    /// <summary>Rows 0..count-1 of integer keys, each with the value <c>label:key</c>.</summary>
    public static IEnumerable<(object Key, byte[] Value)> Rows(int count, string label = "v") =>
        Enumerable.Range(0, count).Select(key => ((object)(ulong)key, Encoding.UTF8.GetBytes($"{label}:{key}")));

    /// <summary>Writes shards and manifest; moves the pointer only when asked to.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="minute">Minutes after <see cref="Start"/> at which it is published.</param>
    /// <param name="rows">Rows in any order, without duplicates.</param>
    /// <param name="numDbs">Number of shards.</param>
    /// <param name="encoding">Key encoding.</param>
    /// <param name="publish">True to make it current.</param>
    /// <param name="options">Shape of the shard files.</param>
    /// <param name="message">Publisher's message.</param>
    /// <param name="edit">Last changes to the manifest.</param>
    public Manifest Add(string runId, int minute, IEnumerable<(object Key, byte[] Value)>? rows = null, int numDbs = 4,
        KeyEncoding encoding = KeyEncoding.U64BE, bool publish = true, SstOptions? options = null, string? message = null,
        Func<Manifest, Manifest>? edit = null)
    {
        var router = ShardRouter.ForHash(numDbs, encoding);
        var codec = KeyCodec.For(encoding);
        return AddPlaced(runId, minute, (rows ?? Rows(100, runId))
            .Select(row => (router.RouteStored(codec.Encode(row.Key)), row.Key, row.Value)),
            numDbs, encoding, publish, options, message, edit);
    }

    /// <summary>As <see cref="Add"/>, of rows that an expression placed.</summary>
    public Manifest AddCel(string runId, int minute, IEnumerable<(int DbId, object Key, string Value)> rows, ShardingFields sharding,
        int numDbs,
        KeyEncoding encoding = KeyEncoding.U64BE) =>
        AddPlaced(runId, minute, rows.Select(row => (row.DbId, row.Key, Encoding.UTF8.GetBytes(row.Value))), numDbs, encoding,
            edit: manifest => manifest with { Required = manifest.Required with { Sharding = sharding } });

    Manifest AddPlaced(string runId, int minute, IEnumerable<(int DbId, object Key, byte[] Value)> rows, int numDbs, KeyEncoding encoding,
        bool publish = true, SstOptions? options = null, string? message = null, Func<Manifest, Manifest>? edit = null)
    {
        var codec = KeyCodec.For(encoding);
        var shards = rows.GroupBy(row => row.DbId).OrderBy(group => group.Key)
            .Select(group => WriteShard(runId, group.Key, codec, [.. group.Select(row => (codec.Encode(row.Key), row.Value))], options
                ?? new SstOptions()))
            .ToArray();
        var publishedAt = Start.AddMinutes(minute);
        var manifest = new Manifest
        {
            Required = new RequiredFields
            {
                CreatedAt = publishedAt,
                KeyEncoding = encoding,
                NumDbs = numDbs,
                RunId = runId,
                S3Prefix = Store.Root,
                ShardFormat = RequiredFields.RocksDbSst,
                ValueEncoding = ValueEncoding.Utf8,
            },
            Shards = shards,
            Custom = message is null ? new Dictionary<string, object?>() : new Dictionary<string, object?> { ["message"] = message },
        };
        manifest = edit?.Invoke(manifest) ?? manifest;
        var key = SnapshotPaths.ManifestKey(publishedAt, runId);
        WriteObject(key, ManifestCodec.Write(manifest));
        if (publish)
            PointTo(key, runId);
        return manifest;
    }

    public static string KeyOf(string runId, int minute) => SnapshotPaths.ManifestKey(Start.AddMinutes(minute), runId);

    public string RefOf(string runId, int minute) => SnapshotPaths.ToRef(Store.Root, KeyOf(runId, minute));

    /// <summary>In one step, as a store does it: somebody may be looking.</summary>
    public void PointTo(string manifestKey, string runId)
    {
        var written = Path + ".pointer";
        File.WriteAllBytes(written, PointerBytes(manifestKey, runId));
        File.Move(written, Store.LocalPath(SnapshotPaths.CurrentKey)!, overwrite: true);
    }

    public byte[] PointerBytes(string manifestKey, string runId) => PointerCodec.Write(new CurrentPointer
    {
        ManifestRef = SnapshotPaths.ToRef(Store.Root, manifestKey),
        RunId = runId,
        UpdatedAt = Start,
    });

    /// <summary>Replaces an object behind the store's back.</summary>
    public void WriteObject(string key, byte[] content)
    {
        var path = Store.LocalPath(key)!;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
    }

    public void DeleteObject(string key) => File.Delete(Store.LocalPath(key)!);

    /// <summary>Disposes it with the fixture.</summary>
    public T Own<T>(T disposable) where T : IDisposable
    {
        owned.Add(disposable);
        return disposable;
    }

    public void Dispose()
    {
        foreach (var item in owned)
            item.Dispose();
        folder.Dispose();
    }

    ShardEntry WriteShard(string runId, int dbId, KeyCodec codec, (byte[] Key, byte[] Value)[] rows, SstOptions options)
    {
        Array.Sort(rows, static (left, right) => left.Key.AsSpan().SequenceCompareTo(right.Key));
        using var writer = new SstWriter(options);
        foreach (var (key, value) in rows)
            writer.Add(key, value);
        var summary = writer.Finish();
        var content = writer.Pending.ToArray();
        var attemptKey = SnapshotPaths.AttemptKey(runId, dbId, 0);
        WriteObject(SnapshotPaths.ShardKey(attemptKey), content);
        var isRaw = codec.Encoding == KeyEncoding.Raw;
        return new ShardEntry
        {
            DbId = dbId,
            AttemptKey = attemptKey,
            RowCount = rows.Length,
            DbBytes = content.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(content)),
            TailOffset = summary.TailOffset,
            MinKey = isRaw ? null : codec.Decode(rows[0].Key),
            MaxKey = isRaw ? null : codec.Decode(rows[^1].Key),
            MinKeyHex = isRaw ? Convert.ToHexStringLower(rows[0].Key) : null,
            MaxKeyHex = isRaw ? Convert.ToHexStringLower(rows[^1].Key)
            : null,
        };
    }
}

/// <summary>A clock that stands still until it is set.</summary>
sealed class FixedClock : TimeProvider
{
    public DateTimeOffset Now { get; set; }
    public override DateTimeOffset GetUtcNow() => Now;
}
