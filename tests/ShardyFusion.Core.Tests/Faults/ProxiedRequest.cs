using System.Security.Cryptography;
using System.Text;

namespace ShardyFusion.Core.Tests.Faults;

/// <summary>One HTTP request as it passed through <see cref="FaultProxy"/>.</summary>
public sealed class ProxiedRequest(string method, string target, List<KeyValuePair<string, string>> headers, byte[] body)
{
    public string Method => method;
    /// <summary>Path and query as sent.</summary>
    public string Target => target;
    public byte[] Body => body;

    /// <summary>Names of its headers.</summary>
    public IEnumerable<string> Names => headers.Select(static h => h.Key);

    public string? Header(string name) => headers.Find(h => h.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>A write of an object, whole or the completion of its parts.</summary>
    public bool IsWrite => (method == "PUT" && !IsPart) || IsCompletion;
    public bool IsPart => method == "PUT" && (Has("partNumber=") || Has("comp=block&"));
    public bool IsCompletion => (method == "POST" && Has("uploadId")) || (method == "PUT" && Has("comp=blocklist"));
    public bool IsRead => method == "GET" && !IsList;
    public bool IsList => Has("list-type") || Has("comp=list");

    bool Has(string word) => target.Contains(word, StringComparison.Ordinal);

    /// <summary>The bytes to send on, over a connection that ends with the answer.</summary>
    public byte[] ToBytes()
    {
        var head = new StringBuilder($"{method} {target} HTTP/1.1\r\n");
        foreach (var (name, value) in headers.Where(static h => !h.Key.Equals("Connection", StringComparison.OrdinalIgnoreCase)))
            head.Append(name).Append(": ").Append(value).Append("\r\n");
        head.Append("Connection: close\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. body];
    }

    /// <summary>Without its condition, signed anew: what a store that ignores conditions makes of it.</summary>
    public ProxiedRequest WithoutCondition(string secretKey)
    {
        string[] conditions = ["if-match", "if-none-match"];
        var kept = headers.Where(h => !conditions.Contains(h.Key, StringComparer.OrdinalIgnoreCase)).ToList();
        var authorization = Header("Authorization")!;
        var fields = authorization["AWS4-HMAC-SHA256 ".Length..].Split(',', StringSplitOptions.TrimEntries)
            .ToDictionary(static f => f.Split('=', 2)[0], static f => f.Split('=', 2)[1]);
        var signed = fields["SignedHeaders"].Split(';').Except(conditions, StringComparer.OrdinalIgnoreCase).ToList();
        var scope = fields["Credential"].Split('/', 2)[1];

        var split = target.Split('?', 2);
        var query = split.Length == 1 ? "" : string.Join('&',
            split[1].Split('&').Select(static p => p.Contains('=', StringComparison.Ordinal) ? p : p + "=").Order(StringComparer.Ordinal));
        var canonical = new StringBuilder().Append(method).Append('\n').Append(split[0]).Append('\n').Append(query).Append('\n');
        foreach (var name in signed)
            canonical.Append(name).Append(':').Append(Header(name)!.Trim()).Append('\n');
        canonical.Append('\n').AppendJoin(';', signed).Append('\n').Append(Header("x-amz-content-sha256"));
        var toSign =
            $"AWS4-HMAC-SHA256\n{Header("x-amz-date")}\n{scope}\n"
                + $"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (var part in scope.Split('/'))
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(toSign)));
        kept.RemoveAll(static h => h.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase));
        kept.Add(new("Authorization",
            $"AWS4-HMAC-SHA256 Credential={fields["Credential"]}, SignedHeaders={string.Join(';', signed)}, Signature={signature}"));
        return new ProxiedRequest(method, target, kept, body);
    }
}
