namespace ShardyFusion.Routing.Cel;

/// <summary>What a token is.</summary>
enum CelTokenKind
{
    /// <summary>The end of the text.</summary>
    End,
    /// <summary>An operator, a bracket, a comma or colon, or the word <c>in</c>.</summary>
    Mark,
    /// <summary>A name.</summary>
    Name,
    /// <summary>Digits, or <c>0x</c> and hexadecimal ones.</summary>
    Int,
    /// <summary>The same with a <c>u</c> behind.</summary>
    UInt,
    /// <summary>A number with a dot or an exponent.</summary>
    Double,
    /// <summary>A text literal, with its quotes and prefix.</summary>
    String,
    /// <summary>A bytes literal, with its quotes and prefixes.</summary>
    Bytes,
    /// <summary>The words <c>true</c> and <c>false</c>.</summary>
    Truth,
    /// <summary>The word <c>null</c>.</summary>
    Null,
}

/// <summary>The smallest part of an expression's text that means something.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Start">Where it begins, in UTF-16 units.</param>
/// <param name="Length">Its length, in UTF-16 units.</param>
/// <param name="At">Where it begins, for people.</param>
readonly record struct CelToken(CelTokenKind Kind, int Start, int Length, CelPosition At);
