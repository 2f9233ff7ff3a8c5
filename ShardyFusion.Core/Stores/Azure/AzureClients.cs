using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage;
using Azure.Storage.Blobs;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.Azure;

/// <summary>Makes the SDK's client of a container from a prefix and a connection, with everything switched off that
/// <see cref="StoreRequests{TClient}"/> does itself.</summary>
static class AzureClients
{
    // One that an account and its emulator speak; a newer one brings nothing that is used here.
    const BlobClientOptions.ServiceVersion Version = BlobClientOptions.ServiceVersion.V2026_06_06;

    /// <summary>A client, where its requests go, and a description of that and of where the credentials come from that holds no
    /// secret.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: no account is named, or two.</exception>
    public static (BlobContainerClient Client, Uri Endpoint, string Description) Create(SnapshotPrefix prefix, AzureAccess given,
        HttpClient http)
    {
        var options = Options(http);
        if (ConnectionString(given, prefix) is { } text) return FromConnectionString(text, prefix, options);
        var endpoint = EndpointOf(prefix, given);
        var container = new Uri($"{endpoint.AbsoluteUri.TrimEnd('/')}/{prefix.Bucket}");
        var owner = AzureEndpoints.AccountOf(endpoint);
        var account = owner ?? given.AccountName ?? Variable("AZURE_STORAGE_ACCOUNT") ?? EmulatedAccount(endpoint);
        if (owner is not null && given.AccountName is { } other && owner != other)
            throw Invalid($"The prefix is of the storage account '{owner}', the connection of '{other}'.", "Name one account.");
        var (client, source) = Credentials(given, account) switch
        {
            (StorageSharedKeyCredential key, var from) => (new BlobContainerClient(container, key, options), from),
            (AzureSasCredential signature, var from) => (new BlobContainerClient(container, signature, options), from),
            (TokenCredential identity, var from) => (new BlobContainerClient(container, identity, options), from),
            var (_, from) => throw new InvalidOperationException(from),
        };
        return (client, endpoint, Describe(endpoint, source));
    }

    static string Describe(Uri endpoint, string source) => $"endpoint {SecretRedactor.Address(endpoint.AbsoluteUri)}, credentials "
        + $"from {source}";

    static BlobClientOptions Options(HttpClient http) => new(Version)
    {
        Transport = new HttpClientTransport(http),
        Retry = { MaxRetries = 0, NetworkTimeout = Timeout.InfiniteTimeSpan },
        Diagnostics = { IsLoggingEnabled = false, IsDistributedTracingEnabled = false, IsTelemetryEnabled = false },
    };

    static (string Value, string Source)? ConnectionString(AzureAccess given, SnapshotPrefix prefix) =>
        given.ConnectionString is { } own ? (own, "the given connection string")
        : given is { AccountKey: null, SasToken: null, TokenSource: null, AccountName: null, BlobEndpoint: null }
            && prefix.BlobEndpoint is null
            && Variable("AZURE_STORAGE_CONNECTION_STRING") is { } variable ? (variable, "AZURE_STORAGE_CONNECTION_STRING") : null;

    static (BlobContainerClient Client, Uri Endpoint, string Description) FromConnectionString((string Value, string Source) text,
        SnapshotPrefix prefix, BlobClientOptions options)
    {
        var source = text.Source;
        try
        {
            var service = new BlobServiceClient(text.Value, options);
            var endpoint = new UriBuilder(service.Uri) { Query = "" }.Uri;
            if (prefix.BlobEndpoint is { } named && new Uri(named).Authority != endpoint.Authority)
                throw Invalid($"The prefix is of {named}, the connection string of {endpoint.GetLeftPart(UriPartial.Authority)}.",
                    "Name one account.");
            return (service.GetBlobContainerClient(prefix.Bucket), endpoint, Describe(endpoint, source));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // Without its cause: the SDK's words may repeat the text.
            throw Invalid($"The connection string from {source} is not one of Azure Storage.",
                "Copy it again, whole; it begins with DefaultEndpointsProtocol= or BlobEndpoint=, or is UseDevelopmentStorage=true.");
        }
    }

    static Uri EndpointOf(SnapshotPrefix prefix, AzureAccess given)
    {
        if (prefix.BlobEndpoint is { } named)
            return given.BlobEndpoint is null || new Uri(given.BlobEndpoint).Authority == new Uri(named).Authority ? new Uri(named)
                : throw Invalid($"The prefix is of {named}, the connection of {SecretRedactor.Address(given.BlobEndpoint)}.",
                    "Name one endpoint.");
        return given.BlobEndpoint is { } endpoint ? new Uri(endpoint)
            : (given.AccountName ?? Variable("AZURE_STORAGE_ACCOUNT")) is { } account ? new Uri(AzureEndpoints.OfAccount(account))
            : throw Invalid($"No storage account is named for the container '{prefix.Bucket}'.",
                "Write the prefix as https://account.blob.core.windows.net/container/path, or give an account name or a connection "
                    + "string, or set AZURE_STORAGE_ACCOUNT.");
    }

    // An emulator has the account in the path.
    static string? EmulatedAccount(Uri endpoint) => endpoint.AbsolutePath.Trim('/') is { Length: > 0 } path && !path.Contains('/',
        StringComparison.Ordinal)
        ? path : null;

    static (object Credential, string Source) Credentials(AzureAccess given, string? account)
    {
        if (given.TokenSource is { } source) return (new GivenTokenCredential(source), "the given token source");
        if (given.AccountKey is { } key) return (SharedKey(account, key), $"the given key of account {account}");
        if (given.SasToken is { } sas) return (new AzureSasCredential(sas), "the given shared access signature");
        if ((given.TenantId ?? given.ClientId) is null && (given.AccountName is null
            || given.AccountName == Variable("AZURE_STORAGE_ACCOUNT")))
        {
            if (Variable("AZURE_STORAGE_KEY") is { } variable) return (SharedKey(account, variable),
                $"AZURE_STORAGE_KEY of account {account}");
            if (Variable("AZURE_STORAGE_SAS_TOKEN") is { } signature) return (new AzureSasCredential(signature), "AZURE_STORAGE_SAS_TOKEN");
        }
        return (Identity(given), "the default chain of Entra ID" + (given.ClientId is null ? "" : $", client {given.ClientId}"));
    }

    static StorageSharedKeyCredential SharedKey(string? account, string key)
    {
        if (account is null) throw Invalid("There is a key, but no storage account is named.", "Give the account's name with its key.");
        return Convert.TryFromBase64String(key, new byte[key.Length], out _) ? new StorageSharedKeyCredential(account, key)
            : throw Invalid($"The key of the storage account '{account}' is not Base64.", "Copy it again, whole.");
    }

    static DefaultAzureCredential Identity(AzureAccess given) => new(new DefaultAzureCredentialOptions
    {
        TenantId = given.TenantId,
        ManagedIdentityClientId = given.ClientId,
        WorkloadIdentityClientId = given.ClientId ?? Variable("AZURE_CLIENT_ID"),
        ExcludeInteractiveBrowserCredential = true,
    });

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    static ShardyFusionException Invalid(string message, string advice) => new(ErrorKind.ConfigValidation, message)
    {
        RecommendedAction = advice,
    };
}
