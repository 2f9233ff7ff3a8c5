using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Stores;

public class FileKeyEscapingTests
{
    // Names as they lie in a tree that the original wrote and that was then moved to a disk.
    [Theory]
    [InlineData("_CURRENT", "_CURRENT")]
    [InlineData("manifests/2026-11-21T05:36:17.942788Z_run_id=6d1bb1a111c44381b6375deb9ee5d048/manifest",
        "manifests/2026-11-21T05%3A36%3A17.942788Z_run_id=6d1bb1a111c44381b6375deb9ee5d048/manifest")]
    [InlineData("runs/2026-11-21T05:36:17.879198Z_run_id=6d1bb1a111c44381b6375deb9ee5d048_0486f101a6e8480783ff42d753780934/run.yaml",
        "runs/2026-11-21T05%3A36%3A17.879198Z_run_id=6d1bb1a111c44381b6375deb9ee5d048_0486f101a6e8480783ff42d753780934/run.yaml")]
    [InlineData("shards/run_id=6d1bb1a111c44381b6375deb9ee5d048/db=00000/attempt=00/shard.db",
        "shards/run_id=6d1bb1a111c44381b6375deb9ee5d048/db=00000/attempt=00/shard.db")]
    [InlineData("a<b>c\"d|e?f*g\\h%i", "a%3Cb%3Ec%22d%7Ce%3Ff%2Ag%5Ch%25i")]
    [InlineData("tab\there\u007F", "tab%09here%7F")]
    [InlineData("dot./space /..x", "dot%2E/space%20/..x")]
    [InlineData("con/Nul.txt/COM1/lpt9.a.b/console/com10/aux .x/CONIN$",
        "%63on/%4Eul.txt/%43OM1/%6Cpt9.a.b/console/com10/%61ux .x/%43ONIN$")]
    [InlineData(".tmp/a/.tmp", "%2Etmp/a/.tmp")]
    [InlineData(".LOCKS/a", "%2ELOCKS/a")]
    [InlineData("ключ é", "ключ é")]
    public void ToRelativePath_Key_EscapedAndBack(string key, string path)
    {
        Assert.Equal(path, FileKeyEscaping.ToRelativePath(key));
        Assert.Equal(key.Split('/'), path.Split('/').Select(static (name, i) => FileKeyEscaping.ToSegment(name, i == 0)));
    }

    [Theory]
    [InlineData("%41")]
    [InlineData("%3a")]
    [InlineData("50%")]
    [InlineData("%zz")]
    [InlineData("%2F")]
    [InlineData("a:b")]
    [InlineData("CON")]
    public void ToSegment_NameNoKeyHas_Null(string name) => Assert.Null(FileKeyEscaping.ToSegment(name, isFirst: false));

    [Fact]
    public void ToSegment_OwnFolders_NullAtRootOnly()
    {
        Assert.Null(FileKeyEscaping.ToSegment(".tmp", isFirst: true));
        Assert.Equal(".tmp", FileKeyEscaping.ToSegment(".tmp", isFirst: false));
    }

    [Fact]
    public void Escaping_RandomKeys_ReversibleAndDistinct()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        const string Alphabet = "aAbB. %:*?\\\"<>|\t\u007Fcon12\u00B9é%25";
        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < 20_000; i++)
        {
            var segment = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            if (segment is "." or "..")
                continue;
            var path = FileKeyEscaping.ToRelativePath(segment);
            Assert.True(paths.TryAdd(path, segment) || paths[path] == segment, $"'{segment}' and '{paths[path]}' share the path '{path}'");
            Assert.Equal(segment, FileKeyEscaping.ToSegment(path, isFirst: true));
            Assert.DoesNotContain(path, static c => ":<>\"|?*\\\t\u007F".Contains(c, StringComparison.Ordinal));
            Assert.False(path[^1] is '.' or ' ');
        }
    }
}
