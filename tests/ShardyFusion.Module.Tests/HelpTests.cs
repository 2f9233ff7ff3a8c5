using System.Text.RegularExpressions;
using System.Xml.Linq;
using ShardyFusion.HelpBuilder;

namespace ShardyFusion.Module.Tests;

public sealed partial class HelpTests
{
    [Fact]
    public void Pages_ForAllCmdlets_AreComplete()
    {
        var book = HelpBook.Read(Path.Combine(ModuleFiles.Folder, "help"), ModuleFiles.Cmdlets);
        Assert.Empty(book.Faults);
        Assert.Equal(ModuleFiles.Shapes.Count, book.Cmdlets.Count);
    }

    [Fact]
    public void Pages_WithAGap_AreFaulted()
    {
        var folder = Directory.CreateTempSubdirectory("help-").FullName;
        try
        {
            foreach (var page in Directory.GetFiles(Path.Combine(ModuleFiles.Folder, "help")))
                File.Copy(page, Path.Combine(folder, Path.GetFileName(page)));
            var path = Path.Combine(folder, "Get-ShardValue.md");
            File.WriteAllText(path, File.ReadAllText(path).Replace("### -Strict", "### -Stern", StringComparison.Ordinal));
            var faults = HelpBook.Read(folder, ModuleFiles.Cmdlets).Faults;
            Assert.Equal(["Get-ShardValue -Strict is not described.", "Get-ShardValue has no parameter -Stern."], faults);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Maml_Parameters_CarryPositionPipelineAndAliases()
    {
        var path = Path.GetTempFileName();
        try
        {
            MamlWriter.Write(HelpBook.Read(Path.Combine(ModuleFiles.Folder, "help"), ModuleFiles.Cmdlets), path);
            var key = XDocument.Load(path).Descendants().Where(e => e.Name.LocalName == "parameter")
                .First(p => p.Elements().Any(e => e.Name.LocalName == "name" && e.Value == "Key"));
            Assert.Equal(("true", "0", "True (ByValue)", "none"),
                ((string?)key.Attribute("required"), (string?)key.Attribute("position"), (string?)key.Attribute("pipelineInput"),
                (string?)key.Attribute("aliases")));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("https://example.org/shardy/blob/v1/docs/help/", "https://example.org/shardy/blob/v1/docs/help/Get-ShardValue.md")]
    public void Maml_AddressOfThePages_IsTheFirstLink(string? pages, string? expected)
    {
        var path = Path.GetTempFileName();
        try
        {
            MamlWriter.Write(HelpBook.Read(Path.Combine(ModuleFiles.Folder, "help"), ModuleFiles.Cmdlets), path,
                pages is null ? null : new Uri(pages));
            var command = XDocument.Load(path).Descendants().Where(e => e.Name.LocalName == "command")
                .Single(c => c.Elements().First().Elements().First().Value == "Get-ShardValue");
            Assert.Equal(expected ?? "", command.Descendants().First(e => e.Name.LocalName == "navigationLink")
                .Elements().Single(e => e.Name.LocalName == "uri").Value);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void Views_OfOutputs_AreTablesOfAtMostSixColumns()
    {
        var views = XDocument.Load(Path.Combine(ModuleFiles.Folder, "ShardyFusion.Format.ps1xml")).Descendants("View").ToList();
        var shown = views.Select(v => v.Descendants("TypeName").Single().Value).ToList();
        Assert.All(shown, name => Assert.NotNull(ModuleFiles.Cmdlets.GetType(name)));
        Assert.Empty(ModuleFiles.Shapes.SelectMany(s => s.OutputTypes).Where(t => t.Assembly == ModuleFiles.Cmdlets)
            .Select(t => t.FullName!).Except(shown));
        Assert.All(views, v => Assert.InRange(v.Descendants("TableColumnHeader").Count(), 1, 6));
        Assert.All(views, v => Assert.Equal(v.Descendants("TableColumnHeader").Count(), v.Descendants("TableColumnItem").Count()));
    }

    [Fact]
    public void Views_Columns_AreShownPropertiesThatAreThere()
    {
        foreach (var view in new[] { "ShardyFusion.Format.ps1xml", "ShardyFusion.Lists.Format.ps1xml" }.SelectMany(ViewsOf))
        {
            var type = ModuleFiles.Cmdlets.GetType(view.Descendants("TypeName").Single().Value)!;
            Assert.Empty(view.Descendants("PropertyName"));
            Assert.All(view.Descendants("ScriptBlock").SelectMany(block => ShownProperties().Matches(block.Value)),
                p => Assert.True(type.GetProperty(p.Groups[1].Value) is not null, $"{type.Name}.{p.Groups[1].Value}"));
        }
    }

    [Fact]
    public void Views_OfOutputs_EachTableHasAListOfAllProperties()
    {
        var lists = ViewsOf("ShardyFusion.Lists.Format.ps1xml").ToDictionary(v => v.Descendants("TypeName").Single().Value);
        Assert.Equal(ViewsOf("ShardyFusion.Format.ps1xml").Select(v => v.Descendants("TypeName").Single().Value).Order(),
            lists.Keys.Order());
        var sets = XDocument.Load(Path.Combine(ModuleFiles.Folder, "ShardyFusion.Types.ps1xml")).Descendants("Type")
            .ToDictionary(t => t.Element("Name")!.Value, t => t.Descendants("ReferencedProperties").Elements("Name").Select(n => n.Value)
                .ToArray());
        foreach (var (name, list) in lists)
        {
            var all = sets.TryGetValue(name, out var chosen) && chosen.Length > 0 ? chosen
                : [.. ModuleFiles.Cmdlets.GetType(name)!.GetProperties().Select(p => p.Name)];
            Assert.Equal(all, list.Descendants("ListItem").Select(item => item.Element("Label")!.Value));
            Assert.All(list.Descendants("ListItem"),
                item => Assert.Equal($"[ShardyFusion.Cmdlets.Output.Shown]::Of($_.{item.Element("Label")!.Value})",
                item.Element("ScriptBlock")!.Value));
        }
    }

    static IEnumerable<XElement> ViewsOf(string file) => XDocument.Load(Path.Combine(ModuleFiles.Folder, file)).Descendants("View");

    [GeneratedRegex(@"(?<!ForEach\{.*|Where\{.*)\$_\.(\w+)")]
    private static partial Regex ShownProperties();
}
