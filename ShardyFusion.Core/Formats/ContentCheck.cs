using System.Security.Cryptography;
using System.Text;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Formats;

/// <summary>The checksum that a document of ours carries about itself, <c>content_check: sha256:&lt;64 hex digits&gt;</c>.</summary>
/// <remarks>
/// It covers every byte: SHA-256 of the document with its own 64 digits taken as zeros. It stands in one place, so that a damaged name or
/// value does not make a document look as if it never had one. Documents of shardyfusion, and of earlier versions, have none. Stateless;
/// safe for concurrent callers.
/// </remarks>
/// <param name="parent">The bytes that come right before the field: a line end at the root of a YAML document, which may also begin with
/// it.</param>
/// <param name="field">The field's bytes up to the digits.</param>
sealed class ContentCheck(string parent, string field)
{
    /// <summary>Name of the field.</summary>
    public const string FieldName = "content_check";

    const string Algorithm = "sha256:";
    const int Digits = 64;

    /// <summary>The field's value before a document is sealed.</summary>
    public static readonly string Unset = Algorithm + new string('0', Digits);

    /// <summary>The one line that may come before the field in a run record.</summary>
    static ReadOnlySpan<byte> NumberBefore => "bytes: "u8;

    static readonly byte[] Zeros = Encoding.ASCII.GetBytes(new string('0', Digits));
    static readonly byte[][] Traces = [.. new[] { FieldName, $" {Algorithm}", $"\"{Algorithm}" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>In a manifest it is the first field of <c>required</c>.</summary>
    public static ContentCheck OfManifest { get; } = new("\nrequired:\n  ", $"{FieldName}: {Algorithm}");

    /// <summary>In a run record it is a field of the root.</summary>
    public static ContentCheck OfRunRecord { get; } = new("\n", $"{FieldName}: {Algorithm}");

    /// <summary>In compact JSON it is the first field.</summary>
    public static ContentCheck OfJson { get; } = new("{", $"\"{FieldName}\":\"{Algorithm}");

    /// <summary>In JSON for people, too.</summary>
    public static ContentCheck OfIndentedJson { get; } = new("{\n  ", $"\"{FieldName}\": \"{Algorithm}");

    readonly byte[] lead = Encoding.ASCII.GetBytes(parent + field);
    readonly byte[] parentLines = Encoding.ASCII.GetBytes(parent.TrimEnd(' '));
    readonly bool isJson = parent[0] == '{', isAtRoot = parent == "\n";

    /// <summary>Puts the field, still unset, into compact or indented JSON.</summary>
    public byte[] AddTo(ReadOnlySpan<byte> json) => [.. lead, .. Zeros, (byte)'"', (byte)',', .. json[1..]];

    /// <summary>Sets the digits of a document that has the field.</summary>
    /// <returns>The document.</returns>
    public byte[] Seal(byte[] document)
    {
        var at = Find(document);
        Encoding.ASCII.GetBytes(Hash(document, at), document.AsSpan(at, Digits));
        return document;
    }

    /// <summary>Checks a document.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="faults">Makes the error.</param>
    /// <param name="check">What identifies the content: the field's value, or the SHA-256 of a document without the field, in the same
    /// form.</param>
    /// <returns>True when the document has the field, so that every byte is as it was written; false when it never had.</returns>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.ManifestParse"/>: it was changed or cut since it was
    /// written.</exception>
    public bool Verify(ReadOnlySpan<byte> content, DocumentFaults faults, out string check)
    {
        var at = Find(content);
        var hash = Hash(content, at);
        check = Algorithm + hash;
        if (at >= 0 && content.Length - at >= Digits && content.Slice(at, Digits).SequenceEqual(Encoding.ASCII.GetBytes(hash)))
            return true;
        if (at < 0 && !HasTraces(content))
            return false;
        throw faults.At(FieldName, "it was changed or cut after it was written: its checksum does not fit its content");
    }

    /// <summary>Where the digits begin; -1 when the field is not in its place.</summary>
    int Find(ReadOnlySpan<byte> content)
    {
        if (isJson)
            return content.StartsWith(lead) ? lead.Length : -1;
        if (isAtRoot && content.StartsWith(lead.AsSpan(1)))
            return lead.Length - 1;
        var at = content.IndexOf(lead);
        return at < 0 ? -1 : at + lead.Length;
    }

    /// <summary>True when what stands in the field's place may have been the field: where one byte was changed, its name or the start of
    /// its value is intact.</summary>
    bool HasTraces(ReadOnlySpan<byte> content)
    {
        var start = isJson || isAtRoot ? 0 : content.IndexOf(parentLines);
        if (start < 0)
            return false;
        if (isAtRoot && content.StartsWith(NumberBefore))
            start = content.IndexOf((byte)'\n') + 1;
        var place = content[start..];
        place = place[..Math.Min(place.Length, lead.Length + Digits)];
        if (isAtRoot && place.IndexOf((byte)'\n') is var end and >= 0)
            place = place[..end];
        foreach (var trace in Traces)
            if (place.IndexOf(trace) >= 0) return true;
        return false;
    }

    static string Hash(ReadOnlySpan<byte> content, int digitsAt)
    {
        if (digitsAt < 0 || content.Length - digitsAt < Digits)
            return Convert.ToHexStringLower(SHA256.HashData(content));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(content[..digitsAt]);
        hash.AppendData(Zeros);
        hash.AppendData(content[(digitsAt + Digits)..]);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
