namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>A fresh folder that vanishes with its content.</summary>
public sealed class OracleFolder : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("shardyfusion-oracle-files-");

    /// <summary>The absolute path of a file in the folder.</summary>
    public string File(string name) => Path.Combine(_folder.FullName, name);

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
