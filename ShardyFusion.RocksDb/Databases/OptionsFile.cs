using System.Globalization;

namespace ShardyFusion.RocksDb.Databases;

/// <summary>The newest OPTIONS file of a database: sections with one setting a line. Immutable.</summary>
sealed class OptionsFile
{
    const string Prefix = "OPTIONS-", Family = "CFOptions \"";

    readonly Dictionary<string, Dictionary<string, string>> sections = new(StringComparer.Ordinal);

    OptionsFile(IEnumerable<string> lines)
    {
        Dictionary<string, string>? section = null;
        foreach (var line in lines.Select(line => line.Trim()))
        {
            if (line.StartsWith('[') && line.EndsWith(']'))
            {
                sections[line[1..^1]] = section = new(StringComparer.Ordinal);
            }
            else if (section is not null && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && line[0] != '#')
            {
                section[line[..equals]] = line[(equals + 1)..];
            }
        }
    }

    /// <summary>Reads the newest one; null when there is none, as in databases of RocksDB before 4.3.</summary>
    /// <param name="folder">The database.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static OptionsFile? Newest(string folder) => Directory.EnumerateFiles(folder, Prefix + "*")
        .Select(path => (Path: path, Number: NumberOf(path))).Where(file => file.Number is not null)
        .OrderBy(file => file.Number).LastOrDefault() is { Path: { } newest } ? new OptionsFile(File.ReadLines(newest)) : null;

    /// <summary>The folder of the write-ahead log where it is another than the database's; null when nothing is said.</summary>
    public string? LogFolder => sections.GetValueOrDefault("DBOptions")?.GetValueOrDefault("wal_dir") is { Length: > 0 } folder
        ? folder : null;

    /// <summary>The column families, in the file's order.</summary>
    public IEnumerable<string> Families => sections.Keys.Where(name => name.StartsWith(Family, StringComparison.Ordinal))
        .Select(name => name[Family.Length..^1]);

    /// <summary>What it says of a column family.</summary>
    public FamilySettings Of(string family)
    {
        if (!sections.TryGetValue($"{Family}{family}\"", out var settings)) return FamilySettings.Unknown;
        var merge = Named("merge_operator");
        return new FamilySettings(Named("comparator"), merge,
            new[] { Named("compaction_filter"), Named("compaction_filter_factory"), merge }
                .Any(name => name?.Contains("Ttl", StringComparison.Ordinal) == true));

        string? Named(string setting) => settings.GetValueOrDefault(setting) is { Length: > 0 } value and not "nullptr" ? value : null;
    }

    static int? NumberOf(string path) =>
        int.TryParse(Path.GetFileName(path)[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : null;
}
