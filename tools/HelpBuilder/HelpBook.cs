using System.Reflection;

namespace ShardyFusion.HelpBuilder;

/// <summary>All help pages with the cmdlets they describe, and what is missing.</summary>
sealed class HelpBook
{
    /// <summary>Parameters that mean the same everywhere are described on this page, once.</summary>
    const string CommonPage = "common-parameters";

    const int LeastExamples = 2;

    readonly HelpPage common;

    HelpBook(IReadOnlyList<(CmdletShape, HelpPage)> cmdlets, HelpPage common, IReadOnlyList<string> faults)
    {
        Cmdlets = cmdlets;
        this.common = common;
        Faults = faults;
    }

    /// <summary>Every cmdlet that has a page.</summary>
    public IReadOnlyList<(CmdletShape Shape, HelpPage Page)> Cmdlets { get; }

    /// <summary>Everything that is missing or described without being there; one sentence each.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>The paragraphs of a parameter.</summary>
    public IReadOnlyList<string> Describe(HelpPage page, string parameter) =>
        page.Parameters.GetValueOrDefault(parameter) ?? common.Parameters.GetValueOrDefault(parameter) ?? [];

    /// <summary>Reads the pages of a folder for the cmdlets of an assembly.</summary>
    public static HelpBook Read(string folder, Assembly assembly)
    {
        var faults = new List<string>();
        var common = HelpPage.Read(Path.Combine(folder, CommonPage + ".md"));
        var shapes = CmdletShape.In(assembly);
        var pages = Directory.GetFiles(folder, "*-*.md").Where(f => Path.GetFileNameWithoutExtension(f) != CommonPage).Select(HelpPage.Read)
            .ToDictionary(p => p.Name);
        faults.AddRange(pages.Keys.Except(shapes.Select(s => s.Name)).Select(name => $"{name}.md describes no cmdlet."));
        var cmdlets = new List<(CmdletShape, HelpPage)>();
        foreach (var shape in shapes)
        {
            if (!pages.TryGetValue(shape.Name, out var page))
            {
                faults.Add($"{shape.Name} has no page.");
                continue;
            }
            cmdlets.Add((shape, page));
            faults.AddRange(FaultsOf(shape, page, common));
        }
        var used = shapes.SelectMany(s => s.ParameterNames).ToHashSet(StringComparer.OrdinalIgnoreCase);
        faults.AddRange(common.Parameters.Keys.Where(name => !used.Contains(name))
            .Select(name => $"{CommonPage}.md describes -{name}, which no cmdlet has."));
        return new HelpBook(cmdlets, common, faults);
    }

    static IEnumerable<string> FaultsOf(CmdletShape shape, HelpPage page, HelpPage common)
    {
        if (page.Synopsis.Length == 0) yield return $"{shape.Name} has no synopsis.";
        if (!page.Sections.ContainsKey("Description")) yield return $"{shape.Name} has no description.";
        if (page.Examples.Count < LeastExamples)
            yield return $"{shape.Name} has {page.Examples.Count} examples; at least {LeastExamples} are needed.";
        foreach (var example in page.Examples.Where(e => e.Code.Length == 0))
            yield return $"{shape.Name}: example '{example.Title}' has no code.";
        foreach (var name in shape.ParameterNames)
        {
            if (!page.Parameters.ContainsKey(name) && !common.Parameters.ContainsKey(name))
                yield return $"{shape.Name} -{name} is not described.";
        }
        foreach (var name in page.Parameters.Keys.Except(shape.ParameterNames, StringComparer.OrdinalIgnoreCase))
            yield return $"{shape.Name} has no parameter -{name}.";
    }
}
