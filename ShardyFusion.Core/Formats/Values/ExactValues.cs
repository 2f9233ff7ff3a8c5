using System.Collections;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ShardyFusion.Formats.Values;

/// <summary>The .NET values that have an exact text or JSON form, whatever the culture; nothing else is stored. Stateless.</summary>
static class ExactValues
{
    internal const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", OffsetTimeFormat = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz";
    internal const string DateFormat = "yyyy-MM-dd", ClockFormat = "HH:mm:ss.FFFFFFF";

    /// <summary>True for a value that is stored as it is and need not be taken apart.</summary>
    public static bool IsLeaf(object? value) =>
        value is null or DBNull or byte[] or ReadOnlyMemory<byte> or Memory<byte> or RowFields or JsonElement or JsonDocument or JsonNode
            || TextOf(value, isProbe: true) is not null;

    /// <summary>True for arrays and for the lists, sets and queues of System.Collections: what holds items and nothing else.</summary>
    public static bool IsList(object? value) => value switch
    {
        Array array => array.Rank == 1,
        IList => true,
        IEnumerable and not IDictionary => value.GetType().Namespace?.StartsWith("System.Collections", StringComparison.Ordinal) == true,
        _ => false,
    };

    /// <summary>The invariant text of text, numbers, Booleans, times, enumerations, identifiers and addresses.</summary>
    /// <returns>Null for anything else.</returns>
    public static string? TextOf(object? value) => TextOf(value, isProbe: false);

    /// <summary>How to make something of a value that has no exact form.</summary>
    public static string Conversion(object? value) => value switch
    {
        System.Xml.XmlNode => "Store its OuterXml.",
        FileSystemInfo or Type => "Store its FullName.",
        CultureInfo => "Store its Name.",
        System.Security.SecureString => "A secret belongs in a vault, not in a snapshot; leave it out.",
        System.Data.DataTable => "Store its rows as objects, or give it as the input itself.",
        Stream => "Read its bytes or its text first.",
        Array => "Make it an array of arrays.",
        nint or nuint => "Convert it to a number with ToInt64().",
        IEnumerable => "Make it an array or a dictionary first.",
        _ => "Make it text or an object of plain properties first: [string], ToString() or Select-Object with the properties that count.",
    };

    /// <param name="value">The value.</param>
    /// <param name="isProbe">True when any text will do, so that none need be made.</param>
    static string? TextOf(object? value, bool isProbe)
    {
        const string Some = "";
        switch (value)
        {
            case string text: return text;
            case bool flag: return flag ? "true" : "false";
            case int or long or double or decimal or float or byte or sbyte or short or ushort or uint or ulong or Half or Int128 or UInt128
                or BigInteger
                or Guid or Enum or IPAddress:
                return isProbe ? Some : value is IFormattable plain ? plain.ToString(null, CultureInfo.InvariantCulture) : value.ToString();
            case DateTime time: return isProbe ? Some : time.ToString(TimeFormat, CultureInfo.InvariantCulture);
            case DateTimeOffset time: return isProbe ? Some : time.ToString(OffsetTimeFormat, CultureInfo.InvariantCulture);
            case DateOnly date: return isProbe ? Some : date.ToString(DateFormat, CultureInfo.InvariantCulture);
            case TimeOnly time: return isProbe ? Some : time.ToString(ClockFormat, CultureInfo.InvariantCulture);
            case TimeSpan span: return isProbe ? Some : span.ToString("c", CultureInfo.InvariantCulture);
            case char character: return isProbe ? Some : character.ToString();
            case Uri uri: return uri.OriginalString;
            case Version version: return isProbe ? Some : version.ToString();
            default: return null;
        }
    }
}
