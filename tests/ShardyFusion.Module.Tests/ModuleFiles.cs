using System.Reflection;
using System.Text.RegularExpressions;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.HelpBuilder;

namespace ShardyFusion.Module.Tests;

/// <summary>The module's files beside the test assembly, and the cmdlets as their attributes describe them.</summary>
static partial class ModuleFiles
{
    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "module");

    /// <summary>The checkout that the tests were built from.</summary>
    public static string Repository { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(SourcePath())!, "..", ".."));

    static string SourcePath([System.Runtime.CompilerServices.CallerFilePath] string path = "") => path;

    public static string Manifest { get; } = File.ReadAllText(Path.Combine(Folder, "ShardyFusion.psd1"));

    public static Assembly Cmdlets { get; } = typeof(ShardyCmdlet).Assembly;

    public static IReadOnlyList<CmdletShape> Shapes { get; } = CmdletShape.In(Cmdlets);

    /// <summary>Names of the list that a manifest entry holds.</summary>
    public static IReadOnlyList<string> ManifestList(string entry)
    {
        var body = Regex.Match(Manifest, $@"{entry}\s*=\s*(?<one>'[^']*')|{entry}\s*=\s*@\((?<many>[^)]*)\)", RegexOptions.ExplicitCapture);
        Assert.True(body.Success, $"The manifest has no entry {entry}.");
        return [.. Quoted().Matches(body.Groups["one"].Value + body.Groups["many"].Value).Select(m => m.Groups["name"].Value)];
    }

    [GeneratedRegex("'(?<name>[^']*)'", RegexOptions.ExplicitCapture)]
    private static partial Regex Quoted();
}
