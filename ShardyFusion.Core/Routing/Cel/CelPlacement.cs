using System.Buffers.Text;
using System.Numerics;
using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Routing.Cel;

/// <summary>Turns an expression's value into a shard's number. Immutable; safe for concurrent callers.</summary>
abstract class CelPlacement
{
    /// <summary>Evaluates the expression for a row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="dbId">The shard, below the number of shards; undefined on failure.</param>
    /// <returns>False when the row has no shard; <see cref="CelRow.Fault"/> says why.</returns>
    public abstract bool TryPlace(ref CelRow row, out int dbId);

    /// <summary>The value is the shard's number itself: an integer, true or false as 1 and 0, or text or bytes of ASCII digits.</summary>
    public static CelPlacement Direct(CelProgram program, int shardCount) => program.Root switch
    {
        CelNode<long> number => new DirectNumber<long>(number, shardCount),
        CelNode<ulong> number => new DirectNumber<ulong>(number, shardCount),
        CelNode<bool> truth => new DirectNumber<long>(AsNumber(truth), shardCount),
        CelNode<CelText> text => new DirectText(text, shardCount),
        _ => throw CelSharding.Invalid("the expression gives a double, and a shard's number is an integer; convert with int()"),
    };

    protected internal static CelNode<long> AsNumber(CelNode<bool> truth) => new CelUnary<BoolToInt, bool, long>(CelType.Int, truth);

    /// <summary>A fault for a number that is no shard's.</summary>
    protected static CelFault NoShard(string shown, int shardCount) =>
        new($"the expression gives {shown}, and shards are numbered from 0 to {shardCount - 1}");
}

/// <summary>A number that is the shard's.</summary>
sealed class DirectNumber<T>(CelNode<T> value, int shardCount) : CelPlacement where T : struct, IBinaryInteger<T>
{
    readonly T limit = T.CreateChecked(shardCount);

    public override bool TryPlace(ref CelRow row, out int dbId)
    {
        dbId = 0;
        if (!value.TryEvaluate(ref row, out var number)) return false;
        if (number < T.Zero || number >= limit) return row.Fail(NoShard(number.ToString()!, shardCount));
        dbId = int.CreateTruncating(number);
        return true;
    }
}

/// <summary>A text of digits that is the shard's number.</summary>
sealed class DirectText(CelNode<CelText> value, int shardCount) : CelPlacement
{
    public override bool TryPlace(ref CelRow row, out int dbId)
    {
        dbId = 0;
        if (!value.TryEvaluate(ref row, out var text)) return false;
        return text.Length > 0 && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9') && Utf8Parser.TryParse(text, out dbId, out _)
            && dbId < shardCount
            || row.Fail(NoShard(KeyFaults.Quote(System.Text.Encoding.UTF8.GetString(text)), shardCount));
    }
}

/// <summary>A number among those that cut all numbers into ranges.</summary>
/// <param name="value">Any integer.</param>
/// <param name="boundaries">The least integer of shards 1, 2, …</param>
/// <param name="shardCount">Number of shards.</param>
sealed class NumberRanges<T>(CelNode<T> value, Int128[] boundaries, int shardCount) : CelPlacement where T : struct, IBinaryInteger<T>
{
    public override bool TryPlace(ref CelRow row, out int dbId)
    {
        dbId = 0;
        if (!value.TryEvaluate(ref row, out var number)) return false;
        var wide = Int128.CreateTruncating(number);
        var high = boundaries.Length;
        while (dbId < high)
        {
            var middle = (dbId + high) >>> 1;
            if (wide < boundaries[middle]) high = middle;
            else dbId = middle + 1;
        }
        return dbId < shardCount || row.Fail(NoShard($"the range {dbId}", shardCount));
    }
}

/// <summary>A text among those that cut all texts into ranges.</summary>
sealed class TextRanges(CelNode<CelText> value, TextKeys boundaries, int shardCount) : CelPlacement
{
    public override bool TryPlace(ref CelRow row, out int dbId)
    {
        dbId = 0;
        if (!value.TryEvaluate(ref row, out var text)) return false;
        dbId = boundaries.UpperBound(text);
        return dbId < shardCount || row.Fail(NoShard($"the range {dbId}", shardCount));
    }
}

/// <summary>A value that is exactly a shard's.</summary>
sealed class ExactValue<T>(CelNode<T> value, ICelKeys<T> keys, int shardCount) : CelPlacement
#if NET9_0_OR_GREATER
    where T : allows ref struct
#endif
{
    static readonly CelFault unknown = new("no shard has the value that the expression gives");

    public override bool TryPlace(ref CelRow row, out int dbId)
    {
        dbId = 0;
        if (!value.TryEvaluate(ref row, out var found)) return false;
        dbId = keys.IndexOf(found);
        return dbId >= 0 && dbId < shardCount || row.Fail(unknown);
    }
}
