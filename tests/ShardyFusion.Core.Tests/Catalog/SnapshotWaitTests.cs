using ShardyFusion.Catalog;
using ShardyFusion.Errors;

namespace ShardyFusion.Core.Tests.Catalog;

public sealed class SnapshotWaitTests : IDisposable
{
    static readonly WaitOptions Fast = new() { Interval = TimeSpan.FromMilliseconds(5) };
    static CancellationToken Token => TestContext.Current.CancellationToken;
    readonly SnapshotFixture snapshots = new();

    public void Dispose() => snapshots.Dispose();

    [Fact]
    public async Task Wait_FirstSnapshotOfAPrefix_ReturnsIt()
    {
        var wait = snapshots.Open().WaitForNewerAsync(Fast, Token);
        Assert.False(wait.IsCompleted);
        snapshots.Add("one", 1);
        var (info, warning) = await wait;
        Assert.Equal(("one", null), (info.RunId, warning));
    }

    [Fact]
    public async Task Wait_NewerThanWhatIsCurrent_IsNotSatisfiedByIt()
    {
        snapshots.Add("one", 1);
        var wait = snapshots.Open().WaitForNewerAsync(Fast, Token);
        Assert.False(wait.IsCompleted);
        snapshots.Add("two", 2);
        Assert.Equal("two", (await wait).Info.RunId);
    }

    [Fact]
    public async Task Wait_AfterARunThatIsOlder_ReturnsAtOnce()
    {
        snapshots.Add("one", 1);
        snapshots.Add("two", 2);
        Assert.Equal("two", (await snapshots.Open().WaitForNewerAsync(Fast with { AfterRunId = "one" }, Token)).Info.RunId);
    }

    [Fact]
    public async Task Wait_PointerMovedBack_GoesOnWaiting()
    {
        snapshots.Add("one", 1);
        snapshots.Add("two", 2);
        snapshots.PointTo(SnapshotFixture.KeyOf("one", 1), "one");
        var wait = snapshots.Open().WaitForNewerAsync(Fast with { AfterRunId = "two" }, Token);
        snapshots.Add("three", 3);
        Assert.Equal("three", (await wait).Info.RunId);
    }

    [Fact]
    public async Task Wait_AfterARunThatIsGone_WarnsAndTakesWhatIsCurrent()
    {
        snapshots.Add("two", 2);
        var (info, warning) = await snapshots.Open().WaitForNewerAsync(Fast with { AfterRunId = "one" }, Token);
        Assert.Equal("two", info.RunId);
        Assert.Contains("'one'", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_Cancelled_Ends()
    {
        using var stop = new CancellationTokenSource();
        var wait = snapshots.Open().WaitForNewerAsync(Fast, stop.Token);
        stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }

    [Fact]
    public async Task Wait_PointerThatCannotBeRead_IsAnError()
    {
        await File.WriteAllTextAsync(Path.Combine(snapshots.Path, "_CURRENT"), "{", Token);
        var error = await Assert.ThrowsAsync<ShardyFusionException>(() => snapshots.Open().WaitForNewerAsync(Fast, Token));
        Assert.Equal(ErrorKind.ManifestParse, error.Kind);
    }
}
