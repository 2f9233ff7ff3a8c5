using System.Diagnostics;
using RocksDbSharp;
using ShardyFusion.Building;
using ShardyFusion.Building.Input;
using ShardyFusion.Formats;
using ShardyFusion.Maintenance;
using ShardyFusion.Routing;
using ShardyFusion.Stores;
using Database = RocksDbSharp.RocksDb;

namespace ShardyFusion.Benchmarks;

/// <summary>A snapshot of eight shards into a RocksDB database, and back, beside what RocksDB takes to ingest the same files and to go over
/// the same rows. In this process.</summary>
sealed class DatabaseBenchmark(string folder, Report report, int rounds)
{
    string Snapshot => Path.Combine(folder, "databases", "snapshot");

    string Again => Path.Combine(folder, "databases", "again");

    string Exported => Path.Combine(folder, "databases", "exported");

    string Ingested => Path.Combine(folder, "databases", "ingested");

    public async Task RunAsync(Workload workload)
    {
        Clear(Snapshot);
        var bytes = await File.ReadAllBytesAsync(workload.RowsFile(folder));
        await using var store = ObjectStores.Open(Snapshot);
        await using (var build = await SnapshotBuild.StartAsync(store, Options, null, TimeProvider.System, default))
        {
            await build.AddTableAsync(new RowsTable(bytes, workload, keepsRows: true), ValueEncoding.Raw, default);
            await build.CompleteAsync(default);
        }
        bytes = [];
        for (var round = 0; round < rounds; round++)
        {
            Clear(Exported);
            Clear(Ingested);
            Clear(Again);
            await MeasureAsync("snapshot into a database", "ShardyFusion, links", workload.Rows, async () =>
            {
                var export = await new SnapshotStore(store).OpenExportAsync(new ExportOptions(), default);
                await export.WriteFileAsync(Exported, ExportFormat.RocksDb, false, null, default);
            });
            await MeasureAsync("snapshot into a database", "RocksDB ingest, copies", workload.Rows, () => Task.Run(Ingest));
            await MeasureAsync("rows from a database", "RocksDB iterator alone", workload.Rows,
                () => Task.Run(() => Iterate(workload.Rows)));
            await MeasureAsync("rows from a database", "ShardyFusion, to a published snapshot", workload.Rows, async () =>
                await new SnapshotStore(ObjectStores.Open(Again)).BuildAsync(Options,
                    [new InputFile { Path = Exported, Format = InputFormat.RocksDb, KeyField = "key" }], null, default));
        }
        Clear(Path.Combine(folder, "databases"));
    }

    static BuildOptions Options => new() { ShardCount = 8, KeyEncoding = KeyEncoding.U64BE, ValueEncoding = ValueEncoding.Raw };

    void Ingest()
    {
        var files = Directory.GetFiles(Snapshot, "*.sst", SearchOption.AllDirectories);
        using var database = Database.Open(new DbOptions().SetCreateIfMissing().SetDisableAutoCompactions(1), Ingested);
        database.IngestExternalFiles(files, new IngestExternalFileOptions());
    }

    void Iterate(long expected)
    {
        using var database = Database.OpenReadOnly(new DbOptions().SetMaxOpenFiles(-1), Exported, false);
        using var iterator = database.NewIterator();
        long rows = 0, bytes = 0;
        for (iterator.SeekToFirst(); iterator.Valid(); iterator.Next(), rows++)
            bytes += iterator.GetKeySpan().Length + iterator.GetValueSpan().Length;
        if (rows != expected || bytes == 0) throw new InvalidOperationException($"{rows} rows came of {expected}.");
    }

    async Task MeasureAsync(string task, string engine, long rows, Func<Task> work)
    {
        using var process = Process.GetCurrentProcess();
        var processor = process.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        await work();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        process.Refresh();
        report.Of($"{task}, {rows:N0} rows", engine, "M rows/s")
            .Add(rows / seconds / 1e6, ("s", seconds), ("cpu s", (process.TotalProcessorTime - processor).TotalSeconds));
    }

    static void Clear(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
    }
}
