using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.ManifestStores;

/// <summary>Finds in the text of a manifest which prefix it is of, without reading the rest.</summary>
static class ManifestHead
{
    const string Required = "required:\n", Field = "  s3_prefix: ";

    /// <summary>The <c>s3_prefix</c> of a manifest as PyYAML writes it; null where the text has another form or ends too early.</summary>
    /// <param name="text">The text, or its part from <c>required:</c> on.</param>
    public static string? PrefixIn(string text)
    {
        var start = text.StartsWith(Required, StringComparison.Ordinal) ? 0 : text.IndexOf("\n" + Required, StringComparison.Ordinal) + 1;
        if (start == 0 && !text.StartsWith(Required, StringComparison.Ordinal)) return null;
        var lines = text[(start + Required.Length)..].Split('\n');
        var at = Array.FindIndex(lines, static line => line.StartsWith(Field, StringComparison.Ordinal)
            || !line.StartsWith("  ", StringComparison.Ordinal));
        if (at < 0 || !lines[at].StartsWith(Field, StringComparison.Ordinal)) return null;
        // Longer values go on in lines that are indented further.
        var end = at + 1;
        while (end < lines.Length && lines[end].StartsWith("   ", StringComparison.Ordinal)) end++;
        return end < lines.Length ? Read(string.Join('\n', lines[at..end])) : null;
    }

    static string? Read(string field)
    {
        try
        {
            var faults = new DocumentFaults("manifest", "");
            return new FieldReader(YamlReader.Read(Encoding.UTF8.GetBytes(field), DocumentLimits.Pointer, faults), "", faults)
                .OptionalText("s3_prefix");
        }
        catch (ShardyFusionException malformed) when (malformed.Kind == ErrorKind.ManifestParse)
        {
            return null;
        }
    }
}
