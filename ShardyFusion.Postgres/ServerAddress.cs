using System.Globalization;
using Npgsql;
using ShardyFusion.Errors;

namespace ShardyFusion.Postgres;

/// <summary>A connection string of PostgreSQL's own programs, in the words of the driver.</summary>
/// <remarks>Equal for equal strings. Its text names host, port, database and user alone.</remarks>
sealed record ServerAddress
{
    static readonly Dictionary<string, string> Keywords = new(StringComparer.Ordinal)
    {
        ["host"] = "Host",
        ["hostaddr"] = "Host",
        ["port"] = "Port",
        ["dbname"] = "Database",
        ["user"] = "Username",
        ["password"] = "Password",
        ["passfile"] = "Passfile",
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["options"] = "Options",
        ["client_encoding"] = "Client Encoding",
        ["target_session_attrs"] = "Target Session Attributes",
        ["load_balance_hosts"] = "Load Balance Hosts",
        ["channel_binding"] = "Channel Binding",
        ["krbsrvname"] = "Kerberos Service Name",
        ["gssencmode"] = "GSS Encryption Mode",
        ["sslnegotiation"] = "SSL Negotiation",
    };

    /// <summary>What has no counterpart and changes no answer.</summary>
    static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "fallback_application_name",
        "sslcompression", "sslsni",
    };

    readonly string connectionString;
    readonly string shown;

    ServerAddress(string connectionString, string shown) => (this.connectionString, this.shown) = (connectionString, shown);

    /// <summary>True when several hosts are named, one of which answers.</summary>
    public bool HasSeveralHosts { get; private init; }

    /// <summary>What the driver is told. Secret.</summary>
    public NpgsqlConnectionStringBuilder ToBuilder() => new(connectionString);

    /// <summary>Reads either form.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, repeating nothing of the string but the name of a
    /// setting.</exception>
    public static ServerAddress Parse(string text)
    {
        var said = text.StartsWith("postgresql://", StringComparison.Ordinal) || text.StartsWith("postgres://", StringComparison.Ordinal)
            ? UriSettings.Read(text) : KeywordSettings.Read(text);
        var builder = new NpgsqlConnectionStringBuilder();
        foreach (var (name, value) in said)
        {
            if (value.Length == 0 || Ignored.Contains(name)) continue;
            if (!Keywords.TryGetValue(name, out var keyword)) throw Fault($"the setting '{name}' is not known");
            try
            {
                builder[keyword] = ValueOf(name, value);
            }
            catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or InvalidCastException
                or KeyNotFoundException)
            {
                throw Fault($"the setting '{name}' has a value that is not valid"); // The library's text may repeat it.
            }
        }
        builder.Host ??= Environment.GetEnvironmentVariable("PGHOST") is { Length: > 0 } named ? named
            : Directory.Exists("/var/run/postgresql") ? "/var/run/postgresql" : "localhost";
        builder.Username ??= Environment.GetEnvironmentVariable("PGUSER") is { Length: > 0 } user ? user : Environment.UserName;
        builder.Database ??= Environment.GetEnvironmentVariable("PGDATABASE") is { Length: > 0 } database ? database : builder.Username;
        builder.ApplicationName ??= "shardyfusion";
        // So that a link that is dead and says nothing is noticed.
        if (builder.KeepAlive == 0) builder.KeepAlive = 30;
        var host = builder.Host.Contains(':', StringComparison.Ordinal) ? builder.Host
            : string.Create(CultureInfo.InvariantCulture, $"{builder.Host}:{builder.Port}");
        return new ServerAddress(builder.ConnectionString, $"PostgreSQL {host}/{builder.Database} as {builder.Username}")
        {
            HasSeveralHosts = builder.Host.Contains(',', StringComparison.Ordinal),
        };
    }

    internal static ShardyFusionException Fault(string problem) =>
        new(ErrorKind.ConfigValidation, $"The connection string of the manifest store cannot be used: {problem}.")
        {
            RecommendedAction = "Write it as postgresql://user:password@host:5432/database, with %-escapes for special characters, or as "
                + "host=… port=… dbname=… user=… password=….",
        };

    static string ValueOf(string name, string value) => name switch
    {
        "sslmode" => value switch
        {
            "disable" => "Disable",
            "allow" => "Allow",
            "prefer" => "Prefer",
            "require" => "Require",
            "verify-ca" => "VerifyCA",
            "verify-full" => "VerifyFull",
            _ => throw new ArgumentException(name),
        },
        "target_session_attrs" => value switch
        {
            "any" or "primary" or "standby" or "prefer-standby" or "read-write" or "read-only" => value,
            _ => throw new ArgumentException(name),
        },
        "load_balance_hosts" => value switch { "disable" => "False", "random" => "True", _ => throw new ArgumentException(name) },
        "client_encoding" when value is "auto" => "UTF8",
        _ => value,
    };

    /// <summary>Host, port, database and user.</summary>
    public override string ToString() => shown;
}
