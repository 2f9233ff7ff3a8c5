using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ShardyFusion.Module.Tests;

/// <summary>No text that the product makes depends on the culture: the analyzers see calls, this sees interpolated text and the
/// views.</summary>
public sealed partial class CultureTests
{
    static readonly string[] Projects = ["ShardyFusion.Core", "ShardyFusion.Parquet", "ShardyFusion.Postgres", "ShardyFusion.Cmdlets",
        "ShardyFusion.Cli"];

    /// <summary>Formats that are the same in every culture: round-trip times, hexadecimal digits, plain decimal digits.</summary>
    static readonly string[] InvariantFormats = ["u", "o", "O", "r", "R", "s", "N"];

    [Fact]
    public void Sources_InterpolatedText_NamesItsCulture()
    {
        var faults = new List<string>();
        var holes = 0;
        foreach (var project in Projects)
        {
            var compilation = Compile(project);
            foreach (var tree in compilation.SyntaxTrees)
            {
                var model = compilation.GetSemanticModel(tree);
                foreach (var text in tree.GetRoot(TestContext.Current.CancellationToken).DescendantNodes()
                    .OfType<InterpolatedStringExpressionSyntax>())
                {
                    foreach (var hole in text.Contents.OfType<InterpolationSyntax>())
                    {
                        holes++;
                        if (DependsOnCulture(hole, model) && model.GetTypeInfo(WholeOf(text), TestContext.Current.CancellationToken)
                            .ConvertedType?.SpecialType == SpecialType.System_String)
                            faults.Add($"{Path.GetFileName(tree.FilePath)}"
                                + $"({hole.GetLocation().GetLineSpan().StartLinePosition.Line + 1}): {hole}");
                    }
                }
            }
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"counts: {holes} interpolated values");
        Assert.True(holes > 1000, $"Only {holes} were found.");
        Assert.True(faults.Count == 0, "Use string.Create(CultureInfo.InvariantCulture, …):\n" + string.Join('\n', faults));
    }

    [Fact]
    public void Sources_CurrentCulture_IsNamedNowhere() =>
        Assert.DoesNotContain(Projects.SelectMany(Sources), file => CurrentCulture().IsMatch(File.ReadAllText(file))
            && Path.GetFileName(file) != "ShardyApp.cs");

    [Fact]
    public void Views_Texts_AreMadeByShownOnly() => Assert.All(["ShardyFusion.Format.ps1xml", "ShardyFusion.Lists.Format.ps1xml"], file =>
    {
        var view = File.ReadAllText(Path.Combine(ModuleFiles.Folder, file));
        Assert.DoesNotMatch(@"<FormatString>|\s-f\s|\.ToString\(|::Format\(|<PropertyName>", view);
        // What is shown without it is a word or a count of the view's own.
        Assert.All(ScriptBlocks().Matches(view).Select(m => m.Groups[1].Value)
            .Where(script => !script.Contains("[ShardyFusion.Cmdlets.Output.Shown]::", StringComparison.Ordinal)),
            script =>
            Assert.Matches(@"^(""\$\(\$_\.\w+Count\) of \$\(\$_\.\w+Count\)""|\$_\.\w+\.Count|(if|elseif) \(\$_\.\w+\) \{ '\w+' \}.*)$",
            script));
    });

    /// <summary>The sum that a text is a part of: one culture is named for all of it.</summary>
    static SyntaxNode WholeOf(InterpolatedStringExpressionSyntax text) =>
        text.Ancestors().TakeWhile(node => node.IsKind(SyntaxKind.AddExpression)).LastOrDefault() ?? text;

    /// <summary>Times and fractions always do; whole numbers only when their digits are grouped.</summary>
    static bool DependsOnCulture(InterpolationSyntax hole, SemanticModel model)
    {
        var type = model.GetTypeInfo(hole.Expression).Type;
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
            type = nullable.TypeArguments[0];
        var format = hole.FormatClause?.FormatStringToken.ValueText;
        return type?.SpecialType switch
        {
            SpecialType.System_Object => true,
            SpecialType.System_DateTime => !InvariantFormats.Contains(format),
            SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal => true,
            SpecialType.System_Int16 or SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_UInt32
            or SpecialType.System_UInt64 or SpecialType.System_Byte =>
                format is not null && !format.StartsWith('x') && !format.StartsWith('X') && !format.StartsWith('D')
                    && !format.All(c => c == '0'),
            _ => type?.Name switch
            {
                "DateTimeOffset" or "DateOnly" or "TimeOnly" or "Half" => !InvariantFormats.Contains(format),
                "TimeSpan" => format is "g" or "G",
                _ => false,
            },
        };
    }

    static CSharpCompilation Compile(string project)
    {
        var options = new CSharpParseOptions(LanguageVersion.Preview);
        var usings = CSharpSyntaxTree.ParseText(
            "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic; "
            + "global using System.Threading; global using System.Threading.Tasks;", options,
            cancellationToken: TestContext.Current.CancellationToken);
        var trees = Sources(project).Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), options, file,
            cancellationToken: TestContext.Current.CancellationToken));
        var libraries = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => Path.GetFileNameWithoutExtension(file) != project);
        return CSharpCompilation.Create(project, trees.Prepend(usings), libraries.Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
    }

    static IEnumerable<string> Sources(string project) =>
        Directory.GetFiles(Path.Combine(RepositoryFolder(), project), "*.cs", SearchOption.AllDirectories)
        .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal));

    static string RepositoryFolder([CallerFilePath] string path = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, "..", ".."));

    [GeneratedRegex(@"\bCurrent(UI)?Culture\b")]
    private static partial Regex CurrentCulture();

    [GeneratedRegex("<ScriptBlock>(.*?)</ScriptBlock>", RegexOptions.Singleline)]
    private static partial Regex ScriptBlocks();
}
