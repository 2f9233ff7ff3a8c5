using System.Runtime.CompilerServices;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Errors;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Shards.SlateDb;

/// <summary>The objects of a real store, held in memory, one of which can be spoiled.</summary>
sealed class SpoiledStore : DelegatingStore
{
    readonly SortedDictionary<string, byte[]> objects = new(StringComparer.Ordinal);

    public SpoiledStore(string folder) : base(new FileObjectStore(folder))
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            objects[Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/')] = File.ReadAllBytes(path);
    }

    /// <summary>Keys of the objects below a folder.</summary>
    public IReadOnlyList<string> KeysIn(string folder) =>
        [.. objects.Keys.Where(key => folder.Length == 0 || key.StartsWith(folder + "/", StringComparison.Ordinal))];

    /// <summary>The content of an object.</summary>
    public byte[] this[string key]
    {
        get => objects[key];
        set => objects[key] = value;
    }

    /// <summary>Bytes of all objects.</summary>
    public long TotalBytes => objects.Values.Sum(content => (long)content.Length);

    public override async IAsyncEnumerable<ListEntry> ListAsync(string prefix, string? delimiter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var (key, content) in objects)
            if (key.StartsWith(prefix, StringComparison.Ordinal))
                yield return new ListEntry(key, false, content.Length, null);
    }

    public override ValueTask<int> GetRangeAsync(string key, long offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (!objects.TryGetValue(key, out var content))
            throw new ShardyFusionException(ErrorKind.StorageNotFound, $"There is no object at {key}.");
        var count = (int)Math.Clamp(content.Length - offset, 0, destination.Length);
        content.AsSpan((int)Math.Min(offset, content.Length), count).CopyTo(destination.Span);
        return ValueTask.FromResult(count);
    }

    public override Task<ObjectInfo?> HeadAsync(string key, CancellationToken cancellationToken) =>
        Task.FromResult(objects.TryGetValue(key, out var content) ? new ObjectInfo(key, content.Length, "", default) : null);
}
