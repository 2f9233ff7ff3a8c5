namespace ShardyFusion.Stores;

/// <summary>What the faces let a user say about any store alike: an endpoint, and a name with a secret.</summary>
/// <param name="EndpointUrl">Endpoint of the store; null for the default.</param>
/// <param name="Name">Access key id, or storage account; null when none is given.</param>
/// <param name="Secret">Secret of the access key; key of the account or a shared access signature for it.</param>
readonly record struct GivenAccess(string? EndpointUrl, string? Name, string? Secret)
{
    /// <summary>A connection with this said of the kind of store that a prefix names; a name takes the place of whatever else says who is
    /// asking.</summary>
    public StoreConnection ApplyTo(StoreConnection connection, string? prefix)
    {
        if (PrefixText.KindOf(prefix) == StoreKind.Azure)
            return this == default ? connection : connection with { Azure = ApplyTo(connection.Azure ?? new AzureAccess()) };
        connection = connection with { EndpointUrl = EndpointUrl ?? connection.EndpointUrl };
        return Name is null ? connection : connection with
        {
            ProfileName = null,
            AccessKeyId = Name,
            SecretAccessKey = Secret,
            SessionToken = null,
        };
    }

    AzureAccess ApplyTo(AzureAccess azure)
    {
        if (EndpointUrl is not null) azure = azure with { BlobEndpoint = EndpointUrl, ConnectionString = null };
        if (Name is null) return azure;
        var isSignature = Secret?.Contains("sig=", StringComparison.Ordinal) == true;
        return azure with
        {
            AccountName = Name,
            AccountKey = isSignature ? null : Secret,
            SasToken = isSignature ? Secret : null,
            ConnectionString = null,
            TenantId = null,
            ClientId = null,
        };
    }

    /// <summary>Endpoint and name, without the secret.</summary>
    public override string ToString() => $"endpoint={EndpointUrl ?? "default"} name={Name ?? "default"}";
}
