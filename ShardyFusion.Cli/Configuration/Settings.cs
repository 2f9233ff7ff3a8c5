using ShardyFusion.Cli.Output;
using ShardyFusion.Errors;

namespace ShardyFusion.Cli.Configuration;

/// <summary>What the files <c>reader.toml</c> and <c>credentials.toml</c> and the variables of the original say, where they lie. Options
/// of the command line and <c>SHARDYFUSION_PREFIX</c> come first.</summary>
sealed record Settings
{
    public const string CurrentVariable = "SHARDY_CURRENT", ReaderVariable = "SHARDY_CONFIG", CredentialsVariable = "SHARDY_CREDENTIALS";

    /// <summary>The prefix; null where none is set.</summary>
    public string? Prefix { get; init; }

    /// <summary>How results are written.</summary>
    public OutputMode? Output { get; init; }

    /// <summary>How values are shown.</summary>
    public ValueFormat? Values { get; init; }

    /// <summary>What stands for the value of a key that is not found; null for JSON's null.</summary>
    public string? NullText { get; init; }

    /// <summary>How the store is reached; null where no file says so.</summary>
    public StoreProfile? Profile { get; init; }

    /// <summary>Where manifests are.</summary>
    public ManifestSettings Manifests { get; init; } = new();

    /// <summary>What somebody should know of the files.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reads the files that there are.</summary>
    /// <param name="readerPath">What --config names; null for the usual places.</param>
    /// <param name="credentialsPath">What --credentials names; null for the usual places.</param>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>, naming file and field.</exception>
    public static Settings Load(string? readerPath, string? credentialsPath)
    {
        var settings = new Settings { Prefix = Variable(CurrentVariable) is { } url ? PrefixOf(url, CurrentVariable) : null };
        var profile = "default";
        if (Find(readerPath, ReaderVariable, "reader.toml") is { } reader)
        {
            (settings, profile) = settings.With(TomlFile.Read(reader));
            if (settings.Manifests.Dsn is not null) settings = settings with { Warnings = WarningsOf(reader) };
        }
        if (Find(credentialsPath, CredentialsVariable, "credentials.toml") is not { } path)
            return settings with { Manifests = settings.Manifests.Over(null, null) };
        var credentials = TomlFile.Read(path);
        return settings with
        {
            Profile = StoreProfile.Of(credentials, profile),
            Manifests = settings.Manifests.Over(credentials.Text($"{profile}.manifest_dsn"), $"{profile}.manifest_dsn of '{path}'"),
            Warnings = [.. settings.Warnings, .. WarningsOf(path)],
        };
    }

    static IReadOnlyList<string> WarningsOf(string path) =>
        IsOpenToOthers(path) ? [$"'{path}' may be read by others; make it yours alone with chmod 600."] : [];

    /// <summary>The prefix that the address of a pointer names.</summary>
    /// <param name="url">Such as <c>s3://bucket/path/_CURRENT</c>.</param>
    /// <param name="source">Where it is said, for the message.</param>
    public static string PrefixOf(string url, string source)
    {
        const string Pointer = "/_CURRENT";
        return url.EndsWith(Pointer, StringComparison.Ordinal) && url.Length > Pointer.Length ? url[..^Pointer.Length]
            : throw new ShardyFusionException(ErrorKind.ConfigValidation, $"{source} '{url}' does not end in {Pointer}.")
            {
                Target = url,
                RecommendedAction = "Give the address of the pointer, or the prefix that it lies in as --prefix.",
            };
    }

    (Settings, string Profile) With(TomlFile file) =>
        (this with
        {
            Manifests = ManifestSettings.Of(file),
            Prefix = Prefix ?? (file.Text("reader.current_url") is { } url ? PrefixOf(url, $"reader.current_url of '{file.Path}'")
                : file.Text("reader.s3_prefix")),
            Output = Choice<OutputMode>(file, "output.format"),
            Values = Choice<ValueFormat>(file, "output.value_encoding"),
            NullText = file.Text("output.null_repr"),
        }, file.Text("reader.credentials_profile") ?? "default");

    static T? Choice<T>(TomlFile file, string name) where T : struct, Enum
    {
        if (file.Text(name) is not { } word) return null;
        foreach (var value in Enum.GetValues<T>())
            if (value.ToString().Equals(word, StringComparison.OrdinalIgnoreCase)) return value;
        throw file.Fault(name, $"is '{word}', none of {string.Join(", ", Enum.GetNames<T>().Select(n => n.ToLowerInvariant()))}");
    }

    static string? Find(string? named, string variable, string name)
    {
        if ((named ?? Variable(variable)) is { } path)
            return File.Exists(path) ? path : throw new ShardyFusionException(ErrorKind.ConfigValidation, $"There is no file '{path}'.")
            {
                Target = path,
                RecommendedAction = named is null ? $"Correct {variable}." : "Correct the path.",
            };
        if (File.Exists(name)) return name;
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return home.Length > 0 && Path.Combine(home, ".config", "shardy", name) is var ofUser && File.Exists(ofUser) ? ofUser : null;
    }

    static bool IsOpenToOthers(string path) => !OperatingSystem.IsWindows()
        && (File.GetUnixFileMode(path) & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != UnixFileMode.None;

    static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;
}
