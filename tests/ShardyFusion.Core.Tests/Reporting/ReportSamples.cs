using ShardyFusion.Catalog;
using ShardyFusion.Cleaning;
using ShardyFusion.Errors;
using ShardyFusion.Formats;
using ShardyFusion.Formats.Annotations;
using ShardyFusion.Reading;
using ShardyFusion.Reporting;
using ShardyFusion.Routing;
using ShardyFusion.Runs;

namespace ShardyFusion.Core.Tests.Reporting;

/// <summary>Reports of prefixes in many a state, without the prefixes.</summary>
static class ReportSamples
{
    public static readonly DateTimeOffset Now = new(2026, 3, 14, 8, 0, 0, TimeSpan.Zero);

    public const string Prefix = "s3://prod-lookup/geo/cities";

    /// <summary>Markup, quotes, a change of direction, and a word that no line holds.</summary>
    public static readonly string Hostile =
        "</title></style><script>window.broken = 1</script><img src=x onerror='window.broken = 1'>\"'&amp; \u202Eabc <b>"
        + new string('W', 120);

    public static readonly string[] Names = ["month", "many-shards", "one", "empty", "hostile"];

    public static SnapshotReport Of(string name) => name switch
    {
        "month" => Month(),
        "many-shards" => Month(4_096),
        "one" => One,
        "empty" => Empty,
        _ => Saying(Hostile),
    };

    /// <summary>The first snapshot of a prefix, which has a single shard.</summary>
    public static SnapshotReport One
    {
        get
        {
            var month = Month(1);
            var first = month.History[^1] with { Offset = 0, IsCurrent = true };
            return month with
            {
                Health = new HealthReport
                {
                    Status = HealthStatus.Healthy,
                    Reasons = [],
                    Prefix = Prefix,
                    RunId = first.RunId,
                    ManifestRef = first.ManifestRef,
                    ManifestAge = TimeSpan.FromMinutes(3),
                    ShardCount = 1,
                    RowCount = first.RowCount,
                },
                Snapshot = Info(first.RunId, first.ManifestRef, Now.AddMinutes(-3), first.RowCount!.Value, 1, new Random(1)),
                History = [first],
                HasOlder = false,
                Runs = [month.Runs[1] with { RunId = first.RunId }],
            };
        }
    }

    /// <summary>A month of nightly builds with their small and large mishaps.</summary>
    public static SnapshotReport Month(int shardCount = 64)
    {
        var random = new Random(20260314);
        var history = new List<HistoryEntry>();
        var rows = 1_180_000L;
        for (var day = 29; day >= 0; day--)
        {
            var change = day == 9 ? -61_240 : random.Next(-1_500, 9_000);
            rows += change;
            var at = Now.AddDays(-day).AddHours(-5.8).AddSeconds(random.Next(0, 900));
            GuardResult[] guards = day > 24 ? [] :
            [
                new("MaxDrop", day != 9,
                    $"{rows:N0} rows after {rows - change:N0}, {Math.Abs(change):N0} {(change < 0 ? "fewer" : "more")}; "
                        + "at most 2% fewer allowed."),
                new("MinRows", true, $"{rows:N0} rows; at least 1,000,000 are needed."),
                new("Canary", true, "Key 2988507 has the expected value."),
            ];
            history.Insert(0, new HistoryEntry
            {
                Offset = day - 1,
                IsCurrent = day == 1,
                RunId = $"nightly-{at:yyyy-MM-dd}",
                ManifestRef = $"{Prefix}/manifests/{SnapshotTime.FormatName(at)}_run_id=nightly-{at:yyyy-MM-dd}/manifest",
                PublishedAt = at,
                RowCount = day == 17 ? null : rows,
                Bytes = day == 17 ? null : rows * 83 + random.Next(100_000),
                ShardCount = day == 17 ? null : shardCount,
                RowChange = day is 29 or 17 or 16 ? null : change,
                Message = day switch
                {
                    1 => "GeoNames of 12 March, with the corrected Swiss communes",
                    9 => "Deduplicated: 61,240 rows of retired codes are gone on purpose",
                    _ => null
                },
                Guards = day == 17 ? [] : guards,
                Forced = day == 9 ? new ForcedPublish("mvogel", "etl-02", at, "The drop is wanted, see the message") : null,
                Author = day > 20 ? null : "etl",
                Duration = day > 20 ? null : TimeSpan.FromMinutes(4 + (day % 3)),
                Pointers = day switch { 1 => ["CURRENT"], 0 => ["CANARY"], _ => [] },
                Tags = day == 9 ? ["before-dedup", "audit-2026-q1"] : [],
                IsBlocked = day == 5,
                IsStaged = day == 0,
                IsDataMissing = day == 22,
                Problem = day == 17
                ? $"The manifest '{Prefix}/manifests/{SnapshotTime.FormatName(at)}_run_id=nightly-{at:yyyy-MM-dd}/manifest' is "
                + "malformed: line 214, field 'shards': the document ends too soon." : null,
            });
        }
        var current = history[1];
        var runs = history.Select((entry, index) => new RunInfo
        {
            RunId = entry.RunId,
            State = RunState.Succeeded,
            StartedAt = entry.PublishedAt.AddMinutes(-4 - (index % 3) - (29 - index) * .02),
            UpdatedAt = entry.PublishedAt,
            LeaseExpiresAt = entry.PublishedAt.AddMinutes(10),
            Duration = TimeSpan.FromMinutes(4 + (index % 3) + (29 - index) * .02),
            Rows = entry.RowCount,
            Bytes = entry.Bytes,
            Host = "etl-02",
            ProcessId = 4_000 + index,
            WriterType = "dotnet",
            Message = entry.Message,
            ManifestRef = entry.ManifestRef,
            RecordRef = $"{Prefix}/runs/{entry.RunId}/run.yaml",
        }).Take(24).ToList();
        runs[6] = runs[6] with
        {
            RunId = "nightly-retry",
            State = RunState.Failed,
            Duration = TimeSpan.FromSeconds(48),
            ManifestRef = null,
            ErrorType = "GuardFailed",
            ErrorMessage =
                "MaxDrop: 640,114 rows after 1,270,321, 630,207 (49.6%) fewer; at most 2% fewer allowed. The snapshot stays staged.",
        };
        runs[12] = runs[12] with
        {
            State = RunState.Abandoned,
            Duration = TimeSpan.FromMinutes(2),
            ManifestRef = null,
            Rows = 512_000,
            Message = null,
        };
        runs.Insert(0, runs[0] with
        {
            RunId = "adhoc-fix-7",
            State = RunState.Running,
            StartedAt = Now.AddMinutes(-1.5),
            Duration = TimeSpan.FromMinutes(1.5),
            Rows = 310_000,
            ManifestRef = null,
            Message = null,
            Host = "ops-laptop",
            ProcessId = 812
        });
        return new SnapshotReport
        {
            Prefix = Prefix,
            CreatedAt = Now,
            Health = new HealthReport
            {
                Status = HealthStatus.Degraded,
                Reasons = [$"The snapshot of run '{current.RunId}' is 1.05:41:12 old, more than 1.00:00:00."],
                Prefix = Prefix,
                RunId = current.RunId,
                ManifestRef = current.ManifestRef,
                ManifestAge = Now - current.PublishedAt,
                ShardCount = shardCount,
                ShardsProbed = shardCount,
                RowCount = current.RowCount,
            },
            Snapshot = Info(current.RunId, current.ManifestRef, current.PublishedAt, current.RowCount!.Value, shardCount, random) with
            {
                Message = current.Message,
                Custom = new Dictionary<string, object?>
                {
                    ["guards"] = current.Guards.Select(object? (guard) => new Dictionary<string, object?>
                    {
                        ["name"] = guard.Name,
                        ["passed"] = guard.Passed,
                        ["detail"] = guard.Detail
                    }).ToList(),
                },
            },
            History = history,
            HasOlder = true,
            Runs = runs,
            Events = [.. history.Skip(1).Take(4).Select(entry => Event(entry, PointerChange.Publish, PointerOutcome.Moved)),
            Event(history[9], PointerChange.Rollback, PointerOutcome.Refused) with { ErrorId = "SnapshotBlocked" }],
            Freeze = new PublishingFreeze("Release week: no data changes until Monday", "ops", "ops-laptop", Now.AddHours(-9),
            Now.AddDays(2), Released: false),
            Storage = Storage(history),
        };
    }

    static PointerEvent Event(HistoryEntry entry, PointerChange kind, PointerOutcome outcome) =>
        new(kind, "CURRENT", null, entry.ManifestRef, outcome, null, "etl", "etl-02", 4_711, entry.PublishedAt, null);

    static StorageUse Storage(List<HistoryEntry> history)
    {
        var old = history.Skip(7).Where(entry => entry.Bytes is not null).ToList();
        CleanupItem[] items =
        [
            .. old.Select(entry => new CleanupItem(CleanupKind.Snapshot, entry.RunId,
                $"published {entry.PublishedAt:u}, not among those to keep", [new CleanupObject(entry.RunId, entry.Bytes!.Value)])),
            new(CleanupKind.OrphanShards, "nightly-retry", "no manifest names them, and no run is writing them",
            [new CleanupObject("a", 31_000_000), new CleanupObject("b", 4_000_000)]),
        ];
        var plan = new CleanupPlan(1, Prefix, Now, new CleanupPolicy(), items,
            [.. history.Take(7).Select((entry, index) => new KeptSnapshot(entry.RunId, entry.ManifestRef, index == 1 ? "'_CURRENT' names it"
            : "among the last ones to keep"))]);
        var freed = old.Sum(entry => entry.Bytes!.Value);
        return new StorageUse(
        [
            new(StoragePurpose.CurrentSnapshot, 65, history[1].Bytes!.Value, 0, 0),
            new(StoragePurpose.OtherSnapshots, 1_820, history.Where(entry => !entry.IsCurrent).Sum(entry => entry.Bytes ?? 0),
            old.Count * 65, freed),
            new(StoragePurpose.Leftovers, 22, 60_000_000, 2, 35_000_000),
            new(StoragePurpose.Runs, 31, 41_200, 0, 0),
        ], plan);
    }

    /// <summary>A prefix on which nobody has published anything.</summary>
    public static SnapshotReport Empty { get; } = new()
    {
        Prefix = "file:///srv/snapshots/new",
        CreatedAt = Now,
        Health = new HealthReport
        {
            Status = HealthStatus.Unhealthy,
            Reasons = ["There is no snapshot at 'file:///srv/snapshots/new' yet."],
            Prefix = "file:///srv/snapshots/new",
            ErrorKind = ErrorKind.NoSnapshot,
        },
    };

    /// <summary>Everything that comes from outside says this.</summary>
    public static SnapshotReport Saying(string text)
    {
        var at = Now.AddHours(-2);
        return new SnapshotReport
        {
            Prefix = text,
            CreatedAt = Now,
            Health = new HealthReport
            {
                Status = HealthStatus.Unhealthy,
                Reasons = [text],
                Prefix = text,
                RunId = text,
                ManifestRef = text,
                ManifestAge = TimeSpan.FromHours(2),
                ErrorKind = ErrorKind.ShardCorrupt
            },
            Snapshot = Info(text, text, at, 10, 2, new Random(1)) with
            {
                KeyEncoding = KeyEncoding.Utf8,
                Message = text,
                Shards = [new ShardInfo(0, 10, text, text, text, 100, text)],
                Custom = new Dictionary<string, object?>
                {
                    ["guards"] = new List<object?> { new Dictionary<string, object?> { ["name"] = text, ["passed"] = false,
                        ["detail"] = text } },
                    ["forced"] = new Dictionary<string, object?>
                    {
                        ["author"] = text,
                        ["host"] = text,
                        ["at"] = SnapshotTime.FormatField(at),
                        ["reason"] = text
                    },
                },
            },
            History = [Entry(0), Entry(1) with { Problem = text }],
            Runs =
            [
                new RunInfo
                {
                    RunId = text,
                    State = RunState.Failed,
                    StartedAt = at,
                    Duration = TimeSpan.FromSeconds(3),
                    Host = text,
                    WriterType = text,
                    ErrorType = text,
                    ErrorMessage = text,
                    RecordRef = text,
                },
                new RunInfo { RunId = text, State = RunState.Succeeded, StartedAt = at, Duration = TimeSpan.FromSeconds(3), Message = text,
                ManifestRef = text, RecordRef = text },
                new RunInfo { RunId = text, State = RunState.Unreadable, StartedAt = at, RecordRef = text, Problem = text },
            ],
            Events = [new PointerEvent(PointerChange.Publish, text, text, text, PointerOutcome.Failed, text, text, text, 1, at, text)],
            Freeze = new PublishingFreeze(text, text, text, at, null, Released: false),
            Storage = new StorageUse([new StorageShare(StoragePurpose.Foreign, 1, 10, 1, 10)],
            new CleanupPlan(1, text, Now, new CleanupPolicy(),
                [new CleanupItem(CleanupKind.Upload, text, text, [new CleanupObject(text, 10)])], [new KeptSnapshot(text, text, text)])),
        };

        HistoryEntry Entry(int offset) => new()
        {
            Offset = offset,
            IsCurrent = offset == 0,
            RunId = text,
            ManifestRef = text,
            PublishedAt = at.AddHours(-offset),
            RowCount = 10,
            Bytes = 100,
            ShardCount = 2,
            Message = text,
            Guards = [new GuardResult(text, false, text)],
            Forced = new ForcedPublish(text, text, at, text),
            Author = text,
            Tags = [text],
            Pointers = [text],
            IsBlocked = true,
            IsDataMissing = true,
        };
    }

    static SnapshotInfo Info(string runId, string manifestRef, DateTimeOffset at, long rowCount, int shardCount, Random random)
    {
        var left = rowCount;
        var shards = new List<ShardInfo>();
        for (var dbId = 0; dbId < shardCount; dbId++)
        {
            var share = left / (shardCount - dbId);
            var spread = Math.Max(1, (int)Math.Sqrt(share));
            var rows = dbId == shardCount - 1 ? left : Math.Clamp(share + random.Next(-spread, spread), 0, left);
            left -= rows;
            if (rows > 0)
                shards.Add(new ShardInfo(dbId, rows, dbId * 11L, 12_000_000L + dbId,
                    $"{Prefix}/shards/run_id={runId}/db={dbId:d5}/attempt=00/shard.sst", rows * 83, null));
        }
        return new SnapshotInfo
        {
            RunId = runId,
            ManifestRef = manifestRef,
            CreatedAt = at,
            ShardCount = shardCount,
            Sharding = "hash",
            KeyEncoding = KeyEncoding.U64BE,
            ValueEncoding = ValueEncoding.Json,
            RowCount = rowCount,
            Bytes = shards.Sum(shard => shard.Bytes),
            Shards = shards,
            Custom = new Dictionary<string, object?>(),
        };
    }
}
