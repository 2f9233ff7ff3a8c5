using Azure.Core;

namespace ShardyFusion.Stores.Azure;

/// <summary>Bearer tokens that somebody else gets.</summary>
sealed class GivenTokenCredential(Func<CancellationToken, ValueTask<StoreToken>> source) : TokenCredential
{
    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        throw new NotSupportedException("Tokens are asked for asynchronously.");

    public override async ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        var token = await source(cancellationToken).ConfigureAwait(false);
        return new AccessToken(token.Value, token.ExpiresOn);
    }
}
