using System.Globalization;
using System.Text;
using ShardyFusion.Routing.Cel;
using ShardyFusion.Routing.Cel.Nodes;

namespace ShardyFusion.Core.Tests.Routing.Cel;

/// <summary>Values of expressions as text, for comparisons.</summary>
static class CelValueText
{
    /// <summary>Evaluates an expression.</summary>
    /// <returns>Its value as <see cref="CelGolden"/> writes it, or null on failure.</returns>
    public static string? Evaluate(CelProgram program, CelColumns columns, out CelFault? fault)
    {
        var row = new CelRow(columns);
        var text = program.Root switch
        {
            CelNode<long> node => node.TryEvaluate(ref row, out var value) ? value.ToString(CultureInfo.InvariantCulture) : null,
            CelNode<ulong> node => node.TryEvaluate(ref row, out var value) ? value.ToString(CultureInfo.InvariantCulture) : null,
            CelNode<double> node => node.TryEvaluate(ref row, out var value) ? Normal(value) : null,
            CelNode<bool> node => node.TryEvaluate(ref row, out var value) ? value ? "true" : "false" : null,
            CelNode<CelText> node => node.TryEvaluate(ref row, out var value) ? Text(program.ResultType, value) : null,
            _ => throw new InvalidOperationException(),
        };
        fault = row.Fault;
        return text;
    }

    public static string? Evaluate(string expression, params (string Name, CelType Type, object? Value)[] given)
    {
        var program = CelCompiler.Compile(expression, [.. given.Select(column => new CelColumn(column.Name, column.Type))], null);
        var columns = program.CreateColumns();
        for (var i = 0; i < given.Length; i++) columns.Set(i, given[i].Value);
        return Evaluate(program, columns, out _);
    }

    static string Text(CelType type, ReadOnlySpan<byte> value) =>
        type == CelType.String ? Encoding.UTF8.GetString(value) : Convert.ToBase64String(value);

    /// <summary>A double by its bits; NaN is one.</summary>
    public static string Normal(double value) => double.IsNaN(value) ? "NaN" : $"{value:R} {BitConverter.DoubleToInt64Bits(value):x}";
}
