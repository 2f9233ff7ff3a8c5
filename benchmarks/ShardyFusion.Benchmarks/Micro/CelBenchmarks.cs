using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Benchmarks.Micro;

/// <summary>Routing by an expression beside the hash: one column at most 50 ns a row, two with text at most 150 ns, nothing
/// allocated.</summary>
[MemoryDiagnoser]
public class CelBenchmarks
{
    const int Rows = 1000;

    readonly byte[] regions = "eu-west-1,us-east-1,ap-south-1"u8.ToArray();
    readonly byte[] stored = new byte[8];
    ShardRouter? hash, sameHash, modulo, table, membership, ranges, texts;
    CelRouter? columns;
    CelColumns? row;

    /// <summary>Compiles the expressions.</summary>
    [GlobalSetup]
    public void Setup()
    {
        hash = ShardRouter.ForHash(8, KeyEncoding.U64BE);
        sameHash = Router("shard_hash(key) % 8u");
        modulo = Router("key % 8");
        table = Router("key < 100 ? 0 : key < 200 ? 1 : key < 400 ? 2 : key < 600 ? 3 : key < 800 ? 4 : 5");
        membership = Router("key in [1, 5, 9, 100, 500, 900] ? 1 : 0");
        ranges = CelSharding.ByRanges(CelType.Int, [.. Enumerable.Range(1, 63).Select(shard => (object?)(shard * 15L))]).CreateRouter(64,
            KeyEncoding.U64BE);
        texts = Router("shard_hash('user:' + string(key)) % 8u");
        columns = Router("shard_hash(region + ':' + string(key)) % 8u", ("region", CelType.String));
        row = columns.CreateColumns();
    }

    static CelRouter Router(string expression, params (string Name, CelType Type)[] others) => new CelSharding
    {
        Expression = expression,
        Columns = others.Append(("key", CelType.Int)).ToDictionary(column => column.Item1, column => column.Item2),
    }.CreateRouter(8, KeyEncoding.U64BE);

    /// <summary>The hash strategy.</summary>
    [Benchmark(OperationsPerInvoke = Rows, Baseline = true)]
    public int Hash() => Route(hash!);

    /// <summary>The same as an expression.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int HashExpression() => Route(sameHash!);

    /// <summary>A remainder.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int Modulo() => Route(modulo!);

    /// <summary>Conditions in a row.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int Table() => Route(table!);

    /// <summary>A list of constants.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int Membership() => Route(membership!);

    /// <summary>63 boundaries.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int Ranges() => Route(ranges!);

    /// <summary>A number made text, joined and hashed.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int Text() => Route(texts!);

    /// <summary>Two columns, one of them text that stays where it is.</summary>
    [Benchmark(OperationsPerInvoke = Rows)]
    public int TwoColumns()
    {
        var sum = 0;
        for (var key = 0; key < Rows; key++)
        {
            BinaryPrimitives.WriteInt64BigEndian(stored, key);
            row!.Clear();
            row.SetText(0, regions, key % 3 * 10, 9);
            columns!.TryRouteStored(stored, row, out var dbId, out _);
            sum += dbId;
        }
        return sum;
    }

    static int Route(ShardRouter router)
    {
        var sum = 0;
        for (var key = 0L; key < Rows; key++) sum += router.Route(key);
        return sum;
    }
}
