using System.Collections;
using System.Management.Automation;
using System.Reflection;

namespace ShardyFusion.HelpBuilder;

/// <summary>A cmdlet's syntax, read from its attributes without running any of them.</summary>
sealed class CmdletShape
{
    CmdletShape(Type type, CustomAttributeData cmdlet)
    {
        Verb = (string)cmdlet.ConstructorArguments[0].Value!;
        Noun = (string)cmdlet.ConstructorArguments[1].Value!;
        Parameters = [.. type.GetProperties().SelectMany(ParameterShape.Of)];
        DefaultSet = Named<string>(cmdlet, "DefaultParameterSetName");
        SupportsShouldProcess = Named<bool>(cmdlet, "SupportsShouldProcess");
        if (SupportsShouldProcess)
            Parameters = [.. Parameters, ParameterShape.Switch("WhatIf", "wi"), ParameterShape.Switch("Confirm", "cf")];
        OutputTypes = [.. type.GetCustomAttributesData().Where(a => a.AttributeType.Name == nameof(OutputTypeAttribute))
            .SelectMany(a => ((IEnumerable)a.ConstructorArguments[0].Value!).Cast<CustomAttributeTypedArgument>()
                .Select(t => (Type)t.Value!))];
    }

    public string Verb { get; }

    public string Noun { get; }

    public string Name => $"{Verb}-{Noun}";

    public string? DefaultSet { get; }

    public bool SupportsShouldProcess { get; }

    public IReadOnlyList<ParameterShape> Parameters { get; }

    public IReadOnlyList<Type> OutputTypes { get; }

    /// <summary>The names of the parameters, each once.</summary>
    public IEnumerable<string> ParameterNames => Parameters.Select(p => p.Name).Distinct();

    /// <summary>The parameter sets, the default one first; one of no name when there are none.</summary>
    public IEnumerable<string?> Sets
    {
        get
        {
            var sets = Parameters.Where(p => p.Set is not null).Select(p => p.Set).Distinct().ToList();
            if (DefaultSet is not null && !sets.Contains(DefaultSet)) sets.Insert(0, DefaultSet);
            return sets.Count == 0 ? [null] : sets.OrderBy(s => s != DefaultSet);
        }
    }

    /// <summary>All cmdlets of an assembly, by name.</summary>
    public static IReadOnlyList<CmdletShape> In(Assembly assembly) =>
        [.. assembly.GetExportedTypes()
            .Select(type => (Type: type, Cmdlet: type.GetCustomAttributesData()
                .FirstOrDefault(a => a.AttributeType.Name == nameof(CmdletAttribute))))
            .Where(found => found.Cmdlet is not null)
            .Select(found => new CmdletShape(found.Type, found.Cmdlet!))
            .OrderBy(shape => shape.Name, StringComparer.Ordinal)];

    internal static T? Named<T>(CustomAttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.MemberName == name) is { TypedValue.Value: T value } ? value : default;
}

/// <summary>One parameter in one parameter set.</summary>
sealed record ParameterShape(string Name, Type Type, string? Set, bool IsMandatory, int? Position, bool ByValue, bool ByName,
    bool HasWildcards, IReadOnlyList<string> Aliases)
{
    /// <summary>The value without the parameter; <c>None</c> when there is none.</summary>
    public string Default { get; private init; } = "False";

    /// <summary>How a value may be written; null where the type tells.</summary>
    public string? Form { get; private init; }

    /// <summary>The type as users write it.</summary>
    public string TypeName
    {
        get
        {
            var bare = Nullable.GetUnderlyingType(Type) ?? Type;
            var isArray = bare.IsArray;
            if (isArray) bare = bare.GetElementType()!;
            return (bare == typeof(SwitchParameter) ? "SwitchParameter" : bare.Name) + (isArray ? "[]" : "");
        }
    }

    public bool IsSwitch => Type == typeof(SwitchParameter);

    /// <summary>The names of an enumeration's values; none for another type.</summary>
    public IReadOnlyList<string> Choices => (Nullable.GetUnderlyingType(Type) ?? Type) is { IsEnum: true } type ? Enum.GetNames(type) : [];

    /// <summary>The parameter once for each <see cref="ParameterAttribute"/>; none for another property.</summary>
    public static IEnumerable<ParameterShape> Of(PropertyInfo property)
    {
        var attributes = property.GetCustomAttributesData();
        var aliases = attributes.Where(a => a.AttributeType.Name == nameof(AliasAttribute))
            .SelectMany(a => ((IEnumerable)a.ConstructorArguments[0].Value!).Cast<CustomAttributeTypedArgument>()
                .Select(t => (string)t.Value!)).ToList();
        var hasWildcards = attributes.Any(a => a.AttributeType.Name == nameof(SupportsWildcardsAttribute));
        return attributes.Where(a => a.AttributeType.Name == nameof(ParameterAttribute)).Select(a => new ParameterShape(
            property.Name, property.PropertyType, CmdletShape.Named<string>(a, "ParameterSetName"), CmdletShape.Named<bool>(a, "Mandatory"),
            a.NamedArguments.Any(n => n.MemberName == "Position") ? CmdletShape.Named<int>(a, "Position") : null,
            CmdletShape.Named<bool>(a, "ValueFromPipeline"), CmdletShape.Named<bool>(a, "ValueFromPipelineByPropertyName"), hasWildcards,
            aliases)
        {
            Default = ParameterDefault.Of(property),
            Form = ParameterDefault.FormOf(property),
        });
    }

    /// <summary>A switch that PowerShell adds by itself.</summary>
    public static ParameterShape Switch(string name, string alias) =>
        new(name, typeof(SwitchParameter), null, false, null, false, false, false, [alias]);
}
