using System.Text.Json;
using System.Text.RegularExpressions;
using ShardyFusion.HelpBuilder;

namespace ShardyFusion.Module.Tests;

public sealed partial class ReleaseTests
{
    static string[] PackageFolders =>
    [
        Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
    ];

    static string Dependencies => Path.Combine(ModuleFiles.Repository, "ShardyFusion.Cli", "bin", "Release", "net10.0", "shardy.deps.json");

    /// <summary>A licence whose text neither its package nor this repository has ends the making of a release.</summary>
    [Fact]
    public void Notices_OfTheCommand_HaveTheTextOfEveryLicence() => Assert.Contains("\nTomlyn ",
        NoticeBook.Make([Dependencies], PackageFolders, Path.Combine(ModuleFiles.Repository, "tools", "HelpBuilder", "Licenses")),
        StringComparison.Ordinal);

    [Fact]
    public void BillOfMaterials_NamesThePackageOfEveryShippedAssembly()
    {
        using var bill = JsonDocument.Parse(MaterialBook.Make("1.2.3", [Dependencies], PackageFolders));
        var components = bill.RootElement.GetProperty("components").EnumerateArray().ToList();
        var named = components.SelectMany(component => component.GetProperty("properties").EnumerateArray())
            .Select(property => property.GetProperty("value").GetString()!).ToHashSet();
        var shipped = Directory.GetFiles(Path.GetDirectoryName(Dependencies)!, "*.dll").Select(file => Path.GetFileName(file)!)
            .Where(file => file != "shardy.dll" && !file.StartsWith("ShardyFusion.", StringComparison.Ordinal)).ToList();
        Assert.True(shipped.Count > 10, $"Only {shipped.Count} assemblies were found.");
        Assert.Empty(shipped.Except(named));
        Assert.Equal(("CycloneDX", "1.2.3"), (bill.RootElement.GetProperty("bomFormat").GetString(),
            bill.RootElement.GetProperty("metadata").GetProperty("component").GetProperty("version").GetString()));
        Assert.All(components, component =>
        {
            Assert.Equal($"pkg:nuget/{component.GetProperty("name")}@{component.GetProperty("version")}",
                component.GetProperty("purl").GetString());
            Assert.NotEmpty(component.GetProperty("licenses").EnumerateArray());
        });
        Assert.Equal(components.Count, components.Select(component => component.GetProperty("bom-ref").GetString()).Distinct().Count());
    }

    [Theory]
    [InlineData("ci.yml")]
    [InlineData("release.yml")]
    public void Workflows_RunTasksThatThereAre(string workflow)
    {
        var tasks = Tasks().Matches(File.ReadAllText(Path.Combine(ModuleFiles.Repository, "build.cs")))
            .Select(match => match.Groups["task"].Value);
        var called = Calls().Matches(File.ReadAllText(Path.Combine(ModuleFiles.Repository, ".github", "workflows", workflow)))
            .Select(match => match.Groups["task"].Value).ToList();
        Assert.NotEmpty(called);
        Assert.Empty(called.Except(tasks));
    }

    /// <summary>What a container copies is what the tasks make, and nobody runs it as root.</summary>
    [Theory]
    [InlineData("shardy", "artifacts/native/")]
    [InlineData("powershell", "artifacts/ShardyFusion")]
    public void Containers_CopyWhatIsMade_AndHaveNoRoot(string container, string source)
    {
        var lines = File.ReadAllLines(Path.Combine(ModuleFiles.Repository, "containers", container, "Dockerfile"));
        var copied = Assert.Single(lines, static line => line.StartsWith("COPY ", StringComparison.Ordinal)
            && !line.Contains("--from", StringComparison.Ordinal));
        Assert.StartsWith($"COPY {source}", copied, StringComparison.Ordinal);
        Assert.Contains($"!{source.TrimEnd('/')}", File.ReadAllLines(Path.Combine(ModuleFiles.Repository, ".dockerignore")));
        Assert.Contains("USER 65532:65532", lines);
        Assert.Contains(lines, static line => line.StartsWith("ENTRYPOINT [", StringComparison.Ordinal));
        Assert.Contains($"containers/{container}/Dockerfile", File.ReadAllText(Path.Combine(ModuleFiles.Repository, ".github", "workflows",
            "release.yml")), StringComparison.Ordinal);
    }

    [GeneratedRegex("^    case \"(?<task>[a-z]+)\": return", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Tasks();

    [GeneratedRegex("dotnet run build.cs (?<task>[a-z]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Calls();
}
