using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace ShardyFusion.HelpBuilder;

/// <summary>Writes help pages in MAML, the form that Get-Help reads for binary cmdlets.</summary>
static class MamlWriter
{
    static readonly XNamespace Command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    static readonly XNamespace Maml = "http://schemas.microsoft.com/maml/2004/10";
    static readonly XNamespace Dev = "http://schemas.microsoft.com/maml/dev/2004/10";
    static readonly XNamespace Root = "http://msh";

    /// <summary>Writes the help file.</summary>
    /// <param name="book">The pages.</param>
    /// <param name="path">The file.</param>
    /// <param name="address">Where the pages lie, for Get-Help -Online; null for nowhere.</param>
    public static void Write(HelpBook book, string path, Uri? address = null)
    {
        var document = new XDocument(new XElement(Root + "helpItems", new XAttribute("schema", "maml"),
            book.Cmdlets.Select(c => CommandOf(book, c.Shape, c.Page, address))));
        using var writer = XmlWriter.Create(path, new XmlWriterSettings
        {
            Indent = true,
            NewLineChars = "\n",
            Encoding = new UTF8Encoding(false)
        });
        document.Save(writer);
    }

    static XElement CommandOf(HelpBook book, CmdletShape shape, HelpPage page, Uri? address) => new(Command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", Maml), new XAttribute(XNamespace.Xmlns + "command", Command),
        new XAttribute(XNamespace.Xmlns + "dev", Dev),
        new XElement(Command + "details",
            new XElement(Command + "name", shape.Name),
            new XElement(Command + "verb", shape.Verb),
            new XElement(Command + "noun", shape.Noun),
            new XElement(Maml + "description", Paragraph(page.Synopsis))),
        new XElement(Maml + "description", Paragraphs(page, "Description")),
        new XElement(Command + "syntax", shape.Sets.Select(set => new XElement(Command + "syntaxItem",
            new XElement(Maml + "name", shape.Name),
            InSyntaxOrder(shape.Parameters.Where(p => p.Set is null || p.Set == set))
            .Select(p => ParameterOf(book, page, p, inSyntax: true))))),
        new XElement(Command + "parameters", shape.Parameters.OrderByDescending(p => p.ByValue || p.ByName).DistinctBy(p => p.Name)
            .OrderBy(p => p.Name, StringComparer.Ordinal).Select(p => ParameterOf(book, page, p, inSyntax: false))),
        new XElement(Command + "inputTypes", Types(page, "Inputs", []).Select(t => new XElement(Command + "inputType", t))),
        new XElement(Command + "returnValues", Types(page, "Outputs", shape.OutputTypes)
        .Select(t => new XElement(Command + "returnValue", t))),
        new XElement(Maml + "alertSet", new XElement(Maml + "alert", Paragraphs(page, "Notes"))),
        new XElement(Command + "examples", page.Examples.Select(ExampleOf)),
        new XElement(Command + "relatedLinks",
            address is null ? null : Link("Online version", new Uri(address, $"{shape.Name}.md").AbsoluteUri),
            page.Sections.GetValueOrDefault("Related", []).Select(link => Link(Item(link), null))));

    static XElement Link(string text, string? address) => new(Maml + "navigationLink", new XElement(Maml + "linkText", text),
        new XElement(Maml + "uri", address));

    /// <summary>Positional ones first, then mandatory ones, as PowerShell itself shows them.</summary>
    static IEnumerable<ParameterShape> InSyntaxOrder(IEnumerable<ParameterShape> parameters) =>
        parameters.OrderBy(p => p.Position ?? int.MaxValue).ThenByDescending(p => p.IsMandatory);

    static XElement ParameterOf(HelpBook book, HelpPage page, ParameterShape parameter, bool inSyntax)
    {
        var element = new XElement(Command + "parameter",
            new XAttribute("required", parameter.IsMandatory ? "true" : "false"),
            new XAttribute("variableLength", "true"),
            new XAttribute("globbing", parameter.HasWildcards ? "true" : "false"),
            new XAttribute("pipelineInput", PipelineInput(parameter)),
            new XAttribute("position", parameter.Position?.ToString(CultureInfo.InvariantCulture) ?? "named"),
            new XAttribute("aliases", parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases)),
            new XElement(Maml + "name", parameter.Name),
            new XElement(Maml + "description",
                book.Describe(page, parameter.Name).Append(parameter.Form).OfType<string>().Select(Paragraph)));
        if (inSyntax && parameter.Choices.Count > 0)
        {
            element.Add(new XElement(Command + "parameterValueGroup", parameter.Choices.Select(choice =>
                new XElement(Command + "parameterValue", new XAttribute("required", "false"), new XAttribute("variableLength", "false"),
                    choice))));
        }
        if (!parameter.IsSwitch || !inSyntax)
            element.Add(new XElement(Command + "parameterValue", new XAttribute("required", parameter.IsSwitch ? "false" : "true"),
                new XAttribute("variableLength", "false"), parameter.TypeName));
        element.Add(TypeOf(parameter.TypeName), new XElement(Dev + "defaultValue", parameter.Default));
        return element;
    }

    static string PipelineInput(ParameterShape parameter) => (parameter.ByValue, parameter.ByName) switch
    {
        (true, true) => "True (ByValue, ByPropertyName)",
        (true, false) => "True (ByValue)",
        (false, true) => "True (ByPropertyName)",
        _ => "False",
    };

    static XElement ExampleOf(HelpExample example, int index) => new(Command + "example",
        new XElement(Maml + "title", $"----- Example {index + 1}: {example.Title} -----"),
        new XElement(Dev + "code", example.Code),
        new XElement(Dev + "remarks", example.Remarks.Select(Paragraph)));

    /// <summary>A section whose items are "type: text", or the declared types when there is no such section.</summary>
    static IEnumerable<object[]> Types(HelpPage page, string section, IReadOnlyList<Type> declared) =>
        page.Sections.TryGetValue(section, out var items)
            ? items.Select(Item).Select(item => item.Split(": ", 2)).Select(parts => new object[]
            {
                TypeOf(parts[0]), new XElement(Maml + "description", Paragraph(parts.Length > 1 ? parts[1] : "")),
            })
            : declared.Select(type => new object[] { TypeOf(type.FullName!) });

    static XElement TypeOf(string name) => new(Dev + "type", new XElement(Maml + "name", name), new XElement(Maml + "uri"));

    static IEnumerable<XElement> Paragraphs(HelpPage page, string section) =>
        page.Sections.GetValueOrDefault(section, []).Select(Paragraph);

    static XElement Paragraph(string text) => new(Maml + "para", text);

    static string Item(string text) => text.StartsWith("- ", StringComparison.Ordinal) ? text[2..] : text;
}
