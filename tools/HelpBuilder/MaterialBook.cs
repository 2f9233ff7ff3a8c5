using System.Globalization;
using System.Text.Json.Nodes;

namespace ShardyFusion.HelpBuilder;

/// <summary>The bill of materials of a release: CycloneDX 1.6, a component for each package that something is shipped of.</summary>
static class MaterialBook
{
    /// <summary>Makes the document; equal input gives equal text.</summary>
    /// <param name="version">The release's version.</param>
    /// <param name="dependencies">The <c>.deps.json</c> files of what is shipped.</param>
    /// <param name="packageFolders">Where restored packages are.</param>
    /// <exception cref="InvalidDataException">A package is not there or names no licence.</exception>
    public static string Make(string version, IEnumerable<string> dependencies, IReadOnlyList<string> packageFolders) => new JsonObject
    {
        ["bomFormat"] = "CycloneDX",
        ["specVersion"] = "1.6",
        ["version"] = 1,
        ["metadata"] = new JsonObject
        {
            ["component"] = new JsonObject { ["type"] = "application", ["name"] = "ShardyFusion", ["version"] = version },
        },
        ["components"] = new JsonArray([.. ShippedPackage.Of(dependencies, packageFolders).Select(Component)]),
    }.ToJsonString(new() { WriteIndented = true, NewLine = "\n" }) + "\n";

    static JsonObject Component(ShippedPackage package)
    {
        var address = string.Create(CultureInfo.InvariantCulture, $"pkg:nuget/{package.Name}@{package.Version}");
        var component = new JsonObject
        {
            ["type"] = "library",
            ["bom-ref"] = address,
            ["name"] = package.Name,
            ["version"] = package.Version,
            ["licenses"] = new JsonArray(License(package)),
            ["purl"] = address,
            ["properties"] = new JsonArray([.. package.Assemblies.Order(StringComparer.Ordinal)
                .Select(file => new JsonObject { ["name"] = "shardyfusion:file", ["value"] = file })]),
        };
        if (package.Copyright is not null) component["copyright"] = package.Copyright;
        return component;
    }

    // An expression where the package gives one; else its own words, which no list knows.
    static JsonObject License(ShippedPackage package) => package.License.Contains(' ', StringComparison.Ordinal)
        || package.License.Contains("//", StringComparison.Ordinal)
        ? new JsonObject { ["license"] = new JsonObject { ["name"] = package.License } }
        : new JsonObject { ["license"] = new JsonObject { ["id"] = package.License } };
}
