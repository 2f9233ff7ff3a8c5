using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime;
using Amazon.S3;
using Amazon;
using ShardyFusion.Errors;
using ShardyFusion.Stores.Remote;

namespace ShardyFusion.Stores.S3;

/// <summary>Makes the SDK's client from a connection, with everything switched off that <see cref="StoreRequests{TClient}"/> does
/// itself.</summary>
static class S3Clients
{
    // A body goes to the socket piece by piece: the SDK's own 8 KiB mean 2,000 system calls for one part of a shard.
    const int BodyBufferBytes = 256 * 1024;

    /// <summary>A client, and a description of endpoint, region and where the credentials come from that holds no secret.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/> for an unknown profile or region.</exception>
    public static (IAmazonS3 Client, string? Endpoint, string Description) Create(StoreConnection connection, StoreClock clock)
    {
        var endpoint = EndpointOf(connection) ?? ProfileEndpoint(connection);
        var config = new S3Config
        {
            Access = connection.S3,
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            ConnectTimeout = connection.ConnectTimeout,
            MaxConnectionsPerServer = connection.MaxConcurrentRequests,
            BufferSize = BodyBufferBytes,
            HttpClientFactory = new ClientFactory(connection, clock),
            // A clock that is more than a quarter of an hour wrong is the user's to set right: the store refuses it, and says so.
            DisableClockSkewCorrection = true,
        };
        if (connection.ProfileName is { } name)
            config.Profile = new Profile(name);
        ApplyEndpoint(config, connection, endpoint);
        try
        {
            var (credentials, source) = S3Roles.Assume(Credentials(connection), connection.S3, config);
            var client = credentials is null ? new S3Client(config) : new S3Client(credentials, config);
            return (client, endpoint,
                $"endpoint {(endpoint is null ? "AWS" : SecretRedactor.Address(endpoint))}, "
                    + $"region {(endpoint is null ? config.RegionEndpoint?.SystemName : config.AuthenticationRegion) ?? "default"}, "
                    + $"credentials from {source}");
        }
        catch (AmazonClientException e)
        {
            throw Invalid("No region is known for the store.", "Give a region, or set AWS_REGION or the profile's region.", e);
        }
    }

    /// <summary>Where requests go: what is given, else what the environment says; null for AWS.</summary>
    public static string? EndpointOf(StoreConnection connection) => connection.EndpointUrl ?? Variable("AWS_ENDPOINT_URL_S3")
        ?? Variable("AWS_ENDPOINT_URL");

    /// <summary>The profiles of the AWS configuration files, sorted.</summary>
    public static IReadOnlyList<string> ProfileNames() =>
        [.. new CredentialProfileStoreChain().ListProfiles().Select(profile => profile.Name).Distinct().Order(StringComparer.Ordinal)];

    // A profile may name one as well, by itself or for the service; the SDK would use it, but as if it were AWS.
    static string? ProfileEndpoint(StoreConnection connection)
    {
        var config = new AmazonS3Config();
        if ((connection.ProfileName ?? Variable("AWS_PROFILE")) is { } name) config.Profile = new Profile(name);
        return config.ServiceURL is { Length: > 0 } configured ? configured : null;
    }

    static void ApplyEndpoint(AmazonS3Config config, StoreConnection connection, string? endpoint)
    {
        var region = connection.Region ?? Variable("AWS_REGION") ?? Variable("AWS_DEFAULT_REGION")
            ?? S3Profiles.RegionOf(connection.ProfileName ?? Variable("AWS_PROFILE"));
        if (endpoint is null)
        {
            if (connection.S3 is { UseDualStack: true }) config.UseDualstackEndpoint = true;
            if (connection.S3 is { UseFips: true }) config.UseFIPSEndpoint = true;
            if (region is not null)
                config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
            config.ForcePathStyle = connection.ForcePathStyle ?? false;
            return;
        }
        config.ServiceURL = endpoint;
        config.AuthenticationRegion = region ?? "us-east-1";
        config.ForcePathStyle = connection.ForcePathStyle ?? true;
        // Checksum trailers, on by default, break many S3-compatible stores.
        config.RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED;
        config.ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED;
    }

    static (AWSCredentials? Credentials, string Source) Credentials(StoreConnection connection)
    {
        if (connection.AccessKeyId is { } id)
        {
            AWSCredentials given = connection.SessionToken is { Length: > 0 } token
                ? new SessionAWSCredentials(id, connection.SecretAccessKey, token)
                : new BasicAWSCredentials(id, connection.SecretAccessKey);
            return (given, $"the given access key {id}");
        }
        if (connection.ProfileName is { } profile) return (S3Profiles.Find(profile), $"profile {profile}");
        if (Variable("AWS_ACCESS_KEY_ID") is { } environmentId) return (null, $"the environment, access key {environmentId}");
        return Variable("AWS_PROFILE") is { } chosen ? (S3Profiles.Find(chosen), $"profile {chosen} (AWS_PROFILE)")
            : (null, "the default chain");
    }

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    static ShardyFusionException Invalid(string message, string advice, Exception? cause = null) =>
        new(ErrorKind.ConfigValidation, message, cause) { RecommendedAction = advice };

    sealed class ClientFactory(StoreConnection connection, StoreClock clock) : HttpClientFactory
    {
        public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new S3Answers(clock,
            AnswerHandler.Connections(connection)))
        { Timeout = Timeout.InfiniteTimeSpan };

        // One HTTP client per store: its connections end with it.
        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => true;
        public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;
        public override string GetConfigUniqueString(IClientConfig clientConfig) => null!;
    }
}
