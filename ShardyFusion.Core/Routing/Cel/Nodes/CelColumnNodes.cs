using System.Text.Unicode;

namespace ShardyFusion.Routing.Cel.Nodes;

/// <summary>An int column or variable.</summary>
sealed class IntColumn(int slot) : CelNode<long>(CelType.Int)
{
    public override bool TryEvaluate(ref CelRow row, out long value)
    {
        ref var column = ref row.Columns[slot];
        value = column.Number;
        return column.Fault is null || row.Fail(column.Fault);
    }
}

/// <summary>A uint column or variable.</summary>
sealed class UIntColumn(int slot) : CelNode<ulong>(CelType.UInt)
{
    public override bool TryEvaluate(ref CelRow row, out ulong value)
    {
        ref var column = ref row.Columns[slot];
        value = (ulong)column.Number;
        return column.Fault is null || row.Fail(column.Fault);
    }
}

/// <summary>A double column or variable.</summary>
sealed class DoubleColumn(int slot) : CelNode<double>(CelType.Double)
{
    public override bool TryEvaluate(ref CelRow row, out double value)
    {
        ref var column = ref row.Columns[slot];
        value = BitConverter.Int64BitsToDouble(column.Number);
        return column.Fault is null || row.Fail(column.Fault);
    }
}

/// <summary>A bool column or variable.</summary>
sealed class BoolColumn(int slot) : CelNode<bool>(CelType.Bool)
{
    public override bool TryEvaluate(ref CelRow row, out bool value)
    {
        ref var column = ref row.Columns[slot];
        value = column.Number != 0;
        return column.Fault is null || row.Fail(column.Fault);
    }
}

/// <summary>A string or bytes column or variable.</summary>
sealed class TextColumn(CelType type, int slot) : CelNode<CelText>(type)
{
    public override bool TryEvaluate(ref CelRow row, out CelText value)
    {
        ref var column = ref row.Columns[slot];
        value = new CelText(column.Text, column.Offset, column.Length);
        return column.Fault is null || row.Fail(column.Fault);
    }
}

/// <summary>The key of integer encodings as int.</summary>
sealed class IntKey() : CelNode<long>(CelType.Int)
{
    public override bool TryEvaluate(ref CelRow row, out long value)
    {
        value = row.KeyNumber;
        return true;
    }
}

/// <summary>The key of integer encodings as uint.</summary>
sealed class UIntKey() : CelNode<ulong>(CelType.UInt)
{
    public override bool TryEvaluate(ref CelRow row, out ulong value)
    {
        value = (ulong)row.KeyNumber;
        return true;
    }
}

/// <summary>The key of integer encodings as double.</summary>
sealed class DoubleKey() : CelNode<double>(CelType.Double)
{
    public override bool TryEvaluate(ref CelRow row, out double value)
    {
        value = row.KeyNumber;
        return true;
    }
}

/// <summary>The key of text encodings.</summary>
/// <param name="type">String or bytes.</param>
/// <param name="mayBeNoText">True when the key's bytes can be anything and the expression wants text.</param>
sealed class TextKey(CelType type, bool mayBeNoText) : CelNode<CelText>(type)
{
    public override bool TryEvaluate(ref CelRow row, out CelText value)
    {
        value = row.KeyText;
        return !mayBeNoText || Utf8.IsValid(value) || row.Fail(CelFault.NoUtf8);
    }
}
