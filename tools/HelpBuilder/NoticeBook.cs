using System.Globalization;
using System.Text;

namespace ShardyFusion.HelpBuilder;

/// <summary>The notices of the packages whose assemblies are shipped, from what the packages say of themselves.</summary>
static class NoticeBook
{
    /// <summary>Makes the text.</summary>
    /// <param name="dependencies">The <c>.deps.json</c> files of what is shipped.</param>
    /// <param name="packageFolders">Where restored packages are.</param>
    /// <param name="licenses">Texts of licences that packages name without shipping them, one <c>.txt</c> each.</param>
    /// <exception cref="InvalidDataException">A package is not there or names no licence.</exception>
    public static string Make(IReadOnlyList<string> dependencies, IReadOnlyList<string> packageFolders, string licenses)
    {
        var packages = ShippedPackage.Of(dependencies, packageFolders);
        var text =
            new StringBuilder(
            "THIRD-PARTY NOTICES\n\nIt contains the following packages, each under its own licence. The texts of the licences "
                + "are at the end.\n");
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
                $"\n{new string('-', 80)}\n{same.Key.License}: {string.Join(", ", same.Select(p => p.Name))}\n\n"
                    + $"{same.Key.Text.ReplaceLineEndings("\n").Trim()}\n");
        return text.ToString();
    }

    static string CommonText(string licenses, ShippedPackage package)
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
