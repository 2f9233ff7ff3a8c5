using System.Xml.Linq;
using ShardyFusion.HelpBuilder;

namespace ShardyFusion.Module.Tests;

public sealed class HelpTests
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
            foreach (var page in Directory.GetFiles(Path.Combine(ModuleFiles.Folder, "help"))) File.Copy(page, Path.Combine(folder, Path.GetFileName(page)));
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
                ((string?)key.Attribute("required"), (string?)key.Attribute("position"), (string?)key.Attribute("pipelineInput"), (string?)key.Attribute("aliases")));
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
        Assert.Empty(ModuleFiles.Shapes.SelectMany(s => s.OutputTypes).Where(t => t.Assembly == ModuleFiles.Cmdlets).Select(t => t.FullName!).Except(shown));
        Assert.All(views, v => Assert.InRange(v.Descendants("TableColumnHeader").Count(), 1, 6));
        Assert.All(views, v => Assert.Equal(v.Descendants("TableColumnHeader").Count(), v.Descendants("TableColumnItem").Count()));
        Assert.All(views.SelectMany(v => v.Descendants("PropertyName").Select(p => (v.Descendants("TypeName").Single().Value, p.Value))),
            column => Assert.NotNull(ModuleFiles.Cmdlets.GetType(column.Item1)!.GetProperty(column.Item2)));
    }
}
