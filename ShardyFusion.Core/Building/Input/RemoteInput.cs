using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Building.Input;

/// <summary>An object of a bucket or container that rows are read from, or all objects below a path. Safe for concurrent callers.</summary>
sealed class RemoteInput : IAsyncDisposable
{
    readonly IObjectStore store;
    readonly string key;

    /// <param name="file">The input; its path is that of an object store.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the path or the connection is faulty.</exception>
    public RemoteInput(InputFile file)
    {
        if (file.Connection?.Validate() is { Count: > 0 } faults)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        store = ObjectStores.OpenAround(file.Path!, file.Connection, out key);
    }

    /// <summary>The address of what a name stands for.</summary>
    /// <param name="name">Path below the input; empty for the input itself.</param>
    public string AddressOf(string name) => SecretRedactor.Redact($"{store.Root}/{KeyOf(name)}");

    /// <summary>The names of all objects below the input, in ordinal order.</summary>
    public async Task<List<string>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await foreach (var entry in store.ListAsync(key + "/", null, cancellationToken).ConfigureAwait(false))
            names.Add(entry.Key[(key.Length + 1)..]);
        return names;
    }

    /// <summary>Size and version of an object; null when there is none.</summary>
    public Task<ObjectInfo?> HeadAsync(string name, CancellationToken cancellationToken) => store.HeadAsync(KeyOf(name), cancellationToken);

    /// <summary>Fills all of <paramref name="target"/> from <paramref name="offset"/> on.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.InputInvalid"/>: the object ends earlier; or a failure of the
    /// store.</exception>
    public async Task ReadAsync(string name, long offset, Memory<byte> target, CancellationToken cancellationToken)
    {
        if (await store.GetRangeAsync(KeyOf(name), offset, target, cancellationToken).ConfigureAwait(false) < target.Length)
            throw Changed(name);
    }

    /// <summary>The error for an object that is not what it was when the read began.</summary>
    public ShardyFusionException Changed(string name) => new(ErrorKind.InputInvalid, $"'{AddressOf(name)}' changed while it was read.")
    {
        Target = AddressOf(name),
        RecommendedAction = "Build again from objects that nobody writes meanwhile.",
    };

    /// <summary>The error for an input that is not there.</summary>
    public ShardyFusionException Missing() => new(ErrorKind.InputInvalid, $"Input '{AddressOf("")}' does not exist.")
    {
        Target = AddressOf(""),
        RecommendedAction = "Check the path for a typo, and whether it is in this store.",
    };

    public ValueTask DisposeAsync() => store.DisposeAsync();

    string KeyOf(string name) => name.Length == 0 ? key : $"{key}/{name}";
}
