using System.Collections;
using System.Management.Automation;
using System.Security;
using ShardyFusion.Cmdlets.Output;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Cmdlets.Pipeline;
using ShardyFusion.Errors;
using ShardyFusion.Postgres;
using ShardyFusion.Stores;

namespace ShardyFusion.Cmdlets.Commands;

/// <summary>Keeps a prefix and the way to reach it for the cmdlets that follow in this session.</summary>
[Cmdlet(VerbsCommunications.Connect, "ShardStore")]
[OutputType(typeof(ShardStoreConnection))]
public sealed class ConnectShardStoreCommand : StoreCmdlet
{
    /// <summary>The snapshot prefix.</summary>
    [Parameter(Position = 0, Mandatory = true, ValueFromPipelineByPropertyName = true)]
    [Alias("SnapshotPrefix", "Uri")]
    [ValidateNotNullOrEmpty]
    public string? Prefix { get; set; }

    private protected override string? GivenPrefix => Prefix;

    /// <summary>Encryption at rest of what is written to S3.</summary>
    [Parameter]
    [ValidateSet("AES256", "aws:kms", "aws:kms:dsse")]
    public string? ServerSideEncryption { get; set; }

    /// <summary>Key for aws:kms.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? KmsKeyId { get; set; }

    /// <summary>A key of the customer's own for everything that is written to S3 and read from it.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? CustomerKey { get; set; }

    /// <summary>Storage class of what is written to S3.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StorageClass { get; set; }

    /// <summary>Tags of what is written to S3.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Tag { get; set; }

    /// <summary>Account that must own the bucket.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExpectedBucketOwner { get; set; }

    /// <summary>Pays for requests and traffic in the owner's place.</summary>
    [Parameter]
    public SwitchParameter RequesterPays { get; set; }

    /// <summary>Uses endpoints that speak IPv6, too.</summary>
    [Parameter]
    public SwitchParameter UseDualStack { get; set; }

    /// <summary>Uses endpoints whose cryptography is validated by FIPS 140.</summary>
    [Parameter]
    public SwitchParameter UseFips { get; set; }

    /// <summary>Role that is assumed.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? RoleArn { get; set; }

    /// <summary>External id that the role asks for.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ExternalId { get; set; }

    /// <summary>Device for multi-factor authentication that the role asks for.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MfaSerial { get; set; }

    /// <summary>Code that the device shows.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? MfaCode { get; set; }

    /// <summary>Name of the storage account.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? AccountName { get; set; }

    /// <summary>Key of the storage account.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? AccountKey { get; set; }

    /// <summary>Shared access signature for the container or the account.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? SasToken { get; set; }

    /// <summary>Connection string of the storage account.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? ConnectionString { get; set; }

    /// <summary>Tenant whose identities are asked.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? TenantId { get; set; }

    /// <summary>Client id of a user-assigned managed identity or a workload identity.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ClientId { get; set; }

    /// <summary>A context that <c>New-AzStorageContext</c> made.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSObject? StorageContext { get; set; }

    /// <summary>Connection string of the PostgreSQL database that keeps manifests and the current pointer.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? ManifestStore { get; set; }

    /// <summary>Table of the manifests.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ManifestTable { get; set; }

    /// <summary>Prefix that the rows of that table state.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ManifestPrefix { get; set; }

    /// <summary>Sends no request to find out whether the store can be reached.</summary>
    [Parameter]
    public SwitchParameter SkipCheck { get; set; }

    /// <summary>Read requests to the store per second.</summary>
    [Parameter]
    public double? MaxReadsPerSecond { get; set; }

    /// <summary>Bytes read from the store per second.</summary>
    [Parameter]
    [ByteSize]
    public long? MaxReadBytesPerSecond { get; set; }

    /// <summary>Write requests to the store per second.</summary>
    [Parameter]
    public double? MaxUploadsPerSecond { get; set; }

    /// <summary>Bytes written to the store per second.</summary>
    [Parameter]
    [ByteSize]
    public long? MaxUploadBytesPerSecond { get; set; }

    /// <summary>Objects deleted per second.</summary>
    [Parameter]
    public double? MaxDeletesPerSecond { get; set; }

    private protected override void Process()
    {
        SessionConnection.Current = null;
        var store = Store;
        if (!SkipCheck) RunInBackground(store.CheckAccessAsync);
        SessionConnection.Current = new SessionConnection(store.Prefix, WithLimits(UsedConnection()));
        WriteObject(new ShardStoreConnection(store.Prefix, store.Description));
    }

    private protected override StoreConnection Adapt(StoreConnection connection)
    {
        var s3 = S3Given();
        var adapted = WithManifests(WithAzure(s3 == new S3Access() ? connection : connection with { S3 = s3 }));
        var faults = adapted.Validate();
        return faults.Count == 0 ? adapted : throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(" ", faults));
    }

    S3Access S3Given() => new()
    {
        ServerSideEncryption = ServerSideEncryption,
        KmsKeyId = KmsKeyId,
        CustomerKey = Plain(CustomerKey),
        StorageClass = StorageClass,
        Tags = Tag?.Cast<DictionaryEntry>().ToDictionary(static tag => LanguagePrimitives.ConvertTo<string>(tag.Key),
            static tag => LanguagePrimitives.ConvertTo<string>(tag.Value), StringComparer.Ordinal),
        ExpectedBucketOwner = ExpectedBucketOwner,
        RequesterPays = RequesterPays,
        UseDualStack = UseDualStack,
        UseFips = UseFips,
        RoleArn = RoleArn,
        ExternalId = ExternalId,
        MfaSerial = MfaSerial,
        MfaCode = MfaCode,
    };

    StoreConnection WithAzure(StoreConnection connection)
    {
        var given = AzureContext.Of(StorageContext) ?? new AzureAccess();
        given = given with
        {
            AccountName = AccountName ?? given.AccountName ?? connection.Azure?.AccountName,
            AccountKey = Plain(AccountKey) ?? connection.Azure?.AccountKey,
            SasToken = Plain(SasToken) ?? connection.Azure?.SasToken,
            ConnectionString = Plain(ConnectionString) ?? given.ConnectionString,
            BlobEndpoint = given.BlobEndpoint ?? connection.Azure?.BlobEndpoint,
            TenantId = TenantId,
            ClientId = ClientId,
        };
        return given == new AzureAccess() ? connection : connection with { Azure = given };
    }

    StoreConnection WithManifests(StoreConnection connection)
    {
        var dsn = Plain(ManifestStore) ?? Environment.GetEnvironmentVariable(PostgresManifestStore.Variable);
        if (string.IsNullOrEmpty(dsn) && (ManifestTable ?? ManifestPrefix) is null) return connection;
        return string.IsNullOrEmpty(dsn) ? throw new ShardyFusionException(ErrorKind.ConfigValidation,
            "-ManifestTable and -ManifestPrefix go with -ManifestStore.")
            : connection with { ManifestStore = ManifestDatabase.Open(dsn, ManifestTable, ManifestPrefix) };
    }

    // One object for the whole session: the cmdlets after this one share what it allows.
    StoreConnection WithLimits(StoreConnection connection)
    {
        var limits = new StoreLimits
        {
            ReadsPerSecond = MaxReadsPerSecond,
            ReadBytesPerSecond = MaxReadBytesPerSecond,
            UploadsPerSecond = MaxUploadsPerSecond,
            UploadBytesPerSecond = MaxUploadBytesPerSecond,
            DeletesPerSecond = MaxDeletesPerSecond,
        };
        var faults = limits.Validate();
        return faults.Count == 0 ? connection with { Limits = limits } : throw new ShardyFusionException(ErrorKind.ConfigValidation,
            string.Join(" ", faults));
    }
}
