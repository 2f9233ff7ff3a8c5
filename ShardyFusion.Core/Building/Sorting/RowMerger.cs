using System.Runtime.CompilerServices;

namespace ShardyFusion.Building.Sorting;

/// <summary>Merges sorted cursors into one sequence with distinct, ascending keys. Not thread-safe.</summary>
/// <remarks>Each cursor has distinct keys already; equal keys of different cursors are resolved here.</remarks>
sealed class RowMerger
{
    readonly DuplicateKeys duplicates;
    readonly RowCursor[] cursors;
    readonly Head[] heap;
    readonly List<RowCursor> atCurrentKey = [];
    int heapCount;
    RowCursor? winner;

    public RowMerger(IEnumerable<RowCursor> cursors, DuplicateKeys duplicates)
    {
        this.duplicates = duplicates;
        this.cursors = [.. cursors];
        heap = new Head[this.cursors.Length];
        atCurrentKey.AddRange(this.cursors);
    }

    /// <summary>Rows dropped by this merge.</summary>
    public long Dropped { get; private set; }

    /// <summary>The current row; valid until the next <see cref="MoveNext"/>.</summary>
    public RowRecord Current => winner!.Current;

    /// <summary>Steps to the next distinct key; false at the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public bool MoveNext()
    {
        if (cursors.Length == 1) return (winner = cursors[0]).MoveNext();

        foreach (var cursor in atCurrentKey)
            if (cursor.MoveNext()) Push(new Head(SortEntry.PrefixOf(cursor.Current.Key), cursor));
        atCurrentKey.Clear();
        if (heapCount == 0) return false;

        var first = Pop();
        winner = first.Cursor;
        atCurrentKey.Add(winner);
        while (heapCount > 0 && heap[0].Prefix == first.Prefix && heap[0].Cursor.Current.Key.SequenceEqual(first.Cursor.Current.Key))
        {
            var other = Pop().Cursor;
            atCurrentKey.Add(other);
            Dropped++;
            if (duplicates.Replaces(other.Current, winner.Current)) winner = other;
        }
        return true;
    }

    /// <summary>A cursor before it is taken, with the first eight bytes of its key, which decide most comparisons.</summary>
    readonly record struct Head(ulong Prefix, RowCursor Cursor)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public bool IsBefore(in Head other) => Prefix != other.Prefix ? Prefix < other.Prefix
            : Cursor.Current.Key.SequenceCompareTo(other.Cursor.Current.Key) < 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Push(Head head)
    {
        var child = heapCount++;
        while (child > 0)
        {
            var parent = (child - 1) / 2;
            if (!head.IsBefore(heap[parent])) break;
            heap[child] = heap[parent];
            child = parent;
        }
        heap[child] = head;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    Head Pop()
    {
        var top = heap[0];
        var moved = heap[--heapCount];
        var parent = 0;
        while (true)
        {
            var child = 2 * parent + 1;
            if (child >= heapCount) break;
            if (child + 1 < heapCount && heap[child + 1].IsBefore(heap[child])) child++;
            if (!heap[child].IsBefore(moved)) break;
            heap[parent] = heap[child];
            parent = child;
        }
        heap[parent] = moved;
        return top;
    }
}
