using System.Globalization;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>Refusals that all stores word alike.</summary>
static class StoreFaults
{
    public static ShardyFusionException TooLarge(string where, long sizeBytes, long maxBytes) => new(ErrorKind.ManifestParse,
        string.Create(CultureInfo.InvariantCulture,
        $"The object '{where}' has {sizeBytes:N0} bytes; at most {maxBytes:N0} are expected there."))
    { Target = where };

    public static void RequireSlashOrNull(string? delimiter)
    {
        if (delimiter is not null and not "/")
            throw new ArgumentException("Only '/' can be a delimiter.", nameof(delimiter));
    }
}
