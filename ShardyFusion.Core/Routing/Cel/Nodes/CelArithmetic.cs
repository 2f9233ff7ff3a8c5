namespace ShardyFusion.Routing.Cel.Nodes;

// Integers never wrap around: what leaves 64 bits is a fault. Division truncates, and a remainder has the sign of what is divided.

readonly struct AddInt : ICelOperator<long, long>
{
    public static CelFault? Apply(long left, long right, out long result)
    {
        result = left + right;
        return ((left ^ result) & (right ^ result)) < 0 ? CelFault.Overflow : null;
    }
}

readonly struct SubtractInt : ICelOperator<long, long>
{
    public static CelFault? Apply(long left, long right, out long result)
    {
        result = left - right;
        return ((left ^ right) & (left ^ result)) < 0 ? CelFault.Overflow : null;
    }
}

readonly struct MultiplyInt : ICelOperator<long, long>
{
    public static CelFault? Apply(long left, long right, out long result)
    {
        var high = Math.BigMul(left, right, out result);
        return high == result >> 63 ? null : CelFault.Overflow;
    }
}

readonly struct DivideInt : ICelOperator<long, long>
{
    public static CelFault? Apply(long left, long right, out long result)
    {
        var fault = Divisions.Check(left, right);
        result = fault is null ? left / right : 0;
        return fault;
    }
}

readonly struct RemainderInt : ICelOperator<long, long>
{
    public static CelFault? Apply(long left, long right, out long result)
    {
        var fault = Divisions.Check(left, right);
        result = fault is null ? left % right : 0;
        return fault;
    }
}

static class Divisions
{
    public static CelFault? Check(long left, long right) =>
        right == 0 ? CelFault.DivisionByZero : right == -1 && left == long.MinValue ? CelFault.Overflow : null;
}

readonly struct AddUInt : ICelOperator<ulong, ulong>
{
    public static CelFault? Apply(ulong left, ulong right, out ulong result)
    {
        result = left + right;
        return result < left ? CelFault.Overflow : null;
    }
}

readonly struct SubtractUInt : ICelOperator<ulong, ulong>
{
    public static CelFault? Apply(ulong left, ulong right, out ulong result)
    {
        result = left - right;
        return right > left ? CelFault.Overflow : null;
    }
}

readonly struct MultiplyUInt : ICelOperator<ulong, ulong>
{
    public static CelFault? Apply(ulong left, ulong right, out ulong result) =>
        Math.BigMul(left, right, out result) == 0 ? null : CelFault.Overflow;
}

readonly struct DivideUInt : ICelOperator<ulong, ulong>
{
    public static CelFault? Apply(ulong left, ulong right, out ulong result)
    {
        result = right == 0 ? 0 : left / right;
        return right == 0 ? CelFault.DivisionByZero : null;
    }
}

readonly struct RemainderUInt : ICelOperator<ulong, ulong>
{
    public static CelFault? Apply(ulong left, ulong right, out ulong result)
    {
        result = right == 0 ? 0 : left % right;
        return right == 0 ? CelFault.DivisionByZero : null;
    }
}

// Floating-point arithmetic has no faults. The sign of a NaN can be seen in its text, so it does not depend on the processor.

readonly struct AddDouble : ICelOperator<double, double>
{
    public static CelFault? Apply(double left, double right, out double result)
    {
        result = CelDoubles.Signed(left + right, left, right);
        return null;
    }
}

readonly struct SubtractDouble : ICelOperator<double, double>
{
    public static CelFault? Apply(double left, double right, out double result)
    {
        result = CelDoubles.Signed(left - right, left, right);
        return null;
    }
}

readonly struct MultiplyDouble : ICelOperator<double, double>
{
    public static CelFault? Apply(double left, double right, out double result)
    {
        result = CelDoubles.Signed(left * right, left, right);
        return null;
    }
}

readonly struct DivideDouble : ICelOperator<double, double>
{
    public static CelFault? Apply(double left, double right, out double result)
    {
        result = CelDoubles.Signed(left / right, left, right);
        return null;
    }
}
