using ShardyFusion.Building.Sorting;

namespace ShardyFusion.Jobs.Segments;

/// <summary>The rows of one shard from all maps, in memory or on this machine's disk.</summary>
sealed class FetchedShard(int shard) : IShardRowSource, IDisposable
{
    readonly Lock gate = new();
    readonly SortedDictionary<int, byte[]> buffers = [];
    readonly SortedDictionary<int, SpillRun> runs = [];

    public bool HasRows(int dbId) => dbId == shard && (buffers.Count > 0 || runs.Count > 0);

    public long Open(int dbId, int spillBufferBytes, List<RowCursor> cursors)
    {
        if (dbId != shard) return 0;
        foreach (var buffer in buffers.Values) cursors.Add(new BufferedRowCursor(buffer));
        foreach (var run in runs.Values) cursors.Add(new SpillRowCursor(run, spillBufferBytes));
        return 0;
    }

    public void Add(int map, byte[] rows)
    {
        lock (gate) buffers.Add(map, rows);
    }

    public void Add(int map, SpillRun rows)
    {
        lock (gate) runs.Add(map, rows);
    }

    public void Dispose()
    {
        foreach (var run in runs.Values) run.File.Dispose();
        runs.Clear();
        buffers.Clear();
    }
}
