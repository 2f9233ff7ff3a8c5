using System.Numerics;
using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Routing.Cel;

// Lists and maps exist only as the expression spells them out, so each is compiled into what is done with it.
sealed partial class CelCompiler
{
    CelNode<bool> Membership(CelOperation operation)
    {
        var sought = Compile(operation.Operands[0]);
        var container = operation.Operands[1];
        var elements = container switch
        {
            CelListSyntax list => Elements(list, sought.Type),
            CelMapSyntax map => Keys(map, sought.Type),
            _ => throw CelExpressionException.Invalid(container.At,
                $"'in' needs a list or a map behind it, not {Compile(container).Type.StorageName()}"),
        };
        return sought switch
        {
            CelNode<long> number => Membership<Equal<long>, long>(number, elements),
            CelNode<ulong> number => Membership<Equal<ulong>, ulong>(number, elements),
            CelNode<double> number => Membership<Equal<double>, double>(number, elements),
            CelNode<bool> truth =>
                Membership<Equal<long>, long>(CelOperators.AsNumber(truth),
                    [.. elements.Select(element => CelOperators.AsNumber((CelNode<bool>)element))]),
            CelNode<CelText> text when elements.All(IsConstant) =>
                new CelInConstants<CelText>(text, new TextKeys(elements.Select(Text))),
            CelNode<CelText> text =>
                new CelInList<TextEqual, CelText>(text, [.. elements.Cast<CelNode<CelText>>()]),
            _ => throw new InvalidOperationException(),
        };
    }

    // A constant NaN equals nothing, so it is left out.
    static CelNode<bool> Membership<TEqual, T>(CelNode<T> sought, CelNode[] elements)
        where TEqual : struct, ICelOperator<T, bool> where T : struct, INumber<T> =>
        elements.All(IsConstant)
            ? new CelInConstants<T>(sought, new NumberKeys<T>(elements.Select(Number<T>).Where(value => !T.IsNaN(value))))
            : new CelInList<TEqual, T>(sought, [.. elements.Cast<CelNode<T>>()]);

    static T Number<T>(CelNode node) where T : struct => ((CelConstant<T>)node).Value;

    static byte[] Text(CelNode node) => ((CelTextConstant)node).Value;

    /// <summary>The elements of a list, all of one type.</summary>
    /// <param name="list">The list.</param>
    /// <param name="type">The type they must have; null for that of the first.</param>
    CelNode[] Elements(CelListSyntax list, CelType? type)
    {
        var elements = list.Elements.Select(Compile).ToArray();
        for (var i = 1; i < elements.Length; i++)
        {
            if (elements[i].Type != elements[0].Type)
                throw CelExpressionException.Unsupported(list.Elements[i].At,
                    $"lists of {elements[0].Type.StorageName()} and {elements[i].Type.StorageName()} together are not supported");
        }
        if (type is { } wanted && elements.Length > 0 && elements[0].Type != wanted)
            throw CelExpressionException.Invalid(list.At,
                $"the value is {wanted.StorageName()}, but the list holds "
                    + $"{elements[0].Type.StorageName()}{CelTypeAdvice.For(wanted, elements[0].Type)}");
        return elements;
    }

    /// <summary>The keys of a map: constants, each once, of one type.</summary>
    CelNode[] Keys(CelMapSyntax map, CelType? type)
    {
        var keys = Elements(new CelListSyntax(map.At, [.. map.Entries.Select(entry => entry.Key)]), type);
        var seen = new HashSet<object>();
        for (var i = 0; i < keys.Length; i++)
        {
            var at = map.Entries[i].Key.At;
            if (keys[i].Type is CelType.Double or CelType.Bytes)
                throw CelExpressionException.Unsupported(at, $"a map's key cannot be {keys[i].Type.StorageName()}");
            if (!IsConstant(keys[i])) throw CelExpressionException.Unsupported(at, "computed keys of maps are not supported");
            var value = ((CelLiteral)map.Entries[i].Key).Value;
            if (!seen.Add(value is byte[] text ? Convert.ToHexString(text) : value))
                throw CelExpressionException.Unsupported(at, "the map has this key twice, so every row would fail");
        }
        if (type is not null && !map.Entries.All(entry => IsConstant(Compile(entry.Value))))
            throw CelExpressionException.Unsupported(map.At,
                "'in' with a map whose values are computed is not supported; use a list of its keys");
        return keys;
    }

    CelNode Element(CelOperation operation)
    {
        var index = Compile(operation.Operands[1]);
        var (values, position) = operation.Operands[0] switch
        {
            CelListSyntax { Elements.Count: 0 } =>
                throw CelExpressionException.Unsupported(operation.At, "an index into an empty list is not supported"),
            CelListSyntax list => (Elements(list, null), Index(operation, index)),
            CelMapSyntax { Entries.Count: 0 } =>
                throw CelExpressionException.Unsupported(operation.At, "a key of an empty map is not supported"),
            CelMapSyntax map =>
                (Elements(new CelListSyntax(map.At, [.. map.Entries.Select(entry => entry.Value)]), null), Entry(map, index, operation.At)),
            var other => throw CelExpressionException.Invalid(operation.At,
                $"a value of type {Compile(other).Type.StorageName()} has no elements"),
        };
        return values[0].Type switch
        {
            CelType.Int => Element<long>(values, position),
            CelType.UInt => Element<ulong>(values, position),
            CelType.Double => Element<double>(values, position),
            CelType.Bool => Element<bool>(values, position),
            _ => Element<CelText>(values, position),
        };
    }

    static CelElement<T> Element<T>(CelNode[] values, CelNode<long> position)
#if NET9_0_OR_GREATER
        where T : allows ref struct
#endif
        => new([.. values.Cast<CelNode<T>>()], position, values.All(IsConstant));

    static CelNode<long> Index(CelOperation operation, CelNode index) => index as CelNode<long>
        ?? throw CelExpressionException.Invalid(operation.Operands[1].At,
            $"an index into a list must be int, not {index.Type.StorageName()}{CelTypeAdvice.For(CelType.Int, index.Type)}");

    CelNode<long> Entry(CelMapSyntax map, CelNode key, CelPosition at)
    {
        var keys = Keys(map, null);
        if (keys[0].Type != key.Type)
            throw CelExpressionException.Invalid(at,
                $"the key is {key.Type.StorageName()}, but the map's keys are "
                    + $"{keys[0].Type.StorageName()}{CelTypeAdvice.For(key.Type, keys[0].Type)}");
        return key switch
        {
            CelNode<long> number => new CelEntryIndex<long>(number, new NumberKeys<long>(keys.Select(Number<long>))),
            CelNode<ulong> number => new CelEntryIndex<ulong>(number, new NumberKeys<ulong>(keys.Select(Number<ulong>))),
            CelNode<bool> truth => new CelEntryIndex<bool>(truth, new NumberKeys<bool>(keys.Select(Number<bool>))),
            _ => new CelEntryIndex<CelText>((CelNode<CelText>)key, new TextKeys(keys.Select(Text))),
        };
    }

    CelNode Macro(CelCall call, CelMacro macro)
    {
        if (call.Arguments[0] is not CelIdentifier variable)
            throw CelExpressionException.Invalid(call.Arguments[0].At, $"the first argument of {call.Name}() names a variable");
        if (call.Target is CelMapSyntax)
            throw CelExpressionException.Unsupported(call.At, $"{call.Name}() over a map is not supported; use a list of its keys");
        if (call.Target is not CelListSyntax list)
            throw CelExpressionException.Invalid(call.At,
                $"{call.Name}() needs a list before it, not {Compile(call.Target!).Type.StorageName()}");
        if (list.Elements.Count == 0)
            throw CelExpressionException.Unsupported(list.At, $"{call.Name}() over an empty list is not supported");

        var elements = Elements(list, null);
        var slot = columns.Count + variables++;
        scope.Add((variable.Name, elements[0].Type, slot));
        var body = As<bool>(call.Arguments[1], CelType.Bool, $"what {call.Name}() asks of each element");
        scope.RemoveAt(scope.Count - 1);
        return elements[0].Type switch
        {
            CelType.Int => Loop<IntVariable, long>(macro, elements, slot, body),
            CelType.UInt => Loop<UIntVariable, ulong>(macro, elements, slot, body),
            CelType.Double => Loop<DoubleVariable, double>(macro, elements, slot, body),
            CelType.Bool => Loop<BoolVariable, bool>(macro, elements, slot, body),
            _ => Loop<TextVariable, CelText>(macro, elements, slot, body),
        };
    }

    static CelLoop<TVariable, T> Loop<TVariable, T>(CelMacro macro, CelNode[] elements, int slot, CelNode<bool> body)
        where TVariable : struct, ICelVariable<T>
#if NET9_0_OR_GREATER
        where T : allows ref struct
#endif
        => new(macro, [.. elements.Cast<CelNode<T>>()], slot, body, elements.All(IsConstant));
}
