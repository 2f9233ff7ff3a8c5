using System.Text.Json;
using System.Xml.Linq;

namespace ShardyFusion.HelpBuilder;

/// <summary>A package whose assemblies are shipped, and what it says of itself.</summary>
sealed record ShippedPackage(string Name, string Version, IReadOnlyList<string> Assemblies, string? Authors, string? Copyright,
    string? Site,
    string License, string? Text)
{
    static readonly string[] licenseFiles = ["LICENSE", "LICENSE.txt", "LICENSE.TXT", "LICENSE.md"];

    /// <summary>The packages that something is shipped of, each once, by name.</summary>
    /// <param name="dependencies">The <c>.deps.json</c> files of what is shipped.</param>
    /// <param name="packageFolders">Where restored packages are.</param>
    /// <exception cref="InvalidDataException">A package is not there or names no licence.</exception>
    public static IReadOnlyList<ShippedPackage> Of(IEnumerable<string> dependencies, IReadOnlyList<string> packageFolders) =>
    [
        .. dependencies.SelectMany(Shipped).GroupBy(found => found.Path)
            .Select(same => Read(same.Key, [.. same.SelectMany(found => found.Assemblies).Distinct()], packageFolders))
            .OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase),
    ];

    static IEnumerable<(string Path, IReadOnlyList<string> Assemblies)> Shipped(string dependencies)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(dependencies));
        var libraries = document.RootElement.GetProperty("libraries");
        foreach (var package in document.RootElement.GetProperty("targets").EnumerateObject()
            .SelectMany(target => target.Value.EnumerateObject()))
        {
            var library = libraries.GetProperty(package.Name);
            if (library.GetProperty("type").GetString() != "package" || !package.Value.TryGetProperty("runtime", out var files)) continue;
            yield return (library.GetProperty("path").GetString()!,
                [.. files.EnumerateObject().Select(file => Path.GetFileName(file.Name))]);
        }
    }

    static ShippedPackage Read(string path, IReadOnlyList<string> assemblies, IReadOnlyList<string> packageFolders)
    {
        var folder = packageFolders.Select(root => Path.Combine(root, path)).FirstOrDefault(Directory.Exists)
            ?? throw new InvalidDataException($"The package {path} is not restored.");
        var described = XDocument.Load(Directory.GetFiles(folder, "*.nuspec").Single()).Root!;
        var metadata = described.Elements().Single(e => e.Name.LocalName == "metadata");
        string? Of(string name) => metadata.Elements().FirstOrDefault(e => e.Name.LocalName == name)?.Value.Trim() is { Length: > 0 } value
            ? value : null;
        var license = metadata.Elements().FirstOrDefault(e => e.Name.LocalName == "license");
        var isFile = license?.Attribute("type")?.Value == "file";
        var name = isFile ? "own licence" : Of("license") ?? Of("licenseUrl")
            ?? throw new InvalidDataException($"The package {path} names no licence.");
        var file = (isFile ? [license!.Value.Trim()] : licenseFiles).Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists);
        return new ShippedPackage(Of("id")!, Of("version")!, assemblies, Of("authors"), Of("copyright"), Of("projectUrl"), name,
            file is null
            ? null : File.ReadAllText(file));
    }
}
