using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ShardyFusion.Core.Tests.House;

/// <summary>A parsed file of the checkout.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Root">What it holds.</param>
sealed record SourceFile(string Path, CompilationUnitSyntax Root)
{
    static readonly CSharpParseOptions options = new(LanguageVersion.Preview);

    public static SourceFile Read(string path) =>
        new(path, CSharpSyntaxTree.ParseText(File.ReadAllText(path), options).GetCompilationUnitRoot());

    /// <summary>Lines from the first word, after the documentation, to the last brace.</summary>
    public static int LinesOf(SyntaxNode node)
    {
        var span = node.GetLocation().GetLineSpan();
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    /// <summary>File and line of a node.</summary>
    public string PlaceOf(SyntaxNode node) =>
        $"{System.IO.Path.GetRelativePath(SourceTree.Root, Path)}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}";
}
