using System.Text;

namespace ShardyFusion.Postgres;

/// <summary>Reads <c>host=localhost dbname='my database'</c>: blanks between settings, quotes around values, backslashes before quotes and
/// backslashes.</summary>
static class KeywordSettings
{
    /// <summary>The settings by the names that libpq has for them.</summary>
    public static Dictionary<string, string> Read(string text)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = Blanks(text, 0); at < text.Length; at = Blanks(text, at))
        {
            var equals = text.IndexOf('=', at);
            var name = equals < 0 ? "" : text[at..equals].Trim();
            if (name.Length == 0 || name.Any(static character => !char.IsAsciiLetterLower(character) && character != '_'))
                throw ServerAddress.Fault("a setting is not of the form name=value");
            at = Blanks(text, equals + 1);
            settings[name] = Value(text, ref at);
        }
        return settings.Count > 0 ? settings : throw ServerAddress.Fault("it is empty");
    }

    static string Value(string text, ref int at)
    {
        var value = new StringBuilder();
        var isQuoted = at < text.Length && text[at] == '\'';
        if (isQuoted) at++;
        for (; at < text.Length; at++)
        {
            if (isQuoted ? text[at] == '\'' : char.IsWhiteSpace(text[at])) break;
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at]);
        }
        if (isQuoted && at++ >= text.Length) throw ServerAddress.Fault("a quote is not closed");
        return value.ToString();
    }

    static int Blanks(string text, int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at;
    }
}
