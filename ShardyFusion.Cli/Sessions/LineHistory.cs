using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.LocalFiles;

namespace ShardyFusion.Cli.Sessions;

/// <summary>The lines that were typed, also in sessions before; kept in a file of the user's alone.</summary>
sealed class LineHistory
{
    const int MostLines = 1000;

    readonly List<string> lines = [];
    readonly string? path;

    /// <param name="path">The file; null keeps the lines in memory alone.</param>
    public LineHistory(string? path)
    {
        this.path = path;
        try
        {
            if (path is not null && File.Exists(path))
                lines.AddRange(File.ReadLines(path).Where(line => line.Length > 0).TakeLast(MostLines));
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            // A history that cannot be read is none.
        }
    }

    /// <summary>Where sessions keep it: in the user's folder for state.</summary>
    public static string? DefaultPath
    {
        get
        {
            var folder = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } state ? state
                : OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".local", "state") : "";
            return folder.Length == 0 ? null : Path.Combine(folder, "shardy", "history");
        }
    }

    public int Count => lines.Count;

    public string this[Index index] => lines[index];

    /// <summary>Adds a line that is not blank and not the last one again. Nothing that looks like a secret is kept.</summary>
    public void Add(string line)
    {
        if (string.IsNullOrWhiteSpace(line) || (lines.Count > 0 && lines[^1] == line) || SecretRedactor.HidesIn(line)) return;
        lines.Add(line);
        if (path is null) return;
        try
        {
            PrivateFiles.CreateFolder(Path.GetDirectoryName(path)!);
            using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            PrivateFiles.Restrict(file.SafeFileHandle);
            file.Write(Encoding.UTF8.GetBytes(line + "\n"));
        }
        catch (Exception e) when (FileErrors.IsFileSystemError(e))
        {
            // Neither is one that cannot be written.
        }
    }
}
