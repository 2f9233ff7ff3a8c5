using ShardyFusion.Building.Input;
using ShardyFusion.Parquet.Pages;

namespace ShardyFusion.Parquet.Rows;

/// <summary>An object of a bucket or container, or all objects below a path.</summary>
sealed class RemoteFolder(RemoteInput input) : IInputFolder
{
    public async Task<List<string>> FindAsync(CancellationToken cancellationToken)
    {
        if (await input.HeadAsync("", cancellationToken).ConfigureAwait(false) is not null) return [""];
        var names = await input.ListAsync(cancellationToken).ConfigureAwait(false);
        return names.Count > 0 ? [.. names.Where(name => !name.Split('/').Any(PartFinder.IsHidden))] : throw input.Missing();
    }

    public string NameOf(string path) => input.AddressOf(path);

    public (IFileBytes Bytes, string? Version) Open(string path)
    {
        // As in RemoteFile: on a thread that waits for nothing else.
        var info = input.HeadAsync(path, CancellationToken.None).GetAwaiter().GetResult() ?? throw input.Changed(path);
        return (new RemoteFile(input, path, info), info.ETag);
    }

    public IFileBytes Reopen(string path, long length, string? version)
    {
        var (file, now) = Open(path);
        return file.Length == length && now == version ? file : throw input.Changed(path);
    }

    public ValueTask DisposeAsync() => input.DisposeAsync();
}
