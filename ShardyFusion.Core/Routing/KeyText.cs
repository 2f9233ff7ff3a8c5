using System.Globalization;
using System.Net;

namespace ShardyFusion.Routing;

/// <summary>The text of keys that are no text but have exactly one, whatever the culture.</summary>
static class KeyText
{
    /// <summary>The text; null for what has none or several.</summary>
    public static string? Of(object? key) => key switch
    {
        Guid id => id.ToString("D"),
        IPAddress address => address.ToString(),
        IPNetwork network => network.ToString(),
        Uri uri => uri.OriginalString,
        Version version => version.ToString(),
        DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", CultureInfo.InvariantCulture),
        DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        TimeOnly time => time.ToString("HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture),
        TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
        Enum name => name.ToString(),
        _ => null,
    };
}
