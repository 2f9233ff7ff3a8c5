using System.Globalization;
using ShardyFusion.Errors;
using ShardyFusion.Stores;

namespace ShardyFusion.Cli.Configuration;

/// <summary>How a store is reached, in the words of the original: a profile of <c>credentials.toml</c>, or what <c>--s3-option</c>
/// says.</summary>
sealed class StoreProfile
{
    static readonly string[] Names = ["endpoint_url", "region", "region_name", "access_key_id", "secret_access_key", "session_token",
        "addressing_style", "signature_version", "verify_ssl", "connect_timeout", "read_timeout", "max_attempts", "server_side_encryption",
        "kms_key_id", "customer_key", "storage_class", "tags", "expected_bucket_owner", "requester_pays", "use_dualstack_endpoint",
        "use_fips_endpoint", "role_arn", "external_id", "role_session_name", "mfa_serial", "mfa_code"];

    readonly Dictionary<string, string> values = new(StringComparer.Ordinal);
    readonly Func<string, string, ShardyFusionException> fault;

    StoreProfile(Func<string, string, ShardyFusionException> fault) => this.fault = fault;

    /// <summary>One profile of a file.</summary>
    public static StoreProfile Of(TomlFile file, string name)
    {
        if (!file.HasTable(name)) throw file.Fault($"profile [{name}]", "is not there");
        var profile = new StoreProfile((key, problem) => file.Fault($"{name}.{key}", problem));
        foreach (var key in Names)
            if (file.Any($"{name}.{key}") is { } value) profile.values[key] = value;
        return profile;
    }

    /// <summary>Options of the form <c>name=value</c>. No secrets: command lines are everybody's to see.</summary>
    public static StoreProfile Of(IEnumerable<string> options)
    {
        var profile = new StoreProfile(static (key, problem) => new ShardyFusionException(ErrorKind.ConfigValidation,
            $"--s3-option {key} {problem}.")
        {
            RecommendedAction = $"Give one of {string.Join(", ", Names.Where(IsNoSecret))}, as name=value.",
        });
        foreach (var option in options)
        {
            var at = option.IndexOf('=', StringComparison.Ordinal);
            var key = at < 0 ? option : option[..at];
            if (!Names.Contains(key, StringComparer.Ordinal) || !IsNoSecret(key)) throw profile.fault(key, "is not known");
            profile.values[key] = at > 0 ? option[(at + 1)..] : throw profile.fault(key, "has no value");
        }
        return profile;
    }

    /// <summary>The connection with what this says; what it leaves out stays.</summary>
    public StoreConnection ApplyTo(StoreConnection connection)
    {
        if (Text("signature_version") is { } version && version is not ("s3v4" or "v4"))
            throw fault("signature_version", "is not s3v4, the only one there is");
        if (Text("verify_ssl") is { } verify && !verify.Equals("true", StringComparison.OrdinalIgnoreCase))
            throw fault("verify_ssl", "is not true, and certificates are always checked: add the store's authority to the system's, or on "
                + "Linux name its file in SSL_CERT_FILE");
        var keyed = Text("access_key_id") is not null;
        return connection with
        {
            EndpointUrl = Text("endpoint_url") ?? connection.EndpointUrl,
            Region = Text("region") ?? Text("region_name") ?? connection.Region,
            AccessKeyId = keyed ? Text("access_key_id") : connection.AccessKeyId,
            SecretAccessKey = keyed ? Text("secret_access_key") : connection.SecretAccessKey,
            SessionToken = keyed ? Text("session_token") : connection.SessionToken,
            ForcePathStyle = Text("addressing_style") switch
            {
                null or "auto" => connection.ForcePathStyle,
                "path" => true,
                "virtual" => false,
                _ => throw fault("addressing_style", "is none of path, virtual and auto"),
            },
            ConnectTimeout = Seconds("connect_timeout") ?? connection.ConnectTimeout,
            RequestTimeout = Seconds("read_timeout") ?? connection.RequestTimeout,
            MaxRetries = Number("max_attempts") is { } attempts ? (int)Math.Clamp(attempts - 1, 0, 100) : connection.MaxRetries,
            S3 = AccessOver(connection.S3 ?? new S3Access()) is var access && access == new S3Access() ? null : access,
        };
    }

    S3Access AccessOver(S3Access access) => access with
    {
        ServerSideEncryption = Text("server_side_encryption") ?? access.ServerSideEncryption,
        KmsKeyId = Text("kms_key_id") ?? access.KmsKeyId,
        CustomerKey = Text("customer_key") ?? access.CustomerKey,
        StorageClass = Text("storage_class") ?? access.StorageClass,
        Tags = Tags() ?? access.Tags,
        ExpectedBucketOwner = Text("expected_bucket_owner") ?? access.ExpectedBucketOwner,
        RequesterPays = Flag("requester_pays") ?? access.RequesterPays,
        UseDualStack = Flag("use_dualstack_endpoint") ?? access.UseDualStack,
        UseFips = Flag("use_fips_endpoint") ?? access.UseFips,
        RoleArn = Text("role_arn") ?? access.RoleArn,
        ExternalId = Text("external_id") ?? access.ExternalId,
        RoleSessionName = Text("role_session_name") ?? access.RoleSessionName,
        MfaSerial = Text("mfa_serial") ?? access.MfaSerial,
        MfaCode = Text("mfa_code") ?? access.MfaCode,
    };

    /// <summary>As S3 takes them in a header: <c>team=search&amp;cost=4711</c>.</summary>
    Dictionary<string, string>? Tags()
    {
        if (Text("tags") is not { } text) return null;
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tag in text.Split('&'))
        {
            var at = tag.IndexOf('=', StringComparison.Ordinal);
            if (at < 1 || !tags.TryAdd(Uri.UnescapeDataString(tag[..at]), Uri.UnescapeDataString(tag[(at + 1)..])))
                throw fault("tags", "is not of the form name=value&name=value, each name once");
        }
        return tags;
    }

    static bool IsNoSecret(string key) => key is not ("access_key_id" or "secret_access_key" or "session_token" or "customer_key");

    string? Text(string key) => values.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    bool? Flag(string key) => Text(key) is not { } text ? null
        : bool.TryParse(text, out var flag) ? flag : throw fault(key, "is neither true nor false");

    TimeSpan? Seconds(string key) => Number(key) is { } seconds
        ? seconds is > 0 and < 86400 ? TimeSpan.FromSeconds(seconds) : throw fault(key, "is not a number of seconds above 0") : null;

    double? Number(string key) => Text(key) is not { } text ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number
        : throw fault(key, "is not a number");
}
