using System.Globalization;
using System.Text;

namespace ShardyFusion.Stores.Files;

/// <summary>Object keys as relative paths, the same on every platform, so that a tree can move between file systems.</summary>
/// <remarks>
/// Percent-encoded: <c>: &lt; &gt; " | ? * \ %</c> and control characters; a trailing dot or space of a segment and the first letter of a
/// Windows device name (Windows drops or redirects those); the dot of a first segment that would name one of the store's own folders.
/// Names on a case-insensitive file system still collide when they differ in case only.
/// </remarks>
static class FileKeyEscaping
{
    /// <summary>Folder below the root for files being written.</summary>
    public const string TempFolder = ".tmp";
    /// <summary>Folder below the root for lock files.</summary>
    public const string LockFolder = ".locks";

    const string Forbidden = ":<>\"|?*\\%";

    /// <summary>The path below the root, with <c>/</c> between segments.</summary>
    /// <param name="key">A key that passed <see cref="StoreKeys.Validate"/>.</param>
    public static string ToRelativePath(string key)
    {
        var path = new StringBuilder(key.Length + 16);
        foreach (var range in key.AsSpan().Split('/'))
        {
            var isFirst = path.Length == 0;
            if (!isFirst)
                path.Append('/');
            AppendSegment(path, key.AsSpan(range), isFirst);
        }
        return path.ToString();
    }

    static void AppendSegment(StringBuilder path, ReadOnlySpan<char> segment, bool isFirst)
    {
        var escapeStart = IsDeviceName(segment)
            || (isFirst && (segment.Equals(TempFolder, StringComparison.OrdinalIgnoreCase)
            || segment.Equals(LockFolder, StringComparison.OrdinalIgnoreCase)));
        for (var i = 0; i < segment.Length; i++)
        {
            var c = segment[i];
            if (c < ' ' || c == 0x7F || Forbidden.Contains(c, StringComparison.Ordinal)
                || (i == 0 && escapeStart) || (i == segment.Length - 1 && c is '.' or ' '))
                path.Append('%').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
            else
                path.Append(c);
        }
    }

    /// <summary>The segment of a key that a file or folder name stands for.</summary>
    /// <param name="name">One name, without separators.</param>
    /// <param name="isFirst">True directly below the root.</param>
    /// <returns>Null when no key has this name: the store's own folders, and names something else wrote.</returns>
    public static string? ToSegment(string name, bool isFirst)
    {
        if (!name.Contains('%', StringComparison.Ordinal))
            return RoundTrips(name, name, isFirst) ? name : null;
        var segment = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] != '%')
            {
                segment.Append(name[i]);
                continue;
            }
            if (i + 2 >= name.Length || !byte.TryParse(name.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out var code))
                return null;
            segment.Append((char)code);
            i += 2;
        }
        var decoded = segment.ToString();
        return RoundTrips(decoded, name, isFirst) ? decoded : null;
    }

    static bool RoundTrips(string segment, string name, bool isFirst)
    {
        if (segment is "" or "." or ".." || segment.Contains('/', StringComparison.Ordinal))
            return false;
        var again = new StringBuilder(name.Length);
        AppendSegment(again, segment, isFirst);
        return again.Equals(name);
    }

    // Names that Windows opens as a device whatever follows the first dot; the superscript digits count as digits there.
    static bool IsDeviceName(ReadOnlySpan<char> segment)
    {
        var dot = segment.IndexOf('.');
        var stem = (dot < 0 ? segment : segment[..dot]).TrimEnd(' ');
        if (stem.Length is < 3 or > 7)
            return false;
        if (stem.Length == 4)
        {
            var kind = stem[..3];
            return (kind.Equals("COM", StringComparison.OrdinalIgnoreCase) || kind.Equals("LPT", StringComparison.OrdinalIgnoreCase))
                && (char.IsAsciiDigit(stem[3]) || stem[3] is '\u00B9' or '\u00B2' or '\u00B3');
        }
        return stem.Equals("CON", StringComparison.OrdinalIgnoreCase) || stem.Equals("PRN", StringComparison.OrdinalIgnoreCase)
            || stem.Equals("AUX", StringComparison.OrdinalIgnoreCase) || stem.Equals("NUL", StringComparison.OrdinalIgnoreCase)
            || stem.Equals("CONIN$", StringComparison.OrdinalIgnoreCase) || stem.Equals("CONOUT$", StringComparison.OrdinalIgnoreCase);
    }
}
