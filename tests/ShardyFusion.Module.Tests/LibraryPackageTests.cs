using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace ShardyFusion.Module.Tests;

public sealed class LibraryPackageTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("shardyfusion-package-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Pack_HoldsLibraryDocumentationAndReadme_NothingPrivate()
    {
        await PackAsync();
        using var package = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(folder, "ShardyFusion.Core.*.nupkg")));
        var files = package.Entries.Select(entry => entry.FullName)
            .Where(name => !name.StartsWith("_rels/", StringComparison.Ordinal) && !name.StartsWith("package/", StringComparison.Ordinal)
                && name != "[Content_Types].xml").Order(StringComparer.Ordinal);
        Assert.Equal(["LICENSE", "README.md", "ShardyFusion.Core.nuspec", "lib/net10.0/ShardyFusion.Core.dll",
            "lib/net10.0/ShardyFusion.Core.xml", "lib/net8.0/ShardyFusion.Core.dll", "lib/net8.0/ShardyFusion.Core.xml"], files);
        using var symbols = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(folder, "ShardyFusion.Core.*.snupkg")));
        Assert.Contains(symbols.Entries, entry => entry.FullName == "lib/net10.0/ShardyFusion.Core.pdb");
        var described = XDocument.Load(package.GetEntry("ShardyFusion.Core.nuspec")!.Open());
        string? Of(string name) => described.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value;
        Assert.Equal(("Apache-2.0", "README.md"), (Of("license"), Of("readme")));
        // What only builds use is no dependency of a program.
        Assert.DoesNotContain(described.Descendants(), element => element.Name.LocalName == "dependency"
            && ((string)element.Attribute("id")!).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Package_InANewProject_RunsTheGuidesFirstExample()
    {
        await PackAsync();
        var guide = new GuideProgram();
        var packages = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        await File.WriteAllTextAsync(Path.Combine(folder, "app.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>{folder}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{Path.Combine(folder, "restored")}</RestorePackagesPath>
                <RestoreFallbackFolders>{packages}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="ShardyFusion.Core" Version="*-*" />
              </ItemGroup>
            </Project>
            """, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), guide.Source(1), TestContext.Current.CancellationToken);
        var restored = await DotnetAsync(folder, "restore", "app.csproj");
        if (restored.Code != 0 && restored.Output.Contains("NU1301", StringComparison.Ordinal))
            Assert.Skip($"A new project cannot restore the package's dependencies here, no feed answers: {restored.Output}");
        Assert.True(restored.Code == 0, restored.Output);
        var run = await DotnetAsync(folder, "run", "--no-restore");
        Assert.True(run.Code == 0, run.Output);
        Assert.Equal(guide.Examples[0].Output, Assert.Single(GuideProgram.SplitOutput(run.Output)));
    }

    async Task PackAsync()
    {
        var packed = await DotnetAsync(ModuleFiles.Repository, "pack", "ShardyFusion.Core", "-c", "Release", "--no-build", "--nologo", "-o",
            folder);
        Assert.True(packed.Code == 0, packed.Output);
    }

    static async Task<(int Code, string Output)> DotnetAsync(string workingDirectory, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, (output + await errors).ReplaceLineEndings("\n"));
    }
}
