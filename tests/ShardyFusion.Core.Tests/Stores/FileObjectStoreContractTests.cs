using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>The contract on the disk store.</summary>
public sealed class FileObjectStoreContractTests : ObjectStoreContract, IDisposable
{
    readonly TempFolder folder = new();

    internal override Task<IObjectStore> OpenAsync() => Task.FromResult<IObjectStore>(new FileObjectStore(folder.Path));

    internal override Task SeedAsync(IObjectStore store, IEnumerable<string> keys)
    {
        foreach (var path in keys.Select(key => store.LocalPath(key)!))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "m");
        }
        return Task.CompletedTask;
    }

    internal override Task AssertNothingLeftAsync(IObjectStore store)
    {
        var temp = folder[FileKeyEscaping.TempFolder];
        Assert.Empty(Directory.Exists(temp) ? Directory.GetFiles(temp) : []);
        return Task.CompletedTask;
    }

    public void Dispose() => folder.Dispose();
}
