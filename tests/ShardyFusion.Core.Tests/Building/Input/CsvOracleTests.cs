using System.Text;
using CsvHelper;
using ShardyFusion.Errors;

namespace ShardyFusion.Core.Tests.Building.Input;

/// <summary>Random documents, read by us in chunks of every size and by CsvHelper in one go.</summary>
public class CsvOracleTests
{
    const string Alphabet = "ab \"\"\",,\n\r\t;é€😀'\\{}0123456789";

    [Fact]
    public async Task Csv_RandomWellFormedDocuments_ReadAsCsvHelperReadsThem()
    {
        var seed = Environment.TickCount;
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        for (var document = 0; document < 300; document++)
        {
            var columns = random.Next(2, 6);
            var delimiter = ",;\t"[random.Next(3)];
            var text = WriteDocument(random, columns, delimiter);
            var expected = ReadWithCsvHelper(text, delimiter);
            foreach (var chunkBytes in new[] { 1, random.Next(2, 40), 1 << 16 })
            {
                var rows = await RowRecorder.ReadAsync(text, key: "c0", values: ["c1"], chunkBytes: chunkBytes, delimiter: delimiter);
                Assert.True(expected.SequenceEqual(rows.Select(r => (r.Key!, r.Value!))),
                    $"seed {seed}, document {document}, chunk {chunkBytes}: {text}");
            }
        }
    }

    [Fact]
    public async Task Csv_ArbitraryText_ReadsTheSameWhateverTheChunkSize()
    {
        var seed = Environment.TickCount;
        var random = new Random(seed);
        for (var document = 0; document < 500; document++)
        {
            var body = new StringBuilder("id,v\n");
            for (var i = random.Next(200); i > 0; i--) body.Append(Alphabet[random.Next(Alphabet.Length)]);
            var whole = await Outcome(body.ToString(), 1 << 16);
            foreach (var chunkBytes in new[] { 1, 2, random.Next(3, 60) })
                Assert.True(whole == await Outcome(body.ToString(), chunkBytes), $"seed {seed}, chunk {chunkBytes}: {body}");
        }
    }

    static async Task<string> Outcome(string text, int chunkBytes)
    {
        try
        {
            return string.Join('\u0001', (await RowRecorder.ReadAsync(text, values: ["v"], chunkBytes: chunkBytes))
                .Select(r => r.ToString()));
        }
        catch (ShardyFusionException e)
        {
            return e.Message;
        }
    }

    static string WriteDocument(Random random, int columns, char delimiter)
    {
        var text = new StringBuilder();
        var lineEnd = random.Next(2) == 0 ? "\n" : "\r\n";
        text.AppendJoin(delimiter, Enumerable.Range(0, columns).Select(i => $"c{i}"));
        for (var rows = random.Next(12); rows > 0; rows--)
        {
            text.Append(lineEnd);
            if (random.Next(8) == 0) text.Append(lineEnd);
            text.AppendJoin(delimiter, Enumerable.Range(0, columns).Select(_ => WriteField(random, delimiter)));
        }
        if (random.Next(2) == 0) text.Append(lineEnd);
        return text.ToString();
    }

    static string WriteField(Random random, char delimiter)
    {
        var text = new StringBuilder();
        for (var i = random.Next(6); i > 0; i--)
        {
            var rune = Alphabet[random.Next(Alphabet.Length)];
            text.Append(char.IsSurrogate(rune) ? "😀" : rune.ToString());
        }
        var field = text.ToString();
        return field.AsSpan().IndexOfAny(['"', '\n', '\r', delimiter]) >= 0 || random.Next(4) == 0 ? $"\"{field.Replace("\"", "\"\"")}\""
            : field;
    }

    static List<(string, string)> ReadWithCsvHelper(string text, char delimiter)
    {
        using var csv = CsvReader.FromText(text, new CsvReaderOptions { Separator = delimiter, DetectSeparatorHint = false });
        var rows = new List<(string, string)>();
        while (csv.Read()) rows.Add((csv.GetString("c0"), csv.GetString("c1")));
        return rows;
    }
}
