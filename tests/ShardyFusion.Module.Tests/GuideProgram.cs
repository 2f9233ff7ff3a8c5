using System.Diagnostics;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace ShardyFusion.Module.Tests;

/// <summary>The examples of the guide for C#, in their order: code, and what the page says that it prints.</summary>
sealed partial class GuideProgram
{
    const string Mark = "--- example ";

    public IReadOnlyList<(string Code, string Output)> Examples { get; } =
    [
        .. Blocks().Matches(File.ReadAllText(Path.Combine(ModuleFiles.Folder, "csharp.md")).ReplaceLineEndings("\n"))
            .Select(match => (match.Groups["code"].Value, match.Groups["output"].Value)),
    ];

    /// <summary>One program of the first examples: usings first, as C# wants it, then each example after a line that names it.</summary>
    public string Source(int count)
    {
        var code = string.Concat(Examples.Take(count).Select((example, i) => $"Console.WriteLine(\"{Mark}{i}\");\n{example.Code}"));
        return string.Concat(Usings().Matches(code).Select(match => match.Value).Distinct()) + Usings().Replace(code, "");
    }

    /// <summary>Compiles all examples into a folder and runs them there.</summary>
    /// <returns>What each printed; and what went to standard error.</returns>
    public async Task<(IReadOnlyList<string> Outputs, string Errors)> RunAsync(string folder, CancellationToken cancellationToken)
    {
        var core = typeof(SnapshotStore).Assembly;
        Compile(Path.Combine(folder, "guide.dll"), core);
        foreach (var file in Closure(core)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        File.Copy(Path.Combine(AppContext.BaseDirectory, "ShardyFusion.Module.Tests.runtimeconfig.json"),
            Path.Combine(folder, "guide.runtimeconfig.json"));
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path
            : "dotnet",
            [Path.Combine(folder, "guide.dll")])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = (await process.StandardOutput.ReadToEndAsync(cancellationToken)).ReplaceLineEndings("\n");
        await process.WaitForExitAsync(cancellationToken);
        return (SplitOutput(output), process.ExitCode == 0 ? await errors : $"exit code {process.ExitCode}: {await errors}");
    }

    public static IReadOnlyList<string> SplitOutput(string output) =>
        [.. Regex.Split(output, $"^{Mark}[0-9]+\n", RegexOptions.Multiline).Skip(1)];

    void Compile(string target, Assembly core)
    {
        const string implicitUsings = """
            global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
            global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
            """;
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal));
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var made = CSharpCompilation.Create("guide", [.. new[] { implicitUsings, Source(Examples.Count) }
            .Select(text => CSharpSyntaxTree.ParseText(text, options, encoding: Encoding.UTF8))],
            platform.Append(core.Location).Distinct().Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable,
                generalDiagnosticOption: ReportDiagnostic.Error)).Emit(target);
        Assert.True(made.Success, $"The guide's examples do not compile:\n{string.Join('\n', made.Diagnostics)}");
    }

    static HashSet<string> Closure(Assembly core)
    {
        var files = new HashSet<string>();
        var open = new Stack<string>([core.GetName().Name!]);
        while (open.TryPop(out var name))
        {
            var file = Path.Combine(AppContext.BaseDirectory, name + ".dll");
            if (!File.Exists(file) || !files.Add(file)) continue;
            foreach (var reference in Assembly.LoadFrom(file).GetReferencedAssemblies()) open.Push(reference.Name!);
        }
        return files;
    }

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```\n(\n```text\n(?<output>.*?)^```\n)?", RegexOptions.Multiline | RegexOptions.Singleline
        | RegexOptions.ExplicitCapture)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"^using [\w.]+;\n", RegexOptions.Multiline)]
    private static partial Regex Usings();
}
