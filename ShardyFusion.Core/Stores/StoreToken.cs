namespace ShardyFusion.Stores;

/// <summary>A bearer token.</summary>
/// <param name="Value">The token, a secret.</param>
/// <param name="ExpiresOn">When it is no longer taken.</param>
readonly record struct StoreToken(string Value, DateTimeOffset ExpiresOn)
{
    /// <summary>When it ends.</summary>
    public override string ToString() => FormattableString.Invariant($"a token until {ExpiresOn:O}");
}
