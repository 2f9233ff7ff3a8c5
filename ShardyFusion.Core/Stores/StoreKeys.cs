using System.Text;
using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>What every store accepts as a key, and the order every store lists keys in.</summary>
static class StoreKeys
{
    /// <summary>The limit of S3, in UTF-8 bytes, prefix included; held on a disk too so that a tree can move.</summary>
    public const int MaxKeyBytes = 1024;

    static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Refuses a key that some store could not hold or would hold under another name.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> naming the key and the fault.</exception>
    public static void Validate(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (Fault(key) is { } fault)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, $"The object key '{key}' {fault}.") { Target = key };
    }

    /// <summary>True for what <see cref="Validate"/> accepts.</summary>
    public static bool IsValid(string key) => Fault(key) is null;

    static string? Fault(string key)
    {
        if (key.Length == 0)
            return "is empty";
        foreach (var segment in key.AsSpan().Split('/'))
        {
            switch (key.AsSpan(segment))
            {
                case "": return "starts or ends with '/', or holds '//'";
                // HTTP clients and file systems both resolve dot segments, so such a key would name another object.
                case "." or "..": return "holds a '.' or '..' segment";
            }
        }
        if (key.Contains('\0', StringComparison.Ordinal))
            return "holds a NUL character";
        try
        {
            return StrictUtf8.GetByteCount(key) > MaxKeyBytes ? $"is longer than {MaxKeyBytes} bytes" : null;
        }
        catch (EncoderFallbackException)
        {
            return "holds half of a surrogate pair";
        }
    }

    /// <summary>Compares in the order of the UTF-8 bytes, which is S3's listing order.</summary>
    /// <remarks>It differs from UTF-16 order only where a surrogate meets U+E000..U+FFFF: UTF-16 puts the surrogate first, UTF-8
    /// last.</remarks>
    public static int CompareUtf8(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length)
            return left.Length.CompareTo(right.Length);
        char a = left[common], b = right[common];
        if (char.IsSurrogate(a) != char.IsSurrogate(b))
            return char.IsSurrogate(a) ? 1 : -1;
        return a.CompareTo(b);
    }

    /// <summary><see cref="CompareUtf8"/> as a comparer.</summary>
    public static IComparer<string> Utf8Order { get; } = Comparer<string>.Create(CompareUtf8);
}
