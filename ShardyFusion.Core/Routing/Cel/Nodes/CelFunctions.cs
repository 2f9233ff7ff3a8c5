using System.Buffers.Text;
using System.Text.Unicode;
using ShardyFusion.Hashing;

namespace ShardyFusion.Routing.Cel.Nodes;

/// <summary>What a function does to its operand.</summary>
interface ICelFunction<TOperand, TResult>
#if NET9_0_OR_GREATER
    where TOperand : allows ref struct
#endif
{
    /// <summary>Computes the result.</summary>
    /// <returns>Null, or why there is none.</returns>
    static abstract CelFault? Apply(TOperand operand, out TResult result);
}

/// <summary>A function of one operand whose result needs no memory.</summary>
sealed class CelUnary<TFunction, TOperand, TResult>(CelType type, CelNode<TOperand> operand) : CelNode<TResult>(type)
    where TFunction : struct, ICelFunction<TOperand, TResult>
#if NET9_0_OR_GREATER
    where TOperand : allows ref struct
#endif
{
    public override long Steps => 1 + operand.Steps;

    public override bool TryEvaluate(ref CelRow row, out TResult value)
    {
        if (!operand.TryEvaluate(ref row, out var given))
        {
            value = default!;
            return false;
        }
        var fault = TFunction.Apply(given, out value);
        return fault is null || row.Fail(fault);
    }
}

readonly struct NegateInt : ICelFunction<long, long>
{
    public static CelFault? Apply(long operand, out long result)
    {
        result = -operand;
        return operand == long.MinValue ? CelFault.Overflow : null;
    }
}

readonly struct NegateDouble : ICelFunction<double, double>
{
    public static CelFault? Apply(double operand, out double result)
    {
        // The sign bit alone: a negated NaN must change its sign on every processor.
        result = BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(operand) ^ long.MinValue);
        return null;
    }
}

readonly struct BoolToInt : ICelFunction<bool, long>
{
    public static CelFault? Apply(bool operand, out long result)
    {
        result = operand ? 1 : 0;
        return null;
    }
}

readonly struct UIntToInt : ICelFunction<ulong, long>
{
    public static CelFault? Apply(ulong operand, out long result)
    {
        result = (long)operand;
        return operand > long.MaxValue ? CelFault.IntRange : null;
    }
}

readonly struct DoubleToInt : ICelFunction<double, long>
{
    // -2^63 would fit, and is refused by the reference evaluator.
    public static CelFault? Apply(double operand, out long result)
    {
        var fits = operand is > -9223372036854775808.0 and < 9223372036854775808.0;
        result = fits ? (long)operand : 0;
        return fits ? null : CelFault.IntRange;
    }
}

readonly struct TextToInt : ICelFunction<CelText, long>
{
    public static CelFault? Apply(CelText operand, out long result) =>
        CelNumberText.TryLooseInt(operand, out result) ? null : CelFault.NoInt;
}

readonly struct IntToUInt : ICelFunction<long, ulong>
{
    public static CelFault? Apply(long operand, out ulong result)
    {
        result = (ulong)operand;
        return operand < 0 ? CelFault.UIntRange : null;
    }
}

readonly struct DoubleToUInt : ICelFunction<double, ulong>
{
    public static CelFault? Apply(double operand, out ulong result)
    {
        var fits = operand is >= 0 and < 18446744073709551616.0;
        result = fits ? (ulong)operand : 0;
        return fits ? null : CelFault.UIntRange;
    }
}

readonly struct TextToUInt : ICelFunction<CelText, ulong>
{
    public static CelFault? Apply(CelText operand, out ulong result) =>
        CelNumberText.TryLooseUInt(operand, out result) ? null : CelFault.NoUInt;
}

readonly struct IntToDouble : ICelFunction<long, double>
{
    public static CelFault? Apply(long operand, out double result)
    {
        result = operand;
        return null;
    }
}

readonly struct UIntToDouble : ICelFunction<ulong, double>
{
    public static CelFault? Apply(ulong operand, out double result)
    {
        result = operand;
        return null;
    }
}

readonly struct TextToDouble : ICelFunction<CelText, double>
{
    public static CelFault? Apply(CelText operand, out double result) =>
        CelNumberText.TryLooseDouble(operand, out result) ? null : CelFault.NoDouble;
}

readonly struct TextToBool : ICelFunction<CelText, bool>
{
    public static CelFault? Apply(CelText operand, out bool result)
    {
        result = operand.SequenceEqual("true"u8) || operand.SequenceEqual("TRUE"u8) || operand.SequenceEqual("True"u8)
            || operand.SequenceEqual("t"u8) || operand.SequenceEqual("1"u8);
        var isFalse = operand.SequenceEqual("false"u8) || operand.SequenceEqual("FALSE"u8) || operand.SequenceEqual("False"u8)
            || operand.SequenceEqual("f"u8) || operand.SequenceEqual("0"u8);
        return result || isFalse ? null : CelFault.NoBool;
    }
}

readonly struct CodePointCount : ICelFunction<CelText, long>
{
    public static CelFault? Apply(CelText operand, out long result)
    {
        // Every byte that does not continue a character begins one.
        var continuing = 0;
        foreach (var b in operand) continuing += (b & 0xC0) == 0x80 ? 1 : 0;
        result = operand.Length - continuing;
        return null;
    }
}

readonly struct ByteCount : ICelFunction<CelText, long>
{
    public static CelFault? Apply(CelText operand, out long result)
    {
        result = operand.Length;
        return null;
    }
}

readonly struct HashInt : ICelFunction<long, ulong>
{
    public static CelFault? Apply(long operand, out ulong result)
    {
        result = XxHash3.Hash8((ulong)operand);
        return null;
    }
}

readonly struct HashUInt : ICelFunction<ulong, ulong>
{
    public static CelFault? Apply(ulong operand, out ulong result)
    {
        result = XxHash3.Hash8(operand);
        return operand > long.MaxValue ? CelFault.HashRange : null;
    }
}

readonly struct HashText : ICelFunction<CelText, ulong>
{
    public static CelFault? Apply(CelText operand, out ulong result)
    {
        result = XxHash3.Hash(operand);
        return null;
    }
}

/// <summary><c>string(bytes)</c>, when <paramref name="mayBeNoText"/>, and <c>bytes(string)</c>: the same bytes under another
/// type.</summary>
sealed class CelRetyped(CelType type, bool mayBeNoText, CelNode<CelText> operand) : CelNode<CelText>(type)
{
    public override long Steps => 1 + operand.Steps;

    public override bool TryEvaluate(ref CelRow row, out CelText value)
    {
        if (!operand.TryEvaluate(ref row, out value)) return false;
        return !mayBeNoText || Utf8.IsValid(value) || row.Fail(CelFault.NoUtf8);
    }
}

/// <summary>How a number becomes text.</summary>
interface ICelFormat<T>
{
    /// <summary>Writes at most <see cref="CelDoubles.MaxTextBytes"/>.</summary>
    static abstract int Format(T value, Span<byte> text);
}

/// <summary><c>string()</c> of a number or truth value.</summary>
sealed class CelFormatted<TFormat, T>(CelNode<T> operand) : CelNode<CelText>(CelType.String)
    where TFormat : struct, ICelFormat<T>
{
    public override long Steps => 1 + operand.Steps;

    public override bool TryEvaluate(ref CelRow row, out CelText value)
    {
        value = default;
        if (!operand.TryEvaluate(ref row, out var number)) return false;
        var scratch = row.Columns.Scratch;
        value = scratch.Advance(TFormat.Format(number, scratch.Room(CelDoubles.MaxTextBytes)));
        return true;
    }
}

readonly struct IntFormat : ICelFormat<long>
{
    public static int Format(long value, Span<byte> text) => Utf8Formatter.TryFormat(value, text, out var written) ? written : 0;
}

readonly struct UIntFormat : ICelFormat<ulong>
{
    public static int Format(ulong value, Span<byte> text) => Utf8Formatter.TryFormat(value, text, out var written) ? written : 0;
}

readonly struct DoubleFormat : ICelFormat<double>
{
    public static int Format(double value, Span<byte> text) => CelDoubles.Format(value, text);
}

readonly struct BoolFormat : ICelFormat<bool>
{
    public static int Format(bool value, Span<byte> text)
    {
        var name = value ? "true"u8 : "false"u8;
        name.CopyTo(text);
        return name.Length;
    }
}
