using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Cli.Sessions;

/// <summary>One command of a script: a map of <c>op</c>, what it is about, and its options, with underscores for dashes.</summary>
static class ScriptCommand
{
    /// <summary>What a script may do: everything that reads and nothing that moves a pointer.</summary>
    static readonly string[] Supported = ["get", "multiget", "refresh", "use", "info", "shards", "route", "health", "history"];

    /// <summary>Options that say where the whole script reads and writes.</summary>
    static readonly string[] OfTheScript = ["output", "prefix", "current_url", "metrics_file", "otlp_endpoint", "watch"];

    /// <summary>The command's name, as in its answer; <c>unknown</c> when it has none.</summary>
    public static string OpOf(YamlNode command) =>
        command is YamlMapping map && map.Fields.GetValueOrDefault("op") is YamlScalar op ? op.Text : "unknown";

    /// <summary>The command as the words of a line.</summary>
    /// <param name="command">What the script says.</param>
    /// <param name="number">Its place in the script, from 1.</param>
    /// <param name="words">The words; empty when something is wrong.</param>
    /// <returns>What is wrong; null when nothing is.</returns>
    public static string? Read(YamlNode command, int number, out IReadOnlyList<string> words)
    {
        var found = new List<string>();
        words = [];
        if (command is not YamlMapping map) return $"Command {number} is {command.Description}, not a map with the field 'op'.";
        var op = OpOf(command);
        if (!Supported.Contains(op, StringComparer.Ordinal))
            return $"Command {number}: unknown op '{op}'. A script may hold {string.Join(", ", Supported)}.";
        found.Add(op);
        var keys = new List<string>();
        foreach (var (name, value) in map.Fields)
        {
            var fault = name switch
            {
                "op" => null,
                "key" or "keys" => AddKeys(keys, name, value),
                _ when OfTheScript.Contains(name) => $"'{name}' is said on the command line, for the whole script",
                _ => AddOption(found, name, value),
            };
            if (fault is not null) return $"Command {number}: {fault}.";
        }
        if (op is "get" or "route" && keys.Count != 1) return $"Command {number}: '{op}' needs the field 'key' with one key.";
        if (op is "multiget" && keys.Count == 0) return $"Command {number}: 'multiget' needs the field 'keys' with a list of keys.";
        if (keys.Count > 0) found.Add("--");
        words = [.. found, .. keys];
        return null;
    }

    /// <summary>Keys are taken as they are written, so that 007 stays 007.</summary>
    static string? AddKeys(List<string> keys, string name, YamlNode value)
    {
        foreach (var node in value is YamlSequence list ? list.Items : [value])
        {
            if (node is not YamlScalar { Kind: not PlainScalarKind.Null } key) return $"'{name}' holds {node.Description}, which is no key";
            keys.Add(key.Text);
        }
        return null;
    }

    static string? AddOption(List<string> words, string name, YamlNode value)
    {
        var option = "--" + name.Replace('_', '-');
        switch (value)
        {
            case YamlScalar { Kind: PlainScalarKind.Boolean } flag:
                if (flag.ToValue() is true) words.Add(option);
                return null;
            case YamlScalar { Kind: not PlainScalarKind.Null } text:
                words.AddRange([option, text.Text]);
                return null;
            case YamlSequence list when list.Items.All(item => item is YamlScalar):
                foreach (var item in list.Items) words.AddRange([option, ((YamlScalar)item).Text]);
                return null;
            case YamlMapping map when map.Fields.Values.All(item => item is YamlScalar):
                foreach (var (column, item) in map.Fields) words.AddRange([option, $"{column}={((YamlScalar)item).Text}"]);
                return null;
            default:
                return $"'{name}' is {value.Description}, which no option takes";
        }
    }
}
