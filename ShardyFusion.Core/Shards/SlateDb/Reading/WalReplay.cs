using System.Globalization;
using ShardyFusion.Shards.SlateDb.Format;
using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>Reads the log files whose rows may be in no table.</summary>
/// <param name="files">The database.</param>
/// <param name="listing">What lies there.</param>
/// <param name="manifest">What is read.</param>
/// <param name="isLatest">False for an older manifest, whose log ends where it says.</param>
sealed class WalReplay(SlateFiles files, SlateListing listing, SlateManifest manifest, bool isLatest)
{
    const int ParallelReads = 8;

    /// <summary>Bytes of the files that are read.</summary>
    public long StoredBytes { get; private set; }

    /// <summary>Files that are read.</summary>
    public int FileCount { get; private set; }

    /// <summary>Reads them, one request each, a few at once.</summary>
    /// <exception cref="Errors.ShardyFusionException"><see cref="Errors.ErrorKind.SnapshotIncomplete"/>: one lacks between others;
    /// <see cref="Errors.ErrorKind.ShardCorrupt"/>: one is damaged, or they and the manifest contradict each other.</exception>
    public async Task<WalRows> ReadAsync(CancellationToken cancellationToken)
    {
        var wanted = Wanted();
        (FileCount, StoredBytes) = (wanted.Count, wanted.Sum(id => listing.Wal[id]));
        var checking = RequireReplayedAsync(cancellationToken);
        var rows = new WalRows();
        var reads = new Queue<Task<WalFile>>();
        try
        {
            var fences = listing.Wal.Where(file => file.Value == 0).Select(file => SourceOf(file.Key).Name).ToList();
            RequireFencesOfWriters(fences);
            var sequence = new SequenceCheck(manifest.LastTableSequence);
            for (var next = 0; next < wanted.Count || reads.Count > 0;)
            {
                for (; next < wanted.Count && reads.Count < ParallelReads; next++)
                    reads.Enqueue(ReadAsync(wanted[next], cancellationToken));
                var file = await reads.Dequeue().ConfigureAwait(false);
                var name = SourceOf(file.Id).Name;
                sequence.Add(name, rows.Add(file));
                if (file.Blocks.Count == 0 && listing.Wal[file.Id] > 0)
                    fences.Insert(0, name);
            }
            RequireFencesOfWriters(fences);
        }
        finally
        {
            await ((Task)Task.WhenAll([.. reads, checking])).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await checking.ConfigureAwait(false);
        return rows;
    }

    IShardSource SourceOf(ulong id) => files.WalSource(id, listing.Wal[id]);

    Task<WalFile> ReadAsync(ulong id, CancellationToken cancellationToken) => WalFile.ReadAsync(id, SourceOf(id), cancellationToken);

    List<ulong> Wanted()
    {
        var wanted = new List<ulong>();
        foreach (var id in listing.Wal.Keys)
        {
            if (id <= manifest.ReplayAfterWalId || !isLatest && id > manifest.LastWalId)
                continue;
            var expected = manifest.ReplayAfterWalId + 1 + (ulong)wanted.Count;
            if (id != expected)
                throw files.MissingWal(expected);
            wanted.Add(id);
        }
        return wanted;
    }

    // Cut to nothing, a file looks like the fence of a writer that came later. Each writer makes one.
    void RequireFencesOfWriters(List<string> fences)
    {
        if ((ulong)fences.Count > manifest.WriterEpoch)
            throw new BlockOrigin(fences[^1], 0).Fault(string.Create(CultureInfo.InvariantCulture,
                $"it holds no rows, as do {fences.Count - 1} other log files, but only {manifest.WriterEpoch} writers left such a file"));
    }

    // A manifest has no checksum. If it named a later file than it should, rows of those before would be lost silently; the last of
    // them tells.
    async Task RequireReplayedAsync(CancellationToken cancellationToken)
    {
        foreach (var id in listing.Wal.Keys.Reverse().SkipWhile(id => id > manifest.ReplayAfterWalId))
        {
            if (listing.Wal[id] == 0)
                continue;
            var last = 0UL;
            var file = await ReadAsync(id, cancellationToken).ConfigureAwait(false);
            file.ForEach(row => last = Math.Max(last, row.Row.Sequence));
            if (last > manifest.LastTableSequence)
                throw new BlockOrigin(manifest.File, 0).Fault($"log file {id} holds a row of sequence number {last}, where it says that "
                    + $"files up to {manifest.ReplayAfterWalId} are in tables, and those have numbers up to {manifest.LastTableSequence}");
            if (file.Blocks.Count > 0)
                return;
        }
    }

    /// <summary>Notices a file that was cut to nothing between two others: a fence takes no sequence number.</summary>
    /// <param name="last">The last sequence number before.</param>
    sealed class SequenceCheck(ulong last)
    {
        string? emptied;

        public void Add(string name, (ulong Least, ulong Greatest) sequences)
        {
            if (sequences.Least > sequences.Greatest)
            {
                emptied = name;
                return;
            }
            if (emptied is not null && sequences.Least > last + 1)
                throw new BlockOrigin(emptied, 0).Fault(string.Create(CultureInfo.InvariantCulture,
                    $"it is empty, but rows of the sequence numbers {last + 1} to {sequences.Least - 1} lie in no other log file"));
            (last, emptied) = (Math.Max(last, sequences.Greatest), null);
        }
    }
}
