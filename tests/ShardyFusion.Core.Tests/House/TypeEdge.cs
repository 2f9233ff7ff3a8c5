using Mono.Cecil;

namespace ShardyFusion.Core.Tests.House;

/// <summary>One compiled type that names another: as base, in a signature, or anywhere in a method's body.</summary>
/// <param name="From">The outermost type that names.</param>
/// <param name="To">The outermost type that is named.</param>
/// <param name="Member">A member in which that happens.</param>
readonly record struct TypeEdge(TypeReference From, TypeReference To, string Member)
{
    public override string ToString() => $"{From.FullName} -> {To.FullName} (in {Member})";

    /// <summary>Every edge that leaves a type of the assembly, each pair of types once.</summary>
    public static IReadOnlyList<TypeEdge> Of(string assemblyFile)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(assemblyFile);
        var edges = new Dictionary<(string, string), TypeEdge>();
        foreach (var type in assembly.MainModule.GetTypes())
        {
            var from = Outermost(type);
            foreach (var (named, member) in Named(type))
            {
                foreach (var to in Parts(named).Select(Outermost))
                {
                    if (to.FullName != from.FullName) edges.TryAdd((from.FullName, to.FullName), new TypeEdge(from, to, member));
                }
            }
        }
        return [.. edges.Values];
    }

    static IEnumerable<(TypeReference Named, string Member)> Named(TypeDefinition type)
    {
        if (type.BaseType is { } parent) yield return (parent, "its base");
        foreach (var implemented in type.Interfaces) yield return (implemented.InterfaceType, "its interfaces");
        foreach (var attribute in type.CustomAttributes) yield return (attribute.AttributeType, "its attributes");
        foreach (var field in type.Fields) yield return (field.FieldType, field.Name);
        foreach (var method in type.Methods)
        {
            yield return (method.ReturnType, method.Name);
            foreach (var parameter in method.Parameters) yield return (parameter.ParameterType, method.Name);
            foreach (var named in method.HasBody ? Named(method) : []) yield return (named, method.Name);
        }
    }

    static IEnumerable<TypeReference> Named(MethodDefinition method)
    {
        foreach (var variable in method.Body.Variables) yield return variable.VariableType;
        foreach (var handler in method.Body.ExceptionHandlers)
        {
            if (handler.CatchType is { } caught) yield return caught;
        }
        foreach (var instruction in method.Body.Instructions)
        {
            switch (instruction.Operand)
            {
                case TypeReference named:
                    yield return named;
                    break;
                case FieldReference field:
                    yield return field.DeclaringType;
                    break;
                case MethodReference called:
                    yield return called.DeclaringType;
                    yield return called.ReturnType;
                    foreach (var argument in called is GenericInstanceMethod generic ? generic.GenericArguments : []) yield return argument;
                    break;
            }
        }
    }

    /// <summary>The types that one reference is made of: a generic one names its arguments, too.</summary>
    static IEnumerable<TypeReference> Parts(TypeReference type)
    {
        if (type is GenericInstanceType generic)
        {
            foreach (var part in generic.GenericArguments.SelectMany(Parts)) yield return part;
        }
        var element = type.GetElementType();
        if (!element.IsGenericParameter) yield return element;
    }

    static TypeReference Outermost(TypeReference type)
    {
        while (type.DeclaringType is { } outer) type = outer;
        return type;
    }
}
