using System.Buffers;

namespace ShardyFusion.Shards.Sst.Reading;

/// <summary>Keys whose blocks are packed or not checked yet.</summary>
struct LaterKeys : IDisposable
{
    (int Ordinal, int KeyIndex)[]? items;
    int count;

    public void Add(int ordinal, int keyIndex)
    {
        if (items is null || count == items.Length)
        {
            var larger = ArrayPool<(int, int)>.Shared.Rent(Math.Max(64, 2 * count));
            items.AsSpan(0, count).CopyTo(larger);
            Dispose();
            items = larger;
        }
        items[count++] = (ordinal, keyIndex);
    }

    public readonly Span<(int Ordinal, int KeyIndex)> InBlockOrder()
    {
        var span = items.AsSpan(0, count);
        span.Sort();
        return span;
    }

    public void Dispose()
    {
        if (items is not null)
            ArrayPool<(int, int)>.Shared.Return(items);
        items = null;
    }
}
