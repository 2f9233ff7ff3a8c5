using System.Globalization;
using ShardyFusion.Errors;
using Tomlyn;
using Tomlyn.Parsing;

namespace ShardyFusion.Cli.Configuration;

/// <summary>A settings file: tables of text, numbers and Booleans. The only user of the TOML library, which is loaded with the first
/// file.</summary>
sealed class TomlFile
{
    const long MostBytes = 1 << 20;

    readonly Dictionary<string, object> values = new(StringComparer.Ordinal);

    TomlFile(string path) => Path = path;

    public string Path { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ShardyFusionException"><see cref="ErrorKind.ConfigValidation"/>: it cannot be read or is no TOML; names file and
    /// line.</exception>
    public static TomlFile Read(string path)
    {
        var file = new TomlFile(path);
        try
        {
            if (new FileInfo(path).Length > MostBytes) throw Invalid(path, $"it is larger than {MostBytes} bytes", null);
            file.Take(File.ReadAllText(path));
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(path, e.Message.TrimEnd('.'), e);
        }
        catch (TomlException e)
        {
            // The library's text may quote the file, and such a file holds secrets.
            throw Invalid(path, e.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"line {line} is no TOML")
                : "it is no TOML", null);
        }
    }

    public bool HasTable(string table) => values.Keys.Any(name => name.StartsWith(table + ".", StringComparison.Ordinal));

    public string? Text(string name) => Value(name) switch
    {
        null => null,
        string text => text,
        _ => throw Fault(name, "is not text"),
    };

    public double? Number(string name) => Value(name) switch
    {
        null => null,
        long number => number,
        double number when double.IsFinite(number) => number,
        _ => throw Fault(name, "is not a number"),
    };

    /// <summary>The value as text, whatever it is; null when it is not there.</summary>
    public string? Any(string name) => Value(name) is { } value ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

    public ShardyFusionException Fault(string name, string fault) => Invalid(Path, $"{name} {fault}", null);

    object? Value(string name) => values.GetValueOrDefault(name);

    void Take(string text)
    {
        var parser = TomlParser.Create(text);
        var path = new List<string>();
        var lists = 0;
        while (parser.MoveNext())
        {
            ref readonly var item = ref parser.Current;
            switch (item.Kind)
            {
                case TomlParseEventKind.PropertyName when lists == 0: path.Add(parser.GetPropertyName()); break;
                case TomlParseEventKind.StartArray: lists++; break;
                case TomlParseEventKind.EndArray:
                    if (--lists == 0) Leave(path);
                    break;
                case TomlParseEventKind.EndTable when lists == 0: Leave(path); break;
                case TomlParseEventKind.String: Set(parser.GetString()); break;
                case TomlParseEventKind.Integer: Set(item.GetInt64()); break;
                case TomlParseEventKind.Float: Set(item.GetDouble()); break;
                case TomlParseEventKind.Boolean: Set(item.GetBoolean()); break;
                case TomlParseEventKind.DateTime: Set(""); break;
            }
        }

        // What lies in lists is of no setting here.
        void Set(object value)
        {
            if (lists > 0) return;
            values[string.Join('.', path)] = value;
            Leave(path);
        }
    }

    static void Leave(List<string> path)
    {
        if (path.Count > 0) path.RemoveAt(path.Count - 1);
    }

    static ShardyFusionException Invalid(string path, string fault, Exception? cause) =>
        new(ErrorKind.ConfigValidation, $"The settings file '{path}' cannot be used: {fault}.", cause)
        {
            Target = path,
            RecommendedAction = "Correct the file, or name another one with --config or --credentials.",
        };
}
