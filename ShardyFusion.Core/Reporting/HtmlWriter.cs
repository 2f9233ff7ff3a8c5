using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using ShardyFusion.Figures;
using ShardyFusion.Formats;

namespace ShardyFusion.Reporting;

/// <summary>Writes HTML. Text and attributes' values are always encoded, tags and attributes' names are literals of this assembly: there is
/// no way to write markup that came from outside.</summary>
sealed class HtmlWriter
{
    static readonly HtmlEncoder encoder = HtmlEncoder.Create(UnicodeRanges.All);

    readonly StringBuilder html = new("<!doctype html>\n");

    /// <summary>Opens an element; disposing what it returns closes it.</summary>
    public Scope In(string tag, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        Open(tag, attributes);
        return new Scope(this, tag);
    }

    /// <summary>An element with nothing but text.</summary>
    public void Element(string tag, string text, params ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        using (In(tag, attributes)) Text(text);
    }

    /// <summary>An element that never has content, such as <c>meta</c>.</summary>
    public void Void(string tag, params ReadOnlySpan<(string Name, string? Value)> attributes) => Open(tag, attributes);

    /// <summary>Text of ours.</summary>
    public void Text(string text) => html.Append(encoder.Encode(text));

    /// <summary>Text from outside: whatever direction its characters have, it does not turn its surroundings around.</summary>
    public void Foreign(string text, string? cssClass = null) => Element("bdi", text, ("class", cssClass));

    /// <summary>A figure that programs can read, too.</summary>
    /// <param name="name">What it is, in its part of the page.</param>
    /// <param name="value">The exact value.</param>
    /// <param name="shown">As people read it.</param>
    public void Figure(string name, long value, string shown) =>
        Element("data", shown, ("data-figure", name), ("value", value.ToString(CultureInfo.InvariantCulture)));

    /// <summary>A count of things, see <see cref="Figure"/>.</summary>
    public void Count(string name, long value) => Figure(name, value, ReadableText.Count(value));

    /// <summary>A size, see <see cref="Figure"/>; a dash when it is unknown.</summary>
    public void Bytes(string name, long? value)
    {
        if (value is { } bytes) Figure(name, bytes, ReadableText.Bytes(bytes));
        else Text("–");
    }

    /// <summary>A time, which may break between day and hour.</summary>
    public void Time(string name, DateTimeOffset time) =>
        Element("time", ReadableText.ShortTime(time), ("data-figure", name), ("datetime", SnapshotTime.FormatName(time)));

    /// <summary>A style sheet of this assembly.</summary>
    public void Style(string css)
    {
        using (In("style")) html.Append('\n').Append(css);
    }

    public override string ToString() => html.ToString();

    void Open(string tag, ReadOnlySpan<(string Name, string? Value)> attributes)
    {
        html.Append('<').Append(tag);
        foreach (var (name, value) in attributes)
            if (value is not null) html.Append(' ').Append(name).Append("=\"").Append(encoder.Encode(value)).Append('"');
        html.Append('>');
    }

    void Close(string tag)
    {
        html.Append("</").Append(tag).Append('>');
        // One line a block: such a page can be compared with yesterday's.
        if (tag is "tr" or "section" or "style" or "head" or "li" or "g" or "div" or "dd" or "body" or "html") html.Append('\n');
    }

    /// <summary>An element that is open.</summary>
    public readonly ref struct Scope(HtmlWriter writer, string tag) : IDisposable
    {
        public void Dispose() => writer.Close(tag);
    }
}
