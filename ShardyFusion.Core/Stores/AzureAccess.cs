using ShardyFusion.Errors;

namespace ShardyFusion.Stores;

/// <summary>How to reach a container of Azure Blob Storage. Of no effect for other stores.</summary>
/// <remarks>
/// Immutable. What is left out comes from the environment: <c>AZURE_STORAGE_CONNECTION_STRING</c>, else <c>AZURE_STORAGE_ACCOUNT</c> with
/// <c>AZURE_STORAGE_KEY</c> or <c>AZURE_STORAGE_SAS_TOKEN</c>, else the default chain of Microsoft Entra ID (managed identity, workload
/// identity, a signed-in Azure CLI or Azure PowerShell). <see cref="ToString"/> never shows a key, a signature or a token.
/// </remarks>
public sealed record AzureAccess
{
    /// <summary>Name of the storage account; null when the prefix, the connection string or the environment names it.</summary>
    public string? AccountName { get; init; }

    /// <summary>Key of the account, Base64.</summary>
    public string? AccountKey { get; init; }

    /// <summary>Shared access signature, with or without a leading <c>?</c>.</summary>
    public string? SasToken { get; init; }

    /// <summary>A connection string, or <c>UseDevelopmentStorage=true</c> for the emulator; replaces all else.</summary>
    public string? ConnectionString { get; init; }

    /// <summary>Address of the blob service when it is not <c>https://&lt;account&gt;.blob.core.windows.net</c>: another cloud, a private
    /// endpoint, an emulator.</summary>
    public string? BlobEndpoint { get; init; }

    /// <summary>Tenant whose identities are asked; null for the default.</summary>
    public string? TenantId { get; init; }

    /// <summary>Client id of a user-assigned managed identity or a workload identity; null for the system-assigned one.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gives bearer tokens in the place of the default chain; asked again when a token is about to end.</summary>
    internal Func<CancellationToken, ValueTask<StoreToken>>? TokenSource { get; init; }

    /// <summary>Where requests go, as far as these settings say, for messages.</summary>
    internal string? ShownEndpoint => BlobEndpoint is not null ? SecretRedactor.Address(BlobEndpoint)
        : AccountName is null ? null : AzureEndpoints.OfAccount(AccountName);

    internal IEnumerable<string> Validate()
    {
        if (BlobEndpoint is not null && !(Uri.TryCreate(BlobEndpoint, UriKind.Absolute, out var endpoint) && endpoint.Scheme is "http"
            or "https" && endpoint.UserInfo.Length == 0 && endpoint.Query.Length == 0))
            yield return "BlobEndpoint must be an http:// or https:// address without user name and query.";
        if (ConnectionString is not null && (AccountName ?? AccountKey ?? SasToken ?? BlobEndpoint) is not null)
            yield return "ConnectionString says all about the account: leave out AccountName, AccountKey, SasToken and BlobEndpoint.";
        if (AccountKey is not null && SasToken is not null)
            yield return "Give either AccountKey or SasToken.";
        if (AccountName is not null && !AzureEndpoints.IsAccountName(AccountName))
            yield return "AccountName must be 3 to 24 lower-case letters and digits.";
        if (AccountKey is not null && !Convert.TryFromBase64String(AccountKey, new byte[AccountKey.Length], out _))
            yield return "AccountKey is not Base64; copy it again.";
        if (SasToken is not null && !SasToken.Contains("sig=", StringComparison.Ordinal))
            yield return "SasToken has no signature (sig=); copy it again.";
        if ((TenantId ?? ClientId) is not null && (AccountKey ?? SasToken ?? ConnectionString) is not null)
            yield return "TenantId and ClientId are for identities of Entra ID, not for keys, signatures and connection strings.";
    }

    /// <summary>Account, endpoint, tenant and client.</summary>
    public override string ToString() =>
        $"account={AccountName ?? "default"} endpoint={ShownEndpoint ?? "default"} tenant={TenantId ?? "default"} "
        + $"client={ClientId ?? "default"}";
}
