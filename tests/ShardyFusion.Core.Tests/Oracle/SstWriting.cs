using ShardyFusion.Shards.Sst.Writing;

namespace ShardyFusion.Core.Tests.Oracle;

/// <summary>Whole files in memory, for tests.</summary>
static class SstWriting
{
    public static byte[] Encode(SstOptions options, IEnumerable<OracleRow> rows) => Encode(options, rows, out _);

    public static byte[] Encode(SstOptions options, IEnumerable<OracleRow> rows, out SstSummary summary)
    {
        using var writer = new SstWriter(options);
        using var file = new MemoryStream();
        foreach (var row in rows)
        {
            writer.Add(row.Key, row.Value);
            if (writer.Pending.Length >= 1 << 20)
            {
                file.Write(writer.Pending.Span);
                writer.DiscardPending();
            }
        }
        summary = writer.Finish();
        file.Write(writer.Pending.Span);
        return file.ToArray();
    }

    public static void AssertSameRows(IReadOnlyList<OracleRow> expected, IReadOnlyList<OracleRow> actual, string what)
    {
        Assert.True(expected.Count == actual.Count, $"{what}: {expected.Count} rows expected, {actual.Count} read");
        for (var i = 0; i < expected.Count; i++)
        {
            if (!expected[i].Key.AsSpan().SequenceEqual(actual[i].Key) || !expected[i].Value.AsSpan().SequenceEqual(actual[i].Value))
                Assert.Fail($"{what}: row {i} differs");
        }
    }
}
