using System.Globalization;
using System.Text;
using ShardyFusion.Core.Tests.Faults;
using ShardyFusion.Stores;
using ShardyFusion.Stores.Files;

namespace ShardyFusion.Core.Tests.Stores;

/// <summary>The disk store between processes, some of them killed.</summary>
public sealed class FileObjectStoreProcessTests : IDisposable
{
    static readonly PutOptions Always = new(PutCondition.Always);
    static readonly PutOptions CreateOnly = new(PutCondition.CreateOnly);
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    const int Processes = 3, Rounds = 60;

    [Fact]
    public async Task IfMatch_FromThreeProcesses_NoIncrementLost()
    {
        await new FileObjectStore(folder.Path).PutAsync("n", "0"u8.ToArray(), Always, Token);
        Assert.All(await RunAllAsync(IncrementAsync), static code => Assert.Equal(0, code));
        Assert.Equal($"{Processes * Rounds}", await ObjectStoreContract.TextAsync(new FileObjectStore(folder.Path), "n"));
    }

    [Fact]
    public async Task CreateOnly_FromThreeProcesses_OneWinnerPerKey()
    {
        var wins = await RunAllAsync(CreateAsync);
        Assert.Equal(Rounds, wins.Sum());
    }

    async Task<int[]> RunAllAsync(Func<string[], Task<int>> program)
    {
        var children = Enumerable.Range(0, Processes).Select(i => ChildProcess.Start(program, folder.Path, $"{i}")).ToList();
        try
        {
            foreach (var child in children)
                Assert.Equal("ready", await child.ReadLineAsync());
            foreach (var child in children)
                await child.WriteLineAsync("go");
            return await Task.WhenAll(children.Select(static c => c.ExitCodeAsync()));
        }
        finally
        {
            foreach (var child in children)
                await child.DisposeAsync();
        }
    }

    static async Task<FileObjectStore> ReadyAsync(string[] args)
    {
        Console.WriteLine("ready");
        await Console.In.ReadLineAsync();
        return new FileObjectStore(args[0]);
    }

    static async Task<int> IncrementAsync(string[] args)
    {
        var store = await ReadyAsync(args);
        for (var done = 0; done < Rounds;)
        {
            var seen = (await store.GetAsync("n", 100, default))!;
            var next = int.Parse(Encoding.UTF8.GetString(seen.Content.Span), CultureInfo.InvariantCulture) + 1;
            if ((await store.PutAsync("n", Encoding.UTF8.GetBytes($"{next}"), new PutOptions(PutCondition.IfMatch(seen.ETag)),
                default)).Written)
                done++;
        }
        return 0;
    }

    static async Task<int> CreateAsync(string[] args)
    {
        var store = await ReadyAsync(args);
        var wins = 0;
        for (var i = 0; i < Rounds; i++)
        {
            if ((await store.PutAsync($"keys/{i}", Encoding.UTF8.GetBytes(args[1]), CreateOnly, default)).Written)
                wins++;
        }
        return wins;
    }

    [Fact]
    public async Task Acquire_LockFolderComesAndGoes_WaitsForIt()
    {
        var locks = new KeyLocks(new FileTree(folder.Path), TimeProvider.System);
        (await locks.AcquireAsync("k", Token)).Dispose();
        var path = Path.GetDirectoryName(locks.PathFor("k"))!;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var mover = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                if (Directory.Exists(path)) Directory.Move(path, path + "-away");
                if (!Directory.Exists(path)) Directory.Move(path + "-away", path);
                else Directory.Delete(path + "-away", recursive: true);
            }
        }, Token);
        for (var round = 0; round < 3000; round++)
            (await locks.AcquireAsync("k", Token)).Dispose();
        await stop.CancelAsync();
        await mover.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    [Fact]
    public async Task LockHolderKilled_LockIsFreeAtOnce()
    {
        var store = new FileObjectStore(folder.Path);
        await store.PutAsync("k", "old"u8.ToArray(), Always, Token);
        await using var holder = ChildProcess.Start(HoldAsync, folder.Path);
        Assert.Equal("held", await holder.ReadLineAsync());
        var waiting = store.PutAsync("k", "new"u8.ToArray(), Always, Token);
        await Task.WhenAny(waiting, holder.WriteLineAsync("still there?"));
        Assert.Equal("yes", await holder.ReadLineAsync());
        Assert.False(waiting.IsCompleted);
        await holder.KillAsync();
        Assert.True((await waiting).Written);
    }

    static async Task<int> HoldAsync(string[] args)
    {
        using var held = await new KeyLocks(new FileTree(args[0]), TimeProvider.System).AcquireAsync("k", default);
        Console.WriteLine("held");
        while (await Console.In.ReadLineAsync() is not null)
            Console.WriteLine("yes");
        return 0;
    }

    [Fact]
    public async Task WriterKilledAnywhere_ObjectIsWholeAndTempIsCleaned()
    {
        var store = new FileObjectStore(folder.Path);
        var random = new Random(11);
        for (var round = 0; round < 4; round++)
        {
            await using var writer = ChildProcess.Start(OverwriteAsync, folder.Path);
            for (var lines = random.Next(1, 30); lines > 0; lines--)
                await writer.ReadLineAsync();
            await writer.KillAsync();
            var found = (await store.GetAsync("p", 1 << 20, Token))!.Content.ToArray();
            Assert.Equal(200_000, found.Length);
            Assert.All(found, b => Assert.Equal(found[0], b));
        }
        // A writer that died with its file open, as seen by the next one.
        await using (var killed = ChildProcess.Start(LeaveTempAsync, folder.Path))
        {
            Assert.Equal("open", await killed.ReadLineAsync());
            Assert.Equal(0, await CleanNewestAsync(store));
            await killed.KillAsync();
        }
        await store.CleanTempAsync(TimeSpan.Zero, Token);
        Assert.Empty(Directory.GetFiles(folder[FileKeyEscaping.TempFolder]));
    }

    // Everything but what is held open goes, so a second cleaning finds nothing.
    async Task<int> CleanNewestAsync(FileObjectStore store)
    {
        await store.CleanTempAsync(TimeSpan.Zero, Token);
        Assert.NotEmpty(Directory.GetFiles(folder[FileKeyEscaping.TempFolder]));
        return await store.CleanTempAsync(TimeSpan.Zero, Token);
    }

    static async Task<int> OverwriteAsync(string[] args)
    {
        var store = new FileObjectStore(args[0]);
        for (var i = 0; ; i++)
        {
            var content = new byte[200_000];
            content.AsSpan().Fill((byte)i);
            await store.PutAsync("p", content, Always, default);
            Console.WriteLine(i);
        }
    }

    static async Task<int> LeaveTempAsync(string[] args)
    {
        var upload = await new FileObjectStore(args[0]).OpenUploadAsync("never", Always, default);
        await upload.WriteAsync(new byte[100], default);
        Console.WriteLine("open");
        await Console.In.ReadLineAsync();
        return 0;
    }
}
