using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

namespace ShardyFusion.HelpBuilder;

/// <summary>The notices of the packages whose assemblies are shipped, from what the packages say of themselves.</summary>
static class NoticeBook
{
    static readonly string[] LicenseFiles = ["LICENSE", "LICENSE.txt", "LICENSE.TXT", "LICENSE.md"];

    /// <summary>A package that ships something.</summary>
    sealed record Package(string Name, string Version, IReadOnlyList<string> Assemblies, string? Authors, string? Copyright, string? Site,
        string License, string? Text);

    /// <summary>Makes the text.</summary>
    /// <param name="dependencies">The <c>.deps.json</c> of what is shipped.</param>
    /// <param name="packageFolders">Where restored packages are.</param>
    /// <param name="licenses">Texts of licences that packages name without shipping them, one <c>.txt</c> each.</param>
    /// <exception cref="InvalidDataException">A package is not there or names no licence.</exception>
    public static string Make(string dependencies, IReadOnlyList<string> packageFolders, string licenses)
    {
        var packages = Shipped(dependencies).Select(found => Read(found.Path, found.Assemblies, packageFolders)).OrderBy(p => p.Name,
            StringComparer.OrdinalIgnoreCase).ToList();
        var text =
            new StringBuilder(
            "THIRD-PARTY NOTICES\n\nThis module contains the following packages, each under its own licence. The texts of the licences are at the end.\n");
        foreach (var package in packages)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n{package.Name} {package.Version}\n");
            Append(text, "authors", package.Authors);
            Append(text, "copyright", package.Copyright);
            Append(text, "site", package.Site);
            Append(text, "licence", package.License);
            Append(text, "files", string.Join(", ", package.Assemblies));
        }
        foreach (var same in packages.GroupBy(p => (p.License, Text: p.Text ?? CommonText(licenses, p))))
            text.Append(CultureInfo.InvariantCulture,
                $"\n{new string('-', 80)}\n{same.Key.License}: {string.Join(", ", same.Select(p => p.Name))}\n\n{same.Key.Text.ReplaceLineEndings("\n").Trim()}\n");
        return text.ToString();
    }

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

    static Package Read(string path, IReadOnlyList<string> assemblies, IReadOnlyList<string> packageFolders)
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
        var file = (isFile ? [license!.Value.Trim()] : LicenseFiles).Select(f => Path.Combine(folder, f)).FirstOrDefault(File.Exists);
        return new Package(Of("id")!, Of("version")!, assemblies, Of("authors"), Of("copyright"), Of("projectUrl"), name, file is null
            ? null : File.ReadAllText(file));
    }

    static string CommonText(string licenses, Package package)
    {
        var file = Path.Combine(licenses, $"{package.License}.txt");
        return File.Exists(file) ? File.ReadAllText(file)
            : throw new InvalidDataException($"{package.Name} ships no text of its licence {package.License}; add {file}.");
    }

    static void Append(StringBuilder text, string name, string? value)
    {
        if (value is not null) text.Append(CultureInfo.InvariantCulture, $"  {name}: {value.ReplaceLineEndings(" ")}\n");
    }
}
