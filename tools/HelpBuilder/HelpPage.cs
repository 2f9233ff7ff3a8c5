using System.Text;
using System.Text.RegularExpressions;

namespace ShardyFusion.HelpBuilder;

/// <summary>One help page: <c>#</c> name and synopsis, <c>##</c> sections, <c>###</c> a parameter or an example.</summary>
sealed partial class HelpPage
{
    HelpPage(string name) => Name = name;

    /// <summary>The cmdlet, or the file's title.</summary>
    public string Name { get; }

    /// <summary>One sentence.</summary>
    public string Synopsis { get; private set; } = "";

    /// <summary>Paragraphs of a section, by its heading.</summary>
    public Dictionary<string, List<string>> Sections { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Paragraphs of a parameter, by its name without the dash.</summary>
    public Dictionary<string, List<string>> Parameters { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The examples, in order.</summary>
    public List<HelpExample> Examples { get; } = [];

    /// <summary>Reads a page.</summary>
    public static HelpPage Read(string path)
    {
        var page = new HelpPage(Path.GetFileNameWithoutExtension(path));
        string section = "", entry = "";
        var text = new List<string>();
        foreach (var block in Blocks(File.ReadAllLines(path)))
        {
            var heading = HeadingPattern().Match(block);
            if (!heading.Success)
            {
                text.Add(block);
                continue;
            }
            page.Take(section, entry, text);
            text = [];
            (section, entry) = heading.Groups["marks"].Length switch
            {
                1 => ("", ""),
                2 => (heading.Groups["title"].Value, ""),
                _ => (section, heading.Groups["title"].Value),
            };
        }
        page.Take(section, entry, text);
        return page;
    }

    void Take(string section, string entry, List<string> text)
    {
        if (text.Count == 0) return;
        switch (section.ToUpperInvariant())
        {
            case "": Synopsis = Plain(text[0]); break;
            case "PARAMETERS" when entry.StartsWith('-'): Parameters[entry[1..]] = [.. text.Select(Plain)]; break;
            case "EXAMPLES" when entry.Length > 0:
                var code = text.FirstOrDefault(IsCode) ?? "";
                Examples.Add(new HelpExample(entry, Code(code), [.. text.Where(t => !IsCode(t)).Select(Plain)]));
                break;
            default: Sections[section] = [.. text.Select(t => IsCode(t) ? Code(t) : Plain(t))]; break;
        }
    }

    /// <summary>Headings, code fences, list items and paragraphs; a paragraph's lines are joined.</summary>
    static IEnumerable<string> Blocks(IEnumerable<string> lines)
    {
        var block = new StringBuilder();
        var inCode = false;
        foreach (var line in lines)
        {
            var isFence = line.StartsWith(Fence, StringComparison.Ordinal);
            if (inCode || isFence)
            {
                if (isFence && !inCode && block.Length > 0)
                {
                    yield return block.ToString();
                    block.Clear();
                }
                block.Append(line).Append('\n');
                if (inCode && isFence)
                {
                    yield return block.ToString();
                    block.Clear();
                }
                inCode ^= isFence;
                continue;
            }
            var startsBlock = line.Length == 0 || line.StartsWith("- ", StringComparison.Ordinal) || HeadingPattern().IsMatch(line);
            if (startsBlock && block.Length > 0)
            {
                yield return block.ToString();
                block.Clear();
            }
            if (HeadingPattern().IsMatch(line))
            {
                yield return line;
                continue;
            }
            if (line.Length > 0) block.Append(block.Length > 0 ? " " : "").Append(line.Trim());
        }
        if (block.Length > 0) yield return block.ToString();
    }

    const string Fence = "```";

    static bool IsCode(string block) => block.StartsWith(Fence, StringComparison.Ordinal);

    static string Code(string block) => string.Join('\n', block.TrimEnd().Split('\n')[1..^1]);

    static string Plain(string markdown) => EmphasisPattern().Replace(LinkPattern().Replace(markdown, "${text}"), "${text}");

    [GeneratedRegex("^(?<marks>#{1,3}) (?<title>.+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex HeadingPattern();

    [GeneratedRegex(@"\[(?<text>[^\]]+)\]\([^)]+\)", RegexOptions.ExplicitCapture)]
    private static partial Regex LinkPattern();

    [GeneratedRegex(@"(?<mark>\*\*|`)(?<text>.+?)\k<mark>", RegexOptions.ExplicitCapture)]
    private static partial Regex EmphasisPattern();
}

/// <summary>One example.</summary>
/// <param name="Title">Its heading.</param>
/// <param name="Code">The commands, lines separated by a line feed.</param>
/// <param name="Remarks">What it shows.</param>
sealed record HelpExample(string Title, string Code, IReadOnlyList<string> Remarks);
