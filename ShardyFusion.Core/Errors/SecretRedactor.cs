using System.Buffers;
using System.Text.RegularExpressions;

namespace ShardyFusion.Errors;

/// <summary>Takes credentials out of text before it reaches a message, a log, a record or a progress line.</summary>
/// <remarks>Stateless; safe for concurrent callers. Works on shapes, not on known values: it would rather hide too much.</remarks>
static partial class SecretRedactor
{
    /// <summary>Longest error message in a run record, in characters.</summary>
    public const int MaxRecordLength = 300;

    const string Mask = "***";

    /// <summary>What every pattern below has something of.</summary>
    static readonly SearchTexts Signs = SearchValues.Create(
    [
        "://", "secret", "token", "key", "password", "passwd", "passphrase", "pwd", "signature", "sig", "credential", "x-amz", "bearer",
            "basic", "digest", "negotiate",
        "AKIA", "ASIA", "AROA", "AIDA", "AGPA", "ANPA", "ANVA", "ABIA", "ACCA", "eyJ", "-----BEGIN",
    ], StringComparison.OrdinalIgnoreCase);

    /// <summary>Replaces every credential-like part of <paramref name="text"/> by <c>***</c>.</summary>
    /// <returns>The text without secrets; empty for null.</returns>
    public static string Redact(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        // Most text has none of them, and is looked at once instead of by every pattern.
        if (!text.AsSpan().ContainsAny(Signs))
            return text;
        text = PemBlock().Replace(text, Mask);
        text = UserInfo().Replace(text, "${scheme}" + Mask + "@");
        text = Webhook().Replace(text, "${address}" + Mask);
        text = AuthorizationScheme().Replace(text, "${scheme} " + Mask);
        text = AwsAuthorization().Replace(text, "${name}=" + Mask);
        text = NamedValue().Replace(text, "${name}${assign}" + Mask);
        text = AccessKeyId().Replace(text, Mask);
        return JsonWebToken().Replace(text, Mask);
    }

    /// <summary>True when <see cref="Redact"/> would hide something of it.</summary>
    public static bool HidesIn(string? text) => !string.IsNullOrEmpty(text) && Redact(text) != text;

    /// <summary>An address to be shown: no user, no password, and of its query the names only.</summary>
    public static string Address(string? address)
    {
        var shown = Redact(address);
        var query = shown.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? shown : shown[..query] + "?"
            + string.Join('&', shown[(query + 1)..].Split('&').Select(part => part.Split('=')[0] + "=" + Mask));
    }

    /// <summary>Fields that are stored or shown: text at every depth without secrets, and nothing of a field that is named like
    /// one.</summary>
    public static IReadOnlyDictionary<string, object?> Fields(IReadOnlyDictionary<string, object?> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        return fields.ToDictionary(field => field.Key, field => field.Value is string && HidesIn($"{field.Key}=x") ? Mask
            : Field(field.Value), StringComparer.Ordinal);
    }

    static object? Field(object? value) => value switch
    {
        string text => Redact(text),
        IReadOnlyDictionary<string, object?> map => Fields(map),
        byte[] => value,
        System.Collections.IList items => items.Cast<object?>().Select(Field).ToList(),
        _ => value,
    };

    /// <summary>As <see cref="Redact"/>, then cut to <see cref="MaxRecordLength"/> characters, the last of them <c>…</c> when something is
    /// missing.</summary>
    public static string ForRecord(string? text)
    {
        // Redacted before the cut: half a secret would no longer look like one.
        var redacted = Redact(text);
        if (redacted.Length <= MaxRecordLength)
            return redacted;
        var end = MaxRecordLength - 1;
        if (char.IsHighSurrogate(redacted[end - 1]))
            end--;
        return redacted[..end] + "…";
    }

    // No pattern may take more than linear time, whatever the text: bounded prefixes, and starts that cannot overlap.
    const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture;

    [GeneratedRegex(@"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(-----END [A-Z ]{0,40}PRIVATE KEY-----|\z)",
        Options | RegexOptions.Singleline)]
    private static partial Regex PemBlock();

    // scheme://user:password@host and scheme://token@host
    [GeneratedRegex(@"(?<scheme>\b[a-z][a-z0-9+.-]{0,30}://)[^\s/?#'""]*@", Options)]
    private static partial Regex UserInfo();

    // Addresses whose path is the secret.
    [GeneratedRegex(
        @"(?<address>https?://(hooks\.slack\.com/(services|workflows|triggers)|([a-z]{1,10}\.)?discord(app)?\.com/api/webhooks"
            + @"|[a-z0-9-]{1,63}\.webhook\.office\.com/webhookb2|api\.telegram\.org|chat\.googleapis\.com/v1/spaces)/)[^\s'""]+",
        Options)]
    private static partial Regex Webhook();

    // A token, not the next word of a sentence: it has a digit, a sign, or letters of both kinds in it.
    [GeneratedRegex(
        @"\b(?<scheme>Bearer|Basic|Digest|Negotiate|SharedKey(Lite)?)\s+([a-z0-9]{3,24}:)?"
            + @"(?=[^\s]{0,200}?(?-i:[0-9=+/_]|[a-z][A-Z]|[A-Za-z]\.[A-Za-z]))[A-Za-z0-9+/=._~-]{6,}",
        Options)]
    private static partial Regex AuthorizationScheme();

    // The parts of an AWS Signature 4 header.
    [GeneratedRegex(@"\b(?<name>Credential|Signature)=[^\s,&;'""]+", Options)]
    private static partial Regex AwsAuthorization();

    // name=value, name: value, "name":"value", --name value, and signed query parameters. The value ends at a blank, a quote or a
    // separator; a quoted value ends at its quote.
    [GeneratedRegex(
        @"(?<name>(secret[_-]?access[_-]?key|access[_-]?key([_-]?id)?|secret[_-]?key|session[_-]?token|security[_-]?token"
            + "|x-amz-(signature|credential|security-token)|client[_-]?secret|account[_-]?key|api[_-]?key|shared[_-]?access[_-]?signature"
            + "|access[_-]?token|auth[_-]?token|refresh[_-]?token|password|passwd|passphrase|pwd|secret)"
            + "|(?<=[?&])(sig|signature|token|awsaccesskeyid))"
            + @"(?<assign>[""']?(\s*[=:]\s*|(?<=--[\w-]{1,40})\s+|%3D))(""[^""]*""?|'[^']*'?|[^\s,;&""'\]\}]+)",
        Options)]
    private static partial Regex NamedValue();

    // AWS access key ids, by their documented four-letter prefixes.
    [GeneratedRegex(@"\b(AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{12,}\b",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex AccessKeyId();

    [GeneratedRegex(@"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*", RegexOptions.CultureInvariant)]
    private static partial Regex JsonWebToken();
}
