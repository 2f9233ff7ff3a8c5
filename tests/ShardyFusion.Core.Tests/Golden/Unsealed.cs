using System.Text;
using System.Text.RegularExpressions;

namespace ShardyFusion.Core.Tests.Golden;

/// <summary>Documents of ours without the checksum that they carry, as earlier versions wrote them.</summary>
static partial class Unsealed
{
    public static byte[] Of(ReadOnlySpan<byte> document) => Encoding.ASCII.GetBytes(TextOf(document));

    /// <summary>The document's text; fails unless there was exactly one checksum.</summary>
    public static string TextOf(ReadOnlySpan<byte> document)
    {
        var text = Encoding.ASCII.GetString(document);
        Assert.Single(Check().Matches(text));
        return Check().Replace(text, "");
    }

    [GeneratedRegex("""(?m)^ *content_check: sha256:[0-9a-f]{64}\n|(?:\n  )?"content_check": ?"sha256:[0-9a-f]{64}",""")]
    private static partial Regex Check();
}
