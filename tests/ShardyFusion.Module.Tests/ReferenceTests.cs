using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;
using ShardyFusion.Loader;

namespace ShardyFusion.Module.Tests;

public sealed class ReferenceTests
{
    static readonly Assembly Core = typeof(SnapshotStore).Assembly;

    static readonly string[] PrivateDependencies = ["AWSSDK", "Amazon", "YamlDotNet", "Polly", "CsvHelper", "OpenTelemetry", "ZstdSharp",
        "Microsoft.Extensions"];

    [Fact]
    public void Core_References_NoPowerShell() =>
        Assert.DoesNotContain(Core.GetReferencedAssemblies(), a => a.Name!.StartsWith("System.Management.Automation",
            StringComparison.Ordinal) || a.Name.StartsWith("Microsoft.PowerShell", StringComparison.Ordinal));

    [Fact]
    public void Cmdlets_References_NoBytesHashesOrHttp()
    {
        string[] forbidden = ["System.Net.Http", "System.IO.Hashing", "System.Security.Cryptography", "System.IO.MemoryMappedFiles",
            "System.IO.Compression"];
        Assert.DoesNotContain(ModuleFiles.Cmdlets.GetReferencedAssemblies(), a => forbidden.Contains(a.Name) || IsPrivate(a.Name));
    }

    [Fact]
    public void Loader_References_FrameworkOnly()
    {
        Assert.All(typeof(ModuleContext).Assembly.GetReferencedAssemblies(),
            a => Assert.StartsWith("System.", a.Name, StringComparison.Ordinal));
        Assert.Single(typeof(ModuleContext).Assembly.GetExportedTypes());
    }

    [Fact]
    public void PublicSurface_OfTheCmdlets_ShowsNoPrivateDependency()
    {
        var types = ModuleFiles.Cmdlets.GetExportedTypes().SelectMany(t => t.GetProperties()).SelectMany(p => Parts(p.PropertyType));
        Assert.DoesNotContain(types, t => IsPrivate(t.Assembly.GetName().Name));
    }

    [Fact]
    public void Outputs_Types_AreOfTheCmdletAssembly()
    {
        var outputs = ModuleFiles.Shapes.SelectMany(s => s.OutputTypes).Where(t => t != typeof(bool) && t != typeof(void)
            && t != typeof(Job) && t != typeof(FileInfo)).ToList();
        Assert.All(outputs, t => Assert.Equal(ModuleFiles.Cmdlets, t.Assembly));
        // What they hold: types of the framework, of the same assembly, or enumerations, which are as good as text.
        Assert.All(outputs.SelectMany(t => t.GetProperties()).SelectMany(p => Parts(p.PropertyType)),
            t => Assert.True(t.IsEnum || t.Assembly != Core, $"{t} is shown."));
    }

    [Fact]
    public void ErrorRecords_AreMade_InOnePlaceOnly()
    {
        var sources = Directory.GetFiles(Path.Combine(RepositoryFolder(), "ShardyFusion.Cmdlets"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));
        var makers = sources.Where(f => File.ReadAllText(f).Contains("new ErrorRecord", StringComparison.Ordinal)).Select(Path.GetFileName);
        Assert.Equal(["ErrorRecords.cs"], makers);
    }

    static bool IsPrivate(string? assembly) => PrivateDependencies.Any(d => assembly!.StartsWith(d, StringComparison.Ordinal));

    static IEnumerable<Type> Parts(Type type) =>
        type.HasElementType ? Parts(type.GetElementType()!) : type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type)
            : [type];

    static string RepositoryFolder([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));
}
