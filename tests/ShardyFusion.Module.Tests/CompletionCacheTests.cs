using System.Runtime.CompilerServices;
using ShardyFusion.Cmdlets.Parameters;
using ShardyFusion.Stores;

namespace ShardyFusion.Module.Tests;

/// <summary>What completion gives while a store is slow, and afterwards.</summary>
public sealed class CompletionCacheTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("completion-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Get_OfASlowStore_GivesWhatIsKnownAndTheRestNextTime()
    {
        var rest = new TaskCompletionSource();
        var searches = 0;
        async IAsyncEnumerable<string> LookUp(SnapshotStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            searches++;
            yield return "first";
            await rest.Task.WaitAsync(cancellationToken);
            yield return "second";
        }

        // On a busy machine even the first name may need another press of Tab.
        var known = CompletionCache<string>.Get(folder, new StoreConnection(), LookUp);
        while (known.Found.Count == 0) known = CompletionCache<string>.Get(folder, new StoreConnection(), LookUp);
        Assert.Equal(["first"], known.Found);
        Assert.False(known.IsWhole);
        // However often it is pressed, nobody is asked twice at a time.
        Assert.Equal(1, searches);
        rest.SetResult();
        Assert.Equal(["first", "second"], Whole(new StoreConnection(), LookUp));
        await rest.Task;
    }

    [Fact]
    public void Get_OfAnotherConnection_IsAnotherAnswer()
    {
        static async IAsyncEnumerable<string> LookUp(SnapshotStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return Guid.NewGuid().ToString();
        }

        Assert.NotEqual(Whole(new StoreConnection(), LookUp), Whole(new StoreConnection { Region = "x" }, LookUp));
    }

    IReadOnlyList<string> Whole(StoreConnection connection, Func<SnapshotStore, CancellationToken, IAsyncEnumerable<string>> lookUp)
    {
        while (true)
        {
            var (found, isWhole) = CompletionCache<string>.Get(folder, connection, lookUp);
            if (isWhole) return found;
        }
    }
}
