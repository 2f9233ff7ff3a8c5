using ShardyFusion.Shards.Sqlite.Format;
using ShardyFusion.Stores.S3;

namespace ShardyFusion.Core.Tests.Shards.Sqlite;

/// <summary>Sidecars that the later shardyfusion version wrote.</summary>
public sealed class SqliteSidecarTests(SqliteGolden golden)
{
    [Theory]
    [InlineData("head-hash")]
    [InlineData("head-cel-values")]
    public void Read_GoldenSidecar_PagesAreThoseOfTheShard(string name)
    {
        var files = Directory.GetFiles(golden[name].Tree, "shard.sidecar", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var shard = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(file)!, "shard.db"));
            var sidecar = SqliteSidecar.Read(File.ReadAllBytes(file))!;
            Assert.True(S3ETag.Fits($"\"{sidecar.Tag}\"", shard));
            Assert.True(sidecar.IsOf(sidecar.Tag));
            Assert.False(sidecar.IsOf(null));
            Assert.Equal(1, sidecar.Pages[0].Key);
            foreach (var (number, bytes) in sidecar.Pages)
            {
                var page = shard.AsSpan((number - 1) * sidecar.PageBytes, sidecar.PageBytes);
                var start = number == 1 ? SqliteHeader.Size : 0;
                var content = page[start + 5] << 8 | page[start + 6];
                var pointersEnd = start + (page[start] < 8 ? 12 : 8) + 2 * (page[start + 3] << 8 | page[start + 4]);
                Assert.True(bytes.AsSpan(0, pointersEnd).SequenceEqual(page[..pointersEnd]));
                Assert.True(bytes.AsSpan(content).SequenceEqual(page[content..]));
                Assert.False(bytes.AsSpan(pointersEnd, content - pointersEnd).ContainsAnyExcept((byte)0));
            }
        }
    }

    [Fact]
    public void Read_DamagedSidecar_IsOfNoUse()
    {
        var whole = File.ReadAllBytes(Directory.GetFiles(golden["head-hash"].Tree, "shard.sidecar", SearchOption.AllDirectories)[0]);
        Assert.NotNull(SqliteSidecar.Read(whole));
        for (var length = 0; length < whole.Length; length += 13)
            Assert.Null(SqliteSidecar.Read(whole.AsSpan(0, length)));
        // Its frame has a checksum; the tag before it is compared with the shard's.
        var frameAt = 18 + whole[17];
        for (var at = frameAt; at < whole.Length; at += 7)
        {
            var bytes = (byte[])whole.Clone();
            bytes[at] ^= 0x20;
            Assert.Null(SqliteSidecar.Read(bytes));
        }
    }
}
