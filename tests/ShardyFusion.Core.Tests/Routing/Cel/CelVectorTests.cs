using System.Text.Json;
using ShardyFusion.Errors;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Core.Tests.Routing.Cel;

/// <summary>Every expression and row that the reference evaluator answered: equal here, or the expression is refused by name.</summary>
public class CelVectorTests(ITestOutputHelper output)
{
    // Direct mode there passes any integer; the largest that can be a shard's number here.
    const int MostShards = int.MaxValue;

    sealed class Tally
    {
        public int Cases, RefusedCases, Rows, Equal, Refused, CutAtNul, OutOfRange, NoDigits, BytesUsed, BoolsUsed, Routed;
        public List<string> Different { get; } = [];

        public override string ToString() =>
            $"{Cases} expressions, {RefusedCases} refused by name; {Rows} rows: {Equal} values equal, {Routed} shards equal, "
            + $"{Refused} refused with their expression, {CutAtNul} left out (text cut at NUL there); only the reference passes "
            + $"{OutOfRange} "
            + $"shard numbers out of range and reads {NoDigits} texts as numbers; only the reference refuses {BytesUsed} bytes results and "
            + $"{BoolsUsed} bool results; different: {Different.Count}";
    }

    [Theory]
    [InlineData("vectors", "cases")]
    [InlineData("boundaries", "cases")]
    [InlineData("routing-values", "cases")]
    [InlineData("sharding-spec", "by_columns")]
    public void Evaluate_EveryGoldenRow_IsEqualOrItsExpressionIsRefusedByName(string file, string list)
    {
        var tally = new Tally();
        foreach (var item in CelGolden.Load(file).Items(list)) Compare(item, tally);
        output.WriteLine($"counts: {file}: {tally}");
        Assert.True(tally.Different.Count == 0, string.Join('\n', tally.Different.Take(20)));
        Assert.True(tally.Equal > 0);
    }

    static void Compare(JsonElement item, Tally tally)
    {
        if (!item.Has("rows")) return;
        tally.Cases++;
        var expression = item.OptionalText("expr") ?? item.Text("cel_expr");
        var declared = item.Has("cel_columns")
            ? [.. item.GetProperty("cel_columns").EnumerateObject().Select(column =>
                new CelColumn(column.Name, CelGolden.Type(column.Value.GetString()!)))]
            : CelGolden.Columns(item);
        CelProgram program;
        try
        {
            program = CelCompiler.Compile(expression, declared, null);
        }
        catch (CelExpressionException e)
        {
            tally.RefusedCases++;
            tally.Rows += item.GetProperty("rows").GetArrayLength();
            tally.Refused += item.GetProperty("rows").GetArrayLength();
            if (!e.IsUnsupported && !item.Items("rows").All(row => row.Has("error"))) tally.Different.Add($"{expression}: {e.Message}");
            return;
        }

        var placement = Placement(item, program, out var refusal);
        var columns = program.CreateColumns();
        var isListRefusedThere = item.Has("spec") && !item.GetProperty("spec").GetProperty("ok").GetBoolean();
        foreach (var row in item.Items("rows"))
        {
            tally.Rows++;
            if (CelGolden.HasQuirk(row, "nul")) tally.CutAtNul++;
            else CompareRow(expression, program, placement, refusal, columns, declared, row, isListRefusedThere, tally);
        }
    }

    static CelPlacement? Placement(JsonElement item, CelProgram program, out string? refusal)
    {
        refusal = null;
        var sharding = new CelSharding
        {
            Expression = program.Text,
            Columns = new Dictionary<string, CelType>(),
            Boundaries = item.Has("boundaries") ? [.. item.Items("boundaries").Select(CelGolden.Value)] : null,
            RoutingValues = item.Has("routing_values") ? [.. item.Items("routing_values").Select(CelGolden.Value)] : null,
        };
        try
        {
            return sharding.CreatePlacement(program, MostShards);
        }
        catch (ShardyFusionException e)
        {
            refusal = e.Message;
            return null;
        }
    }

    static void CompareRow(string expression, CelProgram program, CelPlacement? placement, string? refusal, CelColumns columns,
        CelColumn[] declared, JsonElement row,
        bool isListRefusedThere, Tally tally)
    {
        CelGolden.Fill(columns, declared, row.GetProperty("context"));
        var value = CelValueText.Evaluate(program, columns, out var fault);
        var expected = Expected(row);
        if (value != expected)
        {
            tally.Different.Add($"{expression} {row}: {value ?? fault!.Reason}");
            return;
        }
        tally.Equal++;

        CelGolden.Fill(columns, declared, row.GetProperty("context"));
        var filled = new CelRow(columns);
        var dbId = -1;
        var isPlaced = placement?.TryPlace(ref filled, out dbId) == true;
        var reason = filled.Fault?.Reason ?? refusal;
        if (row.Has("db_id")) CompareShard(row, isPlaced, dbId);
        else if (isPlaced && row.OptionalText("error") == "result-type" && program.ResultType == CelType.Bytes) tally.BytesUsed++;
        else if (isPlaced && row.OptionalText("error") == "result-type" && program.ResultType == CelType.Bool) tally.BoolsUsed++;
        else if (isPlaced) tally.Different.Add($"{expression} {row}: shard {dbId}");

        void CompareShard(JsonElement row, bool isPlaced, int dbId)
        {
            var id = decimal.Parse(row.GetProperty("db_id").ToString(), System.Globalization.CultureInfo.InvariantCulture);
            if (isPlaced && dbId == id) tally.Routed++;
            else if (!isPlaced && id is < 0 or >= MostShards) tally.OutOfRange++;
            else if (!isPlaced && row.Text("value_type") == "string" && row.Text("value").Any(character => !char.IsAsciiDigit(character)))
                tally.NoDigits++;
            // Lists that no sharding may have are searched there all the same.
            else if (placement is null && isListRefusedThere) tally.Refused++;
            else tally.Different.Add($"{expression} {row}: shard {(isPlaced ? dbId : -1)} {reason}");
        }
    }

    static string? Expected(JsonElement row) => row.OptionalText("value_type") switch
    {
        null => null,
        "double" => CelValueText.Normal(CelGolden.Double(row.Text("value"))),
        _ => row.Text("value"),
    };

    [Fact]
    public void Compile_EveryGoldenExpression_IsAcceptedAsThereOrRefusedByName()
    {
        var (equal, refused, different) = (0, 0, new List<string>());
        foreach (var item in CelGolden.Load("compile").Items("items"))
        {
            var expression = item.OptionalText("expr")
                ?? string.Concat(item.Items("expr_parts").Select(part =>
                    string.Concat(Enumerable.Repeat(part[0].GetString()!, part[1].GetInt32()))));
            var outcome = Outcome(expression, CelGolden.Columns(item), out var isUnsupported);
            var expected = item.GetProperty("ok").GetBoolean() ? item.Text("result_type").ToLowerInvariant() : null;
            if (outcome == expected) equal++;
            else if (outcome is null && isUnsupported) refused++;
            else different.Add($"{expression[..Math.Min(expression.Length, 200)]}: {outcome ?? "refused"}, there {expected ?? "refused"}");
        }
        output.WriteLine($"counts: expressions accepted or refused as there: {equal}, refused by name: {refused}, different: "
            + $"{different.Count}");
        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.True(equal > 500);
    }

    [Fact]
    public void Evaluate_EveryGoldenConstant_IsEqualOrRefusedByName()
    {
        var (equal, refused, different) = (0, 0, new List<string>());
        var file = CelGolden.Load("constants");
        CelColumn[] declared = [new CelColumn("key", CelType.Int)];
        foreach (var item in file.Items("items"))
        {
            var expression = item.Text("expr");
            try
            {
                var program = CelCompiler.Compile(expression, declared, null);
                var columns = program.CreateColumns();
                columns.SetInteger(0, 5);
                var value = CelValueText.Evaluate(program, columns, out var fault);
                if (value == Expected(item) && (value is null || program.ResultType.StorageName() == item.Text("value_type"))) equal++;
                else different.Add($"{expression}: {value ?? fault!.Reason}, there {item}");
            }
            catch (CelExpressionException e)
            {
                if (e.IsUnsupported) refused++;
                else if (item.Has("error")) equal++;
                else different.Add($"{expression}: {e.Message}, there {item}");
            }
        }
        output.WriteLine($"counts: constants equal: {equal}, refused by name: {refused}, different: {different.Count}");
        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.True(equal > 280);
    }

    [Fact]
    public void Set_EveryGoldenValue_IsTakenOrNotAsThere()
    {
        var (equal, different) = (0, new List<string>());
        foreach (var item in CelGolden.Load("context-values").Items("values"))
        {
            var type = CelGolden.Type(item.Text("column_type"));
            var given = item.GetProperty("given");
            // .NET has one type of bytes, and takes it wherever one of Python's two is taken.
            if (given.Text("type") == "bytearray" && type == CelType.String) continue;
            var program = CelCompiler.Compile("key", [new CelColumn("key", type)], null);
            var columns = program.CreateColumns();
            columns.Set(0, CelGolden.Value(given));
            var value = CelValueText.Evaluate(program, columns, out _);
            if (value == Expected(item)) equal++;
            else different.Add($"{item}: {value}");
        }
        output.WriteLine($"counts: values for columns, equal: {equal}, different: {different.Count}");
        Assert.True(different.Count == 0, string.Join('\n', different));
    }

    [Fact]
    public void CreateRouter_EveryGoldenList_IsAcceptedOrRefusedAsThere()
    {
        var (equal, different) = (0, new List<string>());
        foreach (var item in CelGolden.Load("sharding-spec").Items("specs"))
        {
            var given = item.GetProperty("given");
            if (!given.Has("boundaries") || given.OptionalText("strategy") != "cel") continue;
            var isAccepted = true;
            try
            {
                if (given.Items("boundaries").Any()) CelValueLists.CheckBoundaries([.. given.Items("boundaries").Select(CelGolden.Value)]);
            }
            catch (ShardyFusionException)
            {
                isAccepted = false;
            }
            if (isAccepted == item.GetProperty("ok").GetBoolean()) equal++;
            else different.Add(item.ToString());
        }
        output.WriteLine($"counts: lists of boundaries, equal: {equal}, different: {different.Count}");
        Assert.True(different.Count == 0, string.Join('\n', different));
        Assert.True(equal > 20);
    }

    static string? Outcome(string expression, CelColumn[] columns, out bool isUnsupported)
    {
        isUnsupported = false;
        try
        {
            return CelCompiler.Compile(expression, columns, null).ResultType.StorageName();
        }
        catch (CelExpressionException e)
        {
            isUnsupported = e.IsUnsupported;
            return null;
        }
    }
}
