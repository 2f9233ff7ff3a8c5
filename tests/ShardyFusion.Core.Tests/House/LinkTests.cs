using System.Text.RegularExpressions;

namespace ShardyFusion.Core.Tests.House;

/// <summary>What the pages in the checkout refer to is there, and every page under docs can be found from its index.</summary>
public sealed partial class LinkTests
{
    static readonly string[] NotOurs = ["bin", "obj", "artifacts", "node_modules", ".git"];

    [Fact]
    public void Pages_RelativeLinks_LeadToFiles()
    {
        var broken = Pages(SourceTree.Root).SelectMany(page => Links(page).Where(link => !Exists(link.Target))
            .Select(link => $"{Short(page)}: {link.Written}")).ToList();
        Assert.True(broken.Count == 0, "These links lead nowhere:\n" + string.Join('\n', broken));
    }

    [Fact]
    public void Docs_EveryPage_IsReachedFromTheIndex()
    {
        var docs = Path.Combine(SourceTree.Root, "docs");
        var index = Path.Combine(docs, "README.md");
        var (reached, left) = (new HashSet<string> { index }, new Queue<string>([index]));
        while (left.TryDequeue(out var page))
        {
            foreach (var target in Links(page).SelectMany(link => Directory.Exists(link.Target) ? Pages(link.Target) : [link.Target]))
                if (target.EndsWith(".md", StringComparison.Ordinal) && File.Exists(target) && reached.Add(target)) left.Enqueue(target);
        }
        var lost = Pages(docs).Where(page => !reached.Contains(page)).Select(Short).ToList();
        Assert.True(lost.Count == 0, "No link leads from docs/README.md to:\n" + string.Join('\n', lost));
    }

    static IEnumerable<string> Pages(string folder) => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)
        .Where(file => !Short(file).Split('/').Any(NotOurs.Contains));

    static IEnumerable<(string Written, string Target)> Links(string page)
    {
        foreach (Match match in Link().Matches(Code().Replace(File.ReadAllText(page), "")))
        {
            var written = match.Groups[1].Value;
            var path = written.Split('#')[0];
            if (path.Length == 0 || written.Contains(':', StringComparison.Ordinal)) continue;
            var target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, path));
            // What leads out of the checkout is a page of the site that shows it, such as a workflow's badge.
            if (target.StartsWith(SourceTree.Root, StringComparison.Ordinal)) yield return (written, target);
        }
    }

    static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    static string Short(string path) => Path.GetRelativePath(SourceTree.Root, path).Replace('\\', '/');

    [GeneratedRegex(@"\]\(\s*<?([^)\s>]+)")]
    private static partial Regex Link();

    /// <summary>What stands in code is no link.</summary>
    [GeneratedRegex(@"^```.*?^```|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();
}
