using System.Globalization;
using System.Numerics;
using System.Text;
using ShardyFusion.Errors;
using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Routing.Cel;

/// <summary>Checks lists of boundaries and routing values, and makes placements of them.</summary>
static class CelValueLists
{
    enum Kind
    {
        Integer,
        Double,
        Text,
        Bytes,
    }

    /// <summary>Refuses boundaries that are not strictly ascending or not of one type.</summary>
    public static void CheckBoundaries(IReadOnlyList<object?> boundaries)
    {
        const string list = "boundaries";
        var kind = KindOf(boundaries, list);
        for (var i = 1; i < boundaries.Count; i++)
        {
            if (!IsBelow(kind, boundaries[i - 1]!, boundaries[i]!))
                throw CelSharding.Invalid($"boundaries must ascend, and {KeyFaults.Show(boundaries[i])} follows "
                    + $"{KeyFaults.Show(boundaries[i - 1])}");
        }
    }

    /// <summary>The placement by ranges.</summary>
    public static CelPlacement Ranges(CelProgram program, IReadOnlyList<object?> boundaries, int shardCount)
    {
        CheckBoundaries(boundaries);
        var kind = KindOf(boundaries, "boundaries");
        return (program.Root, kind) switch
        {
            (CelNode<long> number, Kind.Integer or Kind.Double) => new NumberRanges<long>(number, Least(boundaries), shardCount),
            (CelNode<ulong> number, Kind.Integer or Kind.Double) => new NumberRanges<ulong>(number, Least(boundaries), shardCount),
            (CelNode<bool> truth, Kind.Integer or Kind.Double) =>
                new NumberRanges<long>(CelPlacement.AsNumber(truth), Least(boundaries), shardCount),
            (CelNode<CelText> text, Kind.Text) => new TextRanges(text, new TextKeys(boundaries.Select(Bytes)), shardCount),
            (CelNode<CelText> { Type: CelType.Bytes } bytes, Kind.Bytes) =>
                new TextRanges(bytes, new TextKeys(boundaries.Select(Bytes)), shardCount),
            _ => throw Mismatch(program, kind, "boundaries"),
        };
    }

    /// <summary>The placement by exact values.</summary>
    public static CelPlacement Exact(CelProgram program, IReadOnlyList<object?> values, int shardCount)
    {
        const string list = "routing values";
        if (values.Count == 0) return None(program);
        var kind = KindOf(values, list);
        if (kind == Kind.Double) throw CelSharding.Invalid("routing values cannot be doubles");
        var seen = new HashSet<string>();
        foreach (var value in values)
        {
            if (!seen.Add(kind == Kind.Integer ? Big(value!).ToString(CultureInfo.InvariantCulture) : Convert.ToHexString(Bytes(value))))
                throw CelSharding.Invalid($"the routing value {KeyFaults.Show(value)} is there twice");
        }
        return (program.Root, kind) switch
        {
            (CelNode<long> number, Kind.Integer) => new ExactValue<long>(number, Numbers<long>(values), shardCount),
            (CelNode<ulong> number, Kind.Integer) => new ExactValue<ulong>(number, Numbers<ulong>(values), shardCount),
            (CelNode<CelText> text, Kind.Text) =>
                new ExactValue<CelText>(text, new TextKeys(values.Select(Bytes)), shardCount),
            (CelNode<CelText> { Type: CelType.Bytes } bytes, Kind.Bytes) =>
                new ExactValue<CelText>(bytes, new TextKeys(values.Select(Bytes)), shardCount),
            _ => throw Mismatch(program, kind, list),
        };
    }

    // A list without values has no place for any row.
    static CelPlacement None(CelProgram program) => program.Root switch
    {
        CelNode<long> number => new ExactValue<long>(number, new NumberKeys<long>([]), 0),
        CelNode<ulong> number => new ExactValue<ulong>(number, new NumberKeys<ulong>([]), 0),
        CelNode<CelText> text => new ExactValue<CelText>(text, new TextKeys([]), 0),
        _ => throw CelSharding.Invalid($"the expression gives {program.ResultType.StorageName()}, which is no routing value"),
    };

    static ShardyFusionException Mismatch(CelProgram program, Kind kind, string list) =>
        CelSharding.Invalid($"the expression gives {program.ResultType.StorageName()}, but the {list} are {Name(kind)}");

    static string Name(Kind kind) => kind switch
    {
        Kind.Integer => "integers",
        Kind.Double => "doubles",
        Kind.Text => "text",
        _ => "bytes",
    };

    static Kind KindOf(IReadOnlyList<object?> values, string list)
    {
        var first = KindOf(values[0], list);
        foreach (var value in values)
        {
            var kind = KindOf(value, list);
            if (kind != first)
                throw CelSharding.Invalid($"{list} must be of one type, and {KeyFaults.Show(value)} is not one of the {Name(first)}");
        }
        return first;
    }

    static Kind KindOf(object? value, string list) => value switch
    {
        byte or sbyte or short or ushort or int or uint or long or ulong or Int128 or BigInteger => Kind.Integer,
        double => Kind.Double,
        string => Kind.Text,
        byte[] => Kind.Bytes,
        _ => throw CelSharding.Invalid($"{list} are integers, doubles, text or bytes, and {KeyFaults.Show(value)} is none of them"),
    };

    static bool IsBelow(Kind kind, object left, object right) => kind switch
    {
        Kind.Integer => Big(left) < Big(right),
        Kind.Double => (double)left < (double)right,
        _ => Bytes(left).AsSpan().SequenceCompareTo(Bytes(right)) < 0,
    };

    static BigInteger Big(object value) => value switch
    {
        BigInteger number => number,
        Int128 number => number,
        ulong number => number,
        _ => Convert.ToInt64(value, CultureInfo.InvariantCulture),
    };

    static byte[] Bytes(object? value)
    {
        try
        {
            return value as byte[] ?? strict.GetBytes((string)value!);
        }
        catch (EncoderFallbackException e)
        {
            throw CelSharding.Invalid($"{KeyFaults.Show(value)} holds half a character, an unpaired surrogate: {e.Message}");
        }
    }

    static readonly UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    // The least integers that are not below the boundaries. NaN is below everything.
    static Int128[] Least(IReadOnlyList<object?> boundaries) =>
        [.. boundaries.Select(boundary =>
            boundary is double number ? double.IsNaN(number) ? Int128.MinValue : Int128.CreateSaturating(Math.Ceiling(number))
            : Int128.CreateSaturating(Big(boundary!)))];

    // Values that no 64-bit number can have only keep their place.
    static SparseKeys<T> Numbers<T>(IReadOnlyList<object?> values) where T : struct, IBinaryInteger<T>, IMinMaxValue<T> =>
        new(values.Select(value => Big(value!)));

    sealed class SparseKeys<T> : ICelKeys<T> where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        readonly NumberKeys<Int128> keys;

        public SparseKeys(IEnumerable<BigInteger> values) => keys = new NumberKeys<Int128>(values.Select(Int128.CreateSaturating));

        public int IndexOf(T value) => keys.IndexOf(Int128.CreateTruncating(value));
    }
}
