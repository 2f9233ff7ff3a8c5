namespace ShardyFusion.Routing.Cel;

/// <summary>Says what is wrong where text is no CEL, and what was probably meant.</summary>
static class CelSyntaxAdvice
{
    /// <summary>About characters that begin no token.</summary>
    public static string ForCharacters(string rest) => rest switch
    {
        ['"' or '\'', ..] => "a text literal is not closed on its line, or holds an escape that does not exist; write \\\\ for a backslash",
        ['=', ..] => "'=' is no operator; write == to compare",
        ['&', ..] => "'&' is no operator; write && for and",
        ['|', ..] => "'|' is no operator; write || for or",
        ['`', ..] => "names are not quoted",
        ['#', ..] => "'#' begins no comment; a comment begins with //",
        [';', ..] => "it is one expression without ';'",
        _ => $"{KeyFaults.Quote(rest)} is not part of CEL; names are ASCII letters, digits and '_'",
    };

    /// <summary>About a token where another must stand.</summary>
    public static string ForToken(string token) => $"{KeyFaults.Quote(token)} cannot stand here" + token switch
    {
        "and" => "; write && for and",
        "or" => "; write || for or",
        "not" => "; write ! for not",
        "?" => "; a condition inside a condition's first part needs parentheses",
        "in" => "; 'in' needs a value on its left",
        "*" or "/" or ">" or "<" => "; an operator misses its left side",
        _ => "",
    };
}
