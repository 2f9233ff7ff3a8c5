namespace ShardyFusion.Postgres;

/// <summary>Reads <c>postgresql://user:password@host:port,host2:port2/database?name=value</c>.</summary>
static class UriSettings
{
    /// <summary>The settings by the names that libpq has for them.</summary>
    public static Dictionary<string, string> Read(string text)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var rest = text[(text.IndexOf("://", StringComparison.Ordinal) + 3)..];
        if (rest.IndexOf('?', StringComparison.Ordinal) is var query and >= 0)
        {
            foreach (var part in rest[(query + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var at = part.IndexOf('=', StringComparison.Ordinal);
                if (at < 1) throw ServerAddress.Fault("a part after '?' is not of the form name=value");
                settings[Plain(part[..at])] = Plain(part[(at + 1)..]);
            }
            rest = rest[..query];
        }
        if (rest.IndexOf('/', StringComparison.Ordinal) is var slash and >= 0)
        {
            if (slash + 1 < rest.Length) settings.TryAdd("dbname", Plain(rest[(slash + 1)..]));
            rest = rest[..slash];
        }
        if (rest.LastIndexOf('@') is var at2 and >= 0)
        {
            var user = rest[..at2];
            var colon = user.IndexOf(':', StringComparison.Ordinal);
            if (colon >= 0) settings["password"] = Plain(user[(colon + 1)..]);
            if (colon != 0 && user.Length > 0) settings["user"] = Plain(colon < 0 ? user : user[..colon]);
            rest = rest[(at2 + 1)..];
        }
        AddHosts(settings, rest);
        return settings;
    }

    static void AddHosts(Dictionary<string, string> settings, string text)
    {
        if (text.Length == 0) return;
        var hosts = text.Split(',').Select(static host => Plain(host)).ToArray();
        // One host has a port of its own in the driver's words, several have theirs behind their names.
        if (hosts.Length == 1 && hosts[0].LastIndexOf(':') is var colon and > 0 && !hosts[0].EndsWith(']'))
        {
            settings["port"] = hosts[0][(colon + 1)..];
            hosts[0] = hosts[0][..colon];
        }
        settings["host"] = string.Join(',', hosts.Select(static host => host.StartsWith('[') && host.EndsWith(']') ? host[1..^1] : host));
    }

    static string Plain(string text)
    {
        var plain = Uri.UnescapeDataString(text);
        return plain.Contains('\0', StringComparison.Ordinal) ? throw ServerAddress.Fault("it holds a null character") : plain;
    }
}
