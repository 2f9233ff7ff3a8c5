namespace ShardyFusion.Building;

/// <summary>Merges sorted cursors into one sequence with distinct, ascending keys. Not thread-safe.</summary>
/// <remarks>Each cursor has distinct keys already; equal keys of different cursors are resolved here.</remarks>
sealed class RowMerger
{
    readonly DuplicateKeys duplicates;
    readonly RowCursor[] heap;
    readonly List<RowCursor> atCurrentKey = [];
    int heapCount;
    RowCursor? winner;

    public RowMerger(IEnumerable<RowCursor> cursors, DuplicateKeys duplicates)
    {
        this.duplicates = duplicates;
        heap = [.. cursors];
        atCurrentKey.AddRange(heap);
    }

    /// <summary>Rows dropped by this merge.</summary>
    public long Dropped { get; private set; }

    /// <summary>The current row; valid until the next <see cref="MoveNext"/>.</summary>
    public RowRecord Current => winner!.Current;

    /// <summary>Steps to the next distinct key; false at the end.</summary>
    public bool MoveNext()
    {
        if (heap.Length == 1) return (winner = heap[0]).MoveNext();

        foreach (var cursor in atCurrentKey)
            if (cursor.MoveNext()) Push(cursor);
        atCurrentKey.Clear();
        if (heapCount == 0) return false;

        winner = Pop();
        atCurrentKey.Add(winner);
        while (heapCount > 0 && heap[0].Prefix == winner.Prefix && heap[0].Current.Key.SequenceEqual(winner.Current.Key))
        {
            var other = Pop();
            atCurrentKey.Add(other);
            Dropped++;
            if (duplicates.Replaces(other.Current, winner.Current)) winner = other;
        }
        return true;
    }

    static bool Less(RowCursor left, RowCursor right) =>
        left.Prefix != right.Prefix
            ? left.Prefix < right.Prefix
            : left.Current.Key.SequenceCompareTo(right.Current.Key) < 0;

    void Push(RowCursor cursor)
    {
        var child = heapCount++;
        while (child > 0)
        {
            var parent = (child - 1) / 2;
            if (!Less(cursor, heap[parent])) break;
            heap[child] = heap[parent];
            child = parent;
        }
        heap[child] = cursor;
    }

    RowCursor Pop()
    {
        var top = heap[0];
        var moved = heap[--heapCount];
        var parent = 0;
        while (true)
        {
            var child = 2 * parent + 1;
            if (child >= heapCount) break;
            if (child + 1 < heapCount && Less(heap[child + 1], heap[child])) child++;
            if (!Less(heap[child], moved)) break;
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moved;
        return top;
    }
}
