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

        var (found, isWhole) = CompletionCache<string>.Get(folder, new StoreConnection(), LookUp);
        Assert.False(isWhole);
        Assert.Equal(["first"], found);
        // The next press of Tab asks nobody again.
        CompletionCache<string>.Get(folder, new StoreConnection(), LookUp);
        Assert.Equal(1, searches);
        rest.SetResult();
        while (!(((found, isWhole) = CompletionCache<string>.Get(folder, new StoreConnection(), LookUp)).isWhole))
            await Task.Yield();
        Assert.Equal(["first", "second"], found);
    }

    [Fact]
    public void Get_OfAnotherConnection_IsAnotherAnswer()
    {
        static async IAsyncEnumerable<string> LookUp(SnapshotStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return Guid.NewGuid().ToString();
        }

        var one = CompletionCache<string>.Get(folder, new StoreConnection(), LookUp).Found;
        Assert.NotEqual(one, CompletionCache<string>.Get(folder, new StoreConnection { Region = "x" }, LookUp).Found);
    }
}
