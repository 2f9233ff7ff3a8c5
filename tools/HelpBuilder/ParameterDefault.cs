using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using ShardyFusion.Cmdlets.Parameters;

namespace ShardyFusion.HelpBuilder;

/// <summary>What a parameter is when it is not given, as its help shows it: read from the code, never typed a second time.</summary>
static class ParameterDefault
{
    const string None = "None";

    static readonly (double Seconds, string Unit)[] durationUnits = [(86400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    static readonly (long Bytes, string Unit)[] sizeUnits = [(1L << 30, "GiB"), (1L << 20, "MiB"), (1L << 10, "KiB")];

    /// <summary>The default as it would be written after the parameter; <c>None</c> when there is none.</summary>
    public static string Of(PropertyInfo property)
    {
        if (property.PropertyType == typeof(SwitchParameter)) return "False";
        if (property.GetCustomAttribute<DefaultValueAttribute>() is { } stated) return Text(stated.Value, isSize: false);
        if (property.GetCustomAttribute<DefaultOfAttribute>() is { } source)
        {
            var options = Activator.CreateInstance(source.Options, nonPublic: true)!;
            var value = source.Options.GetProperty(source.Property)
                ?? throw new InvalidDataException($"{source.Options.Name} has no {source.Property}, the default of -{property.Name}.");
            return Text(value.GetValue(options), property.GetCustomAttribute<ByteSizeAttribute>() is not null);
        }
        return property.PropertyType.IsEnum ? Enum.GetName(property.PropertyType, 0) ?? None : None;
    }

    /// <summary>How a value of this parameter may be written, where that is more than its type tells.</summary>
    public static string? FormOf(PropertyInfo property) =>
        property.GetCustomAttribute<DurationAttribute>() is not null ? "A duration: seconds, or with a unit, such as 90, 15m, 12h, 30d."
        : property.GetCustomAttribute<ByteSizeAttribute>() is not null ? "A size: bytes, or with a unit, such as 64KiB, 512MiB, 20GiB."
        : null;

    static string Text(object? value, bool isSize) => value switch
    {
        null => None,
        string text => text,
        TimeSpan span => Duration(span),
        long or int when isSize => Size(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        IEnumerable items => string.Join(", ", items.Cast<object?>().Select(item => Text(item, isSize))),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? None,
    };

    static string Duration(TimeSpan span)
    {
        var (seconds, unit) = durationUnits
            .FirstOrDefault(unit => span.TotalSeconds >= unit.Seconds && span.TotalSeconds % unit.Seconds == 0);
        return unit is null ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds}ms")
            : string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds / seconds}{unit}");
    }

    static string Size(long bytes)
    {
        var (size, unit) = sizeUnits.FirstOrDefault(unit => bytes >= unit.Bytes && bytes % unit.Bytes == 0);
        return string.Create(CultureInfo.InvariantCulture, $"{(unit is null ? bytes : bytes / size)}{unit}");
    }
}
