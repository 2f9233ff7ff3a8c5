using System.Diagnostics;
using System.Globalization;
using Amazon.S3.Model;
using ShardyFusion.Core.Tests.Faults;

namespace ShardyFusion.Cli.Tests;

/// <summary>Processes with wrong clocks beside a build that is under way: nothing of it goes, nobody takes it for dead, and what it
/// publishes is whole.</summary>
public sealed class SkewTests(S3Server server) : IDisposable
{
    const int Rows = 1000, Shards = 100;

    static readonly string[] DeleteAll = ["cleanup", "--yes", "--keep-last", "1", "--grace", "0s", "--staged-grace", "0s",
        "--run-record-age", "0s", "--event-age", "0s"];

    readonly SnapshotFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    /// <summary>The builder's clock, and that of everybody else.</summary>
    public static TheoryData<string, string> Pairs()
    {
        var pairs = new TheoryData<string, string>();
        foreach (var skew in WrongClock.Skews) pairs.Add("", skew);
        foreach (var skew in WrongClock.Skews.Where(static s => s[0] == '+')) pairs.Add(skew, "-" + skew[1..]);
        return pairs;
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Clocks_ApartOnDisk_LiveBuildIsLeftAloneAndItsSnapshotIsWhole(string builder, string others)
    {
        WrongClock.Require();
        await LiveBuildAsync(new Place(folder.Prefix, null,
            () => Task.FromResult(folder.Files("*.sst").Count(f => f.Contains("run_id=live", StringComparison.Ordinal)))), builder, others);
    }

    [Theory]
    [InlineData("", "+11m")]
    [InlineData("", "-11m")]
    [InlineData("-11m", "+11m")]
    public async Task Clocks_ApartOnS3_LiveBuildIsLeftAloneAndItsSnapshotIsWhole(string builder, string others)
    {
        WrongClock.Require();
        await LiveBuildAsync(await S3PlaceAsync(), builder, others);
    }

    [Theory]
    [InlineData("+25h")]
    [InlineData("-25h")]
    [InlineData("+400d")]
    [InlineData("-400d")]
    public async Task Clock_FartherFromS3ThanItAllows_EverythingIsRefusedAndNothingChanges(string skew)
    {
        WrongClock.Require();
        var place = await S3PlaceAsync();
        await WriteAsync(place, "", "first", 10);
        foreach (var command in new[] { DeleteAll, ["runs"], ["stop", "first", "--declare-dead", "--yes"],
            ["write", Csv("late", 10), "--key", "id", "--shards", "2"] })
        {
            var result = await RunAsync(place, skew, command);
            Assert.True(result.ExitCode == 1, result.ToString());
            Assert.Equal("ClockSkewed", result.ErrorJson.GetProperty("error_id").GetString());
            Assert.Contains("clock", result.Error, StringComparison.Ordinal);
        }
        await AssertWholeAsync(place, "first", 10);
    }

    [Theory]
    [InlineData("-11m", "+11m")]
    [InlineData("+25h", "-25h")]
    [InlineData("-400d", "+400d")]
    public async Task Clocks_ApartWhenABuildIsKilled_LeaseStandsUntilTheRunIsDeclaredDeadAndIsResumed(string builder, string others)
    {
        WrongClock.Require();
        var place = new Place(folder.Prefix, null,
            () => Task.FromResult(folder.Files("*.sst").Count(f => f.Contains("run_id=live", StringComparison.Ordinal))));
        await WriteAsync(place, "", "first", 10);
        using (var live = Start(place, builder))
        {
            await UntilShardsAsync(place, live);
            live.Kill();
            await live.WaitForExitAsync(Token);
        }
        await AssertLiveAsync(place, others);
        // Asked, not declared dead: nobody can know yet that it will not answer.
        Assert.Equal("asked", (await RunAsync(place, others, "stop", "live")).Json.GetProperty("outcome").GetString());
        Assert.Equal("markedfailed", (await RunAsync(place, others, "stop", "live", "--declare-dead"))
            .Json.GetProperty("outcome").GetString());
        var resumed = await RunAsync(place, others, ["write", Csv("live", Rows), "--key", "id", "--value", "v", "--key-encoding", "u64be",
            "--shards", $"{Shards}", "--resume-run-id", "live"]);
        Assert.True(resumed.ExitCode == 0, resumed.ToString());
        Assert.InRange(resumed.Json.GetProperty("kept_shards").GetInt32(), 1, Shards);
        await AssertWholeAsync(place, "live", Rows);
    }

    [Theory]
    [InlineData(false, "+25h")]
    [InlineData(false, "-400d")]
    [InlineData(true, "+11m")]
    [InlineData(true, "-11m")]
    public async Task Clock_WrongForATagAndAFreeze_TheyEndByTheStoresClock(bool isOnS3, string skew)
    {
        WrongClock.Require();
        var place = isOnS3 ? await S3PlaceAsync() : new Place(folder.Prefix, null, () => Task.FromResult(0));
        await WriteAsync(place, "", "first", 10);
        var start = DateTimeOffset.UtcNow.AddSeconds(-2);
        foreach (var command in new[] { new[] { "tag", "gold" }, ["freeze", "--reason", "stocktaking"] })
        {
            var result = await RunAsync(place, skew, [.. command, "--expires-in", "1h"]);
            Assert.True(result.ExitCode == 0, result.ToString());
            Assert.InRange(result.Json.GetProperty("expires_at").GetDateTimeOffset(), start.AddHours(1),
                DateTimeOffset.UtcNow.AddSeconds(2).AddHours(1));
        }
        Assert.Equal("PublishingFrozen", (await RunAsync(place, "", "write", Csv("late", 5), "--key", "id", "--shards", "1"))
            .ErrorJson.GetProperty("error_id").GetString());
    }

    async Task LiveBuildAsync(Place place, string builder, string others)
    {
        await WriteAsync(place, "", "first", 10);
        using (var live = Start(place, builder))
        {
            await UntilShardsAsync(place, live);
            await SignalAsync(live, "STOP");
            await UntilStoppedAsync(live);
            var before = await place.CountShards();
            await AssertLiveAsync(place, others);
            var cleaned = await RunAsync(place, others, DeleteAll);
            Assert.True(cleaned.ExitCode == 0, cleaned.ToString());
            Assert.Equal(before, await place.CountShards());
            await SignalAsync(live, "CONT");
            var built = await ShardyProcess.FinishAsync(live);
            Assert.True(built.ExitCode == 0, built.ToString());
        }
        await AssertWholeAsync(place, "live", Rows);
        // Whoever comes later is later in every list, too.
        await WriteAsync(place, others, "after", 10);
        await WriteAsync(place, builder, "last", 10);
        foreach (var (command, field) in new[] { ("history", "\"ref\":\""), ("events", "\"to\":\"") })
        {
            var listed = await RunAsync(place, "", command, "--output", "jsonl");
            var runIds = listed.Out.Split(field).Skip(1).Take(3).Select(static rest => rest[..rest.IndexOf('"', StringComparison.Ordinal)]
                .Split("run_id=")[^1].Split('/')[0]);
            Assert.True(runIds.SequenceEqual(["last", "after", "live"]), listed.ToString());
        }
    }

    /// <summary>For everybody the run lives: in the list, for another build, and for whoever wants it stopped.</summary>
    static async Task AssertLiveAsync(Place place, string others)
    {
        Assert.Contains("\"running\"", (await RunAsync(place, others, "runs", "--run-id", "live", "--output", "json")).Out,
            StringComparison.Ordinal);
        var refused = await RunAsync(place, others, "write", "-", "--format", "csv", "--key", "id", "--shards", "1");
        Assert.True(refused.ExitCode == 1, refused.ToString());
        Assert.Equal("BuildInProgress", refused.ErrorJson.GetProperty("error_id").GetString());
    }

    static async Task AssertWholeAsync(Place place, string runId, int rows)
    {
        Assert.Equal(runId, (await RunAsync(place, "", "info")).Json.GetProperty("run_id").GetString());
        var verified = await RunAsync(place, "", "verify", "--level", "deep");
        Assert.True(verified.ExitCode == 0, verified.ToString());
        Assert.Equal($"{runId} {rows}", (await RunAsync(place, "", "get", $"{rows}")).Json.GetProperty("value").GetString());
    }

    static async Task UntilShardsAsync(Place place, Process build)
    {
        while (await place.CountShards() == 0)
        {
            Assert.False(build.HasExited, "The build ended before its first shard was seen.");
            await Task.Delay(5, Token);
        }
    }

    /// <summary>A signal reaches each thread when its system call is over.</summary>
    static async Task UntilStoppedAsync(Process process)
    {
        while (Directory.GetDirectories($"/proc/{process.Id}/task").Any(static thread =>
            !File.ReadAllText(Path.Combine(thread, "stat")).Split(") ")[^1].StartsWith('T'))) await Task.Delay(5, Token);
    }

    Process Start(Place place, string skew) => ShardyProcess.Start(WrongClock.Environment(skew, place.Environment), "write",
        Csv("live", Rows), "--key", "id", "--value", "v",
        "--key-encoding", "u64be", "--shards", $"{Shards}", "--run-id", "live", "--prefix", place.Prefix, "--max-uploads-per-second",
        "100");

    async Task WriteAsync(Place place, string skew, string runId, int rows)
    {
        var result = await RunAsync(place, skew, "write", Csv(runId, rows), "--key", "id", "--value", "v", "--key-encoding", "u64be",
            "--shards", "4", "--run-id", runId);
        Assert.True(result.ExitCode == 0, result.ToString());
    }

    string Csv(string word, int rows) => folder.Write($"{word}.csv", "id,v\n"
        + string.Concat(Enumerable.Range(1, rows).Select(i => $"{i},{word} {i}\n")));

    static async Task<ShardyProcess.Result> RunAsync(Place place, string skew, params string[] args) =>
        await ShardyProcess.RunWithAsync(null, WrongClock.Environment(skew, place.Environment), [.. args, "--prefix", place.Prefix]);

    static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(Token);
    }

    async Task<Place> S3PlaceAsync()
    {
        var prefix = await server.NewPrefixAsync();
        var parts = prefix["s3://".Length..].Split('/', 2);
        var environment = new Dictionary<string, string>
        {
            ["AWS_ENDPOINT_URL_S3"] = server.Endpoint,
            ["AWS_ACCESS_KEY_ID"] = server.AccessKey,
            ["AWS_SECRET_ACCESS_KEY"] = server.SecretKey
        };
        return new Place(prefix, environment, async () =>
        {
            using var client = server.Client();
            return (await client.ListObjectsV2Async(new ListObjectsV2Request
            {
                BucketName = parts[0],
                Prefix = $"{parts[1]}/shards/run_id=live/"
            }, Token)).KeyCount ?? 0;
        });
    }

    sealed record Place(string Prefix, IReadOnlyDictionary<string, string>? Environment, Func<Task<int>> CountShards);
}
