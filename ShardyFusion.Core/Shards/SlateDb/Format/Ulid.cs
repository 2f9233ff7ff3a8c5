namespace ShardyFusion.Shards.SlateDb.Format;

/// <summary>Names of tables: 128 bits as 26 characters of Crockford's base 32.</summary>
static class Ulid
{
    /// <summary>Characters of a name.</summary>
    public const int Length = 26;

    const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>The name of an id.</summary>
    public static string ToText((ulong High, ulong Low) id) => string.Create(Length, new UInt128(id.High, id.Low), static (text, bits) =>
    {
        for (var i = text.Length - 1; i >= 0; i--, bits >>= 5)
            text[i] = Digits[(int)(bits & 31)];
    });
}
