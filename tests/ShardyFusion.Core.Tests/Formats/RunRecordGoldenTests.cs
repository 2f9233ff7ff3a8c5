using System.Text;
using ShardyFusion.Core.Tests.Golden;
using ShardyFusion.Formats;

namespace ShardyFusion.Core.Tests.Formats;

public class RunRecordGoldenTests
{
    public static TheoryData<string> Records() => ["run-failed.yaml", "run-running.yaml", "run-succeeded.yaml"];

    [Theory, MemberData(nameof(Records))]
    public void Write_OfWhatWasRead_GivesIdenticalBytes(string name)
    {
        var golden = GoldenFiles.Read("manifests", name);

        var written = RunRecordCodec.Write(RunRecordCodec.Read(golden, name));

        Assert.Equal(Encoding.UTF8.GetString(golden), Unsealed.TextOf(written));
    }

    [Theory, MemberData(nameof(Records))]
    public void Write_WithOurExtraKeysRemoved_GivesIdenticalBytes(string name)
    {
        var golden = GoldenFiles.Read("manifests", name);
        var extended = RunRecordCodec.Read(golden, name) with { Rows = 5, Bytes = 6, Host = "node-1", ProcessId = 7, Message = "weekly" };

        var lines = Encoding.ASCII.GetString(RunRecordCodec.Write(extended)).Split('\n');
        string[] extraKeys = ["content_check:", "rows:", "bytes:", "host:", "process_id:", "message:"];
        var kept = lines.Where(line => !extraKeys.Any(key => line.StartsWith(key, StringComparison.Ordinal))).ToArray();

        Assert.Equal(lines.Length, kept.Length + 6);
        Assert.Equal(Encoding.UTF8.GetString(golden), string.Join('\n', kept));
        Assert.Equal(extended, RunRecordCodec.Read(Encoding.ASCII.GetBytes(string.Join('\n', lines)), name));
    }

    [Fact]
    public void Read_UpstreamRunRecords_GivesIdenticalBytesBack()
    {
        var files = Directory.GetFiles(Path.Combine(GoldenFiles.Root, "upstream-sqlite"), "run.yaml", SearchOption.AllDirectories);

        Assert.Equal(3, files.Length);
        foreach (var file in files)
        {
            var golden = File.ReadAllBytes(file);
            var record = RunRecordCodec.Read(golden, file);
            Assert.Equal(RunStatus.Succeeded, record.Status);
            Assert.Equal("python", record.WriterType);
            Assert.Equal(golden, Unsealed.Of(RunRecordCodec.Write(record)));
        }
    }
}
