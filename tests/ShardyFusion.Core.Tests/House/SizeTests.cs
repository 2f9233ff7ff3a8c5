using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace ShardyFusion.Core.Tests.House;

/// <summary>Limits of what fits into a head, and on a screen, at once.</summary>
public sealed class SizeTests
{
    const int MaxColumns = 140;
    const int MaxMethodLines = 60;
    const int MaxParameters = 5;
    const int MaxClassLines = 420;
    const int MaxFacadeLines = 300;

    static readonly string[] everywhere =
        ["ShardyFusion.Core", "ShardyFusion.Parquet", "ShardyFusion.Cmdlets",
            "ShardyFusion.Cli", "ShardyFusion.Loader", "tests", "benchmarks", "tools"];

    static readonly IReadOnlyList<SourceFile> shipped =
        [.. everywhere.Where(folder => folder.StartsWith("Shardy", StringComparison.Ordinal)).SelectMany(SourceTree.FilesIn)
            .Select(SourceFile.Read)];

    [Fact]
    public void Lines_FitTheirColumns() => AssertNone(
        from path in everywhere.SelectMany(SourceTree.FilesIn).Append(Path.Combine(SourceTree.Root, "build.cs"))
        from line in File.ReadLines(path).Index()
        where line.Item.Length > MaxColumns
        select $"{Path.GetRelativePath(SourceTree.Root, path)}:{line.Index + 1} has {line.Item.Length} columns; {MaxColumns} are allowed");

    [Fact]
    public void Methods_FitTheScreen() => AssertNone(
        from source in shipped
        from method in source.Root.DescendantNodes()
        where method is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax or AccessorDeclarationSyntax
        let lines = SourceFile.LinesOf(method)
        where lines > MaxMethodLines
        select $"{source.PlaceOf(method)} has {lines} lines; {MaxMethodLines} are allowed");

    /// <summary>Whatever needs more takes a type that holds them; a record is one. A list that is given by others stands: that of a
    /// lambda, of an override, of an interface that is implemented by its name.</summary>
    [Fact]
    public void ParameterLists_AreShort() => AssertNone(
        from source in shipped
        from list in source.Root.DescendantNodes().OfType<ParameterListSyntax>()
        where list.Parameters.Count > MaxParameters && list.Parent is not (RecordDeclarationSyntax or LambdaExpressionSyntax
            or MethodDeclarationSyntax { ExplicitInterfaceSpecifier: not null })
        where list.Parent is not MethodDeclarationSyntax method || !method.Modifiers.Any(SyntaxKind.OverrideKeyword)
        select $"{source.PlaceOf(list)} has {list.Parameters.Count} parameters; {MaxParameters} are allowed");

    /// <summary>Over all files of a type.</summary>
    [Fact]
    public void Types_AreOfASizeToReadAtOnce() => AssertNone(
        from source in shipped
        from type in source.Root.DescendantNodes().OfType<TypeDeclarationSyntax>()
        where type.Parent is BaseNamespaceDeclarationSyntax
        group SourceFile.LinesOf(type) by $"{((BaseNamespaceDeclarationSyntax)type.Parent!).Name}.{type.Identifier.Text}" into parts
        let most = parts.Key == "ShardyFusion.SnapshotStore" ? MaxFacadeLines : MaxClassLines
        where parts.Sum() > most
        select $"{parts.Key} has {parts.Sum()} lines in {parts.Count()} files; {most} are allowed");

    static void AssertNone(IEnumerable<string> faults)
    {
        var found = faults.ToList();
        Assert.True(found.Count == 0, string.Join('\n', found));
    }
}
