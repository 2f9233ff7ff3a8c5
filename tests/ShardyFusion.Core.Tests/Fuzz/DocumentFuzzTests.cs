using System.Diagnostics;
using System.Text;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Errors;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Fuzz;

/// <summary>Random damage to manifests, pointers and run records: a document, or an error of its kind that names the source.</summary>
public class DocumentFuzzTests(ITestOutputHelper output)
{
    // What YAML and JSON give a meaning to.
    static readonly string[] Pieces =
    [
        ": ", "- ", "\n", "\n  ", "\n    ", "&a ", "*a", "!!int ", "<<: *a", "{", "}", "[", "]", "\"", "'", "|\n", ">-\n", "#", "---\n",
            "...\n", "%YAML 1.2\n", "? ", "\t", "\0",
        "null", "~", "true", "-1", "0", "1e999", ".nan", "9223372036854775808", "18446744073709551616", "\\u0000", "\ud7ff",
        "2026-02-30T25:61:61Z", "../", "s3://", ",",
    ];

    // Documents of 20 KB; aliases of aliases would ask for gigabytes.
    const long MaxAllocatedBytes = 4 << 20;

    [Fact]
    public void Read_DamagedDocuments_IsADocumentOrAParseError()
    {
        output.WriteLine($"SHARDYFUSION_FUZZ_SEED={FuzzSettings.Seed}");
        var names = GoldenFiles.Names("manifests", "*").ToArray();
        // The one of a thousand shards would take all the time.
        var documents = names.Select(name => (Name: name, Bytes: GoldenFiles.Read("manifests", name)))
            .Where(document => document.Bytes.Length < 20_000).ToArray();
        using var watchdog = new Watchdog();
        var clock = Stopwatch.StartNew();
        int inputs = 0, read = 0;
        for (; clock.Elapsed < FuzzSettings.ForDocuments; inputs++)
        {
            var random = new Random(unchecked(FuzzSettings.Seed + inputs * 7919));
            var (name, bytes) = documents[random.Next(documents.Length)];
            var damaged = Damage(bytes, documents[random.Next(documents.Length)].Bytes, random);
            var what = $"seed {FuzzSettings.Seed}, input {inputs} ({name})";
            watchdog.Start(what);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Read(name, damaged);
                read++;
            }
            catch (ShardyFusionException refused)
            {
                Assert.True(refused.Kind == ErrorKind.ManifestParse && refused.Message.Contains(name, StringComparison.Ordinal),
                    $"{what}: {refused}");
            }
            catch (Exception other)
            {
                Assert.Fail($"{what}: {other}\n{Encoding.Latin1.GetString(damaged)}");
            }
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated <= MaxAllocatedBytes, $"{what}: {allocated} bytes allocated for a document of {damaged.Length}");
        }
        output.WriteLine(
            $"counts: {inputs} mutations of {documents.Length} documents: {read} read, {inputs - read} refused, other errors: 0");
        Assert.InRange(read, 1, inputs - 1);
    }

    static void Read(string name, byte[] content)
    {
        if (name == "current.json")
            PointerCodec.Read(content, name);
        else if (name.StartsWith("run-", StringComparison.Ordinal) && !name.StartsWith("run-id", StringComparison.Ordinal))
            RunRecordCodec.Read(content, name);
        else
            ManifestCodec.Read(content, name);
    }

    static byte[] Damage(byte[] bytes, byte[] other, Random random)
    {
        var damaged = bytes.ToList();
        for (var edits = random.Next(1, 5); edits > 0 && damaged.Count > 0; edits--)
        {
            var at = random.Next(damaged.Count);
            var count = Math.Min(damaged.Count - at, random.Next(1, 40));
            switch (random.Next(7))
            {
                case 0:
                    damaged[at] = (byte)random.Next(256);
                    break;
                case 1:
                    damaged.RemoveRange(at, count);
                    break;
                case 2:
                    damaged.InsertRange(random.Next(damaged.Count), damaged.GetRange(at, count));
                    break;
                case 3:
                    damaged.InsertRange(at, Enumerable.Repeat(Pieces[random.Next(Pieces.Length)], random.Next(8) == 0 ? 200 : 1)
                        .SelectMany(Encoding.UTF8.GetBytes));
                    break;
                case 4:
                    var from = random.Next(other.Length);
                    damaged.InsertRange(at, other.AsSpan(from, Math.Min(other.Length - from, count)).ToArray());
                    break;
                case 5 when random.Next(4) == 0:
                    damaged.RemoveRange(at, damaged.Count - at);
                    break;
                default:
                    damaged[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        return [.. damaged];
    }
}
