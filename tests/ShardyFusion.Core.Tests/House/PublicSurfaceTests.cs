using System.Reflection;
using ShardyFusion.Errors;
using ShardyFusion.Formats.Values;
using ShardyFusion.Measuring;
using ShardyFusion.Telemetry;

namespace ShardyFusion.Core.Tests.House;

/// <summary>Public is what one gets at through a door of the library, and nothing else.</summary>
public sealed class PublicSurfaceTests
{
    const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static
        | BindingFlags.DeclaredOnly;

    static readonly Assembly core = typeof(SnapshotStore).Assembly;

    /// <summary>Where a program starts, and what it makes by hand: a row of several named fields, a value read back.</summary>
    static readonly Type[] doors =
    [
        typeof(SnapshotStore), typeof(SnapshotMeasure), typeof(ShardyTelemetry), typeof(MetricServer), typeof(OtlpExport),
            typeof(RowFields),
        typeof(ValueDecoder),
    ];

    static HashSet<Type> Named => [.. core.GetExportedTypes().SelectMany(NamedBy)];

    [Fact]
    public void PublicTypes_AreReachedFromTheDoors()
    {
        var reached = new HashSet<Type>();
        var open = new Queue<Type>(doors.Concat(core.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(Exception)))));
        while (open.TryDequeue(out var type))
        {
            if (type.Assembly != core || !reached.Add(type)) continue;
            foreach (var named in NamedBy(type)) open.Enqueue(named);
        }
        var shut = core.GetExportedTypes().Except(reached).Select(type => type.FullName).Order().ToList();
        Assert.True(shut.Count == 0, $"Public, but no door leads there; make them internal:\n{string.Join('\n', shut)}");
    }

    [Fact]
    public void PublicMembers_NameNoTypeOfAnotherLibrary()
    {
        var foreign = Named.Where(type => type.Assembly != core && !type.Assembly.GetName().Name!.StartsWith("System.",
            StringComparison.Ordinal))
            .Select(type => type.FullName).Order().ToList();
        Assert.True(foreign.Count == 0, $"Types of other libraries in public members:\n{string.Join('\n', foreign)}");
    }

    [Fact]
    public void Exceptions_ThatReachCallers_AreOfTheFamily()
    {
        var strangers = core.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(Exception))
            && !type.IsAssignableTo(typeof(ShardyFusionException)));
        Assert.Empty(strangers);
    }

    static IEnumerable<Type> NamedBy(Type type) => new[] { type.BaseType }.Concat(type.GetInterfaces()).Concat(type.GetMembers(Declared)
        .SelectMany(OfMember)).OfType<Type>().SelectMany(Parts);

    static IEnumerable<Type?> OfMember(MemberInfo member) => member switch
    {
        MethodBase method when method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly =>
            [.. method.GetParameters().Select(p => p.ParameterType), (method as MethodInfo)?.ReturnType,
                .. method.IsGenericMethod ? method.GetGenericArguments().SelectMany(a => a.GetGenericParameterConstraints()) : []],
        FieldInfo { IsPublic: true } field => [field.FieldType],
        Type { IsNestedPublic: true } nested => [nested],
        _ => [],
    };

    static IEnumerable<Type> Parts(Type type) => type switch
    {
        { HasElementType: true } => Parts(type.GetElementType()!),
        { IsGenericParameter: true } => [],
        { IsGenericType: true } => type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition()),
        _ => [type],
    };
}
