using ShardyFusion.Shards.Sst.Format;
using ShardyFusion.Shards.Sst.Reading;

namespace ShardyFusion.Shards.SlateDb.Reading;

/// <summary>The rows of log files.</summary>
sealed class WalSource(WalRows rows, KeyRange range) : RowSource
{
    readonly int behind = range.End is { } end ? rows.PlaceOf(end.Span) : rows.Count;
    int place = rows.PlaceOf(range.From.Span) - 1;
    (ReadOnlyMemory<byte> Key, FoundRow Row) current;

    public override ReadOnlySpan<byte> Key => current.Key.Span;

    public override FoundRow Row => current.Row;

    public override bool TryMove()
    {
        if (place + 1 >= behind)
            return false;
        current = rows.InOrder(++place);
        return true;
    }

    public override ValueTask<bool> ReadOnAsync() => ValueTask.FromResult(TryMove());

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
