using Mono.Cecil;

namespace ShardyFusion.Core.Tests.House;

/// <summary>The plan of the house, held against what the compiler made.</summary>
public sealed class DirectionTests
{
    static readonly IReadOnlyList<TypeEdge> edges = TypeEdge.Of(typeof(SnapshotStore).Assembly.Location);

    static IEnumerable<TypeEdge> Inside => edges.Where(edge => IsOurs(edge.From) && IsOurs(edge.To));

    static bool IsOurs(TypeReference type) => type.Scope is ModuleDefinition && Room.Of(type) is not null;

    [Fact]
    public void Types_NameOnlyTypesOfTheirRoomAndOfStoreysBelow()
    {
        var up = Inside.Where(edge => Room.Of(edge.From) != Room.Of(edge.To)
            && Room.StoreyOf(Room.Of(edge.From)!) >= Room.StoreyOf(Room.Of(edge.To)!)).ToList();
        Assert.True(up.Count == 0, $"{up.Count} edges go up:\n{string.Join('\n', up)}");
        // An empty list of edges would prove nothing.
        Assert.True(Inside.Count() > 1500, $"Only {Inside.Count()} edges were found.");
    }

    [Fact]
    public void Rooms_HaveNoCircle()
    {
        var below = Inside.Select(edge => (From: Room.Of(edge.From)!, To: Room.Of(edge.To)!)).Where(pair => pair.From != pair.To).Distinct()
            .ToLookup(pair => pair.From, pair => pair.To);
        var circles = below.Select(room => room.Key).Where(room => Reachable(below, room).Contains(room)).Order().ToList();
        Assert.True(circles.Count == 0, $"Rooms that reach themselves: {string.Join(", ", circles)}.");
    }

    [Fact]
    public void Rooms_AreTheFoldersThatThereAre()
    {
        var core = Path.Combine(SourceTree.Root, "ShardyFusion.Core");
        var folders = Directory.GetDirectories(core).Select(folder => Path.GetFileName(folder)!)
            .Where(name => name is not ("bin" or "obj")).Order();
        Assert.Equal(Room.Storeys.SelectMany(storey => storey).Where(room => room != Room.Facade).Order(), folders);
    }

    [Fact]
    public void Namespaces_AreFolders()
    {
        var core = Path.Combine(SourceTree.Root, "ShardyFusion.Core");
        var wrong = SourceTree.FilesBelow(core).Where(file => !File.ReadLines(file).Contains($"namespace {Expected(core, file)};"))
            .ToList();
        Assert.True(wrong.Count == 0, $"Files whose namespace is not their folder:\n{string.Join('\n', wrong)}");

        static string Expected(string root, string file) =>
            string.Join('.', ["ShardyFusion", .. Path.GetRelativePath(root, Path.GetDirectoryName(file)!).Split(Path.DirectorySeparatorChar)
                .Where(part => part != ".")]);
    }

    [Theory]
    [InlineData("Amazon", "ShardyFusion.Stores.S3")]
    [InlineData("Azure", "ShardyFusion.Stores.Azure")]
    [InlineData("YamlDotNet", "ShardyFusion.Formats.Yaml")]
    [InlineData("OpenTelemetry", "ShardyFusion.Telemetry")]
    public void Libraries_AreNamedInOneRoom(string library, string room)
    {
        var elsewhere = edges.Where(edge => (edge.To.Namespace == library
            || edge.To.Namespace.StartsWith(library + ".", StringComparison.Ordinal))
            && edge.From.Namespace != room).ToList();
        Assert.True(elsewhere.Count == 0, $"{library} is named outside {room}:\n{string.Join('\n', elsewhere)}");
    }

    static HashSet<string> Reachable(ILookup<string, string> below, string start)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>(below[start]);
        while (open.TryPop(out var room))
        {
            if (!seen.Add(room)) continue;
            foreach (var next in below[room]) open.Push(next);
        }
        return seen;
    }
}
