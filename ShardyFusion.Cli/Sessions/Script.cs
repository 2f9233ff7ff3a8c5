using ShardyFusion.Errors;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Cli.Sessions;

/// <summary>A file of commands: <c>on_error: stop|continue</c> and <c>commands</c>, a list.</summary>
/// <param name="StopsAtErrors">True ends the script at the first command that fails.</param>
/// <param name="Commands">Not looked into yet: one that is wrong is an error in its place.</param>
sealed record Script(bool StopsAtErrors, IReadOnlyList<YamlNode> Commands)
{
    static readonly DocumentLimits limits = new(64 << 20);

    /// <summary>Reads a script.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: the file is not there, no YAML or no script; names
    /// file and field.</exception>
    public static async Task<Script> ReadAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return Of(YamlReader.Read(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), limits,
                new DocumentFaults("script", path)), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, e.Message, e);
        }
        catch (ShardyFusionException e) when (e.Kind == ErrorKind.ManifestParse)
        {
            throw new ShardyFusionException(ErrorKind.ConfigValidation, e.Message, e) { Target = path, RecommendedAction = Advice };
        }
    }

    static Script Of(YamlMapping root, string path)
    {
        foreach (var name in root.Fields.Keys.Where(name => name is not ("on_error" or "commands")))
            throw Invalid(path, $"it has a field '{name}', which a script does not have.");
        var onError = !root.Fields.TryGetValue("on_error", out var said) ? "stop" : said is YamlScalar word ? word.Text : "";
        if (onError is not ("stop" or "continue")) throw Invalid(path, "on_error is neither stop nor continue.");
        return root.Fields.GetValueOrDefault("commands") is YamlSequence { Items: { Count: > 0 } commands }
            ? new Script(onError == "stop", commands) : throw Invalid(path, "commands is not a list with at least one command.");
    }

    const string Advice = "A script is YAML: 'on_error: stop' or 'continue', and 'commands:' with a list such as '- {op: get, key: 1}'.";

    static ShardyFusionException Invalid(string path, string fault, Exception? cause = null) =>
        new(ErrorKind.ConfigValidation, $"The script '{path}' cannot be used: {fault}", cause)
        {
            Target = path,
            RecommendedAction = Advice,
        };
}
