using System.Numerics;
using System.Text;
using ShardyFusion.Formats.Yaml;

namespace ShardyFusion.Core.Tests.Formats.Yaml;

public class YamlRoundTripTests
{
    static readonly DocumentFaults faults = new("document", "test");

    [Fact]
    public void Read_OfRandomDocuments_GivesTheSameTree()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var documents = new RandomDocuments(seed);
        for (var i = 0; i < 4_000; i++)
        {
            var tree = documents.Map(depth: 4);
            var yaml = PyYamlEmitter.Write(tree, DocumentLimits.Manifest);
            var text = Encoding.ASCII.GetString(yaml);

            Assert.True(Same(tree, YamlReader.Read(yaml, DocumentLimits.Manifest, faults).ToValue()), $"seed {seed}, document {i}\n{text}");
            Assert.True(tree.Count == 0 || BlockYamlReader.TryRead(text, DocumentLimits.Manifest) is not null,
                $"seed {seed}: the dialect's reader gave up on document {i}\n{text}");
        }
    }

    static bool Same(object? expected, object? actual) => (expected, actual) switch
    {
        (null, null) => true,
        (Dictionary<string, object?> a, Dictionary<string, object?> b) =>
            a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && Same(pair.Value, other)),
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => Same(pair.First, pair.Second)),
        (BigInteger a, long b) => a == b,
        _ => Equals(expected, actual),
    };
}
