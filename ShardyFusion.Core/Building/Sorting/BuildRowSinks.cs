using System.Runtime.CompilerServices;
using ShardyFusion.Building.Input;
using ShardyFusion.Errors;
using ShardyFusion.Routing;
using ShardyFusion.Routing.Cel;

namespace ShardyFusion.Building.Sorting;

/// <summary>Hands each parser worker a sink with a collector of its own.</summary>
/// <param name="session">The build.</param>
/// <param name="errors">Takes bad rows.</param>
/// <param name="input">Its place in the build.</param>
/// <param name="onRows">Told now and then how many more rows were taken; may be called by any worker.</param>
sealed class BuildRowSinks(BuildSession session, RowErrors errors, InputShare input, Action<int> onRows)
    : IRowSinkProvider, IDisposable
{
    const int ReportEvery = 1 << 14;

    readonly long firstOrdinal = input.FirstOrdinal;
    readonly ManualResetEventSlim firstRowSeen = new(session.KeyEncoding is not null);

    public IRowSink Open() => new Sink(this);

    public void Dispose() => firstRowSeen.Dispose();

    public void Close(IRowSink sink)
    {
        firstRowSeen.Set();
        ((Sink)sink).ReturnCollector();
    }

    /// <summary>The first row of the input decides the key encoding, whichever worker is faster.</summary>
    KeyCodec CodecFor(object key, long ordinal)
    {
        if (ordinal == firstOrdinal)
        {
            var codec = session.CodecFor(key);
            firstRowSeen.Set();
            return codec;
        }
        firstRowSeen.Wait();
        return session.CodecFor(key);
    }

    sealed class Sink(BuildRowSinks owner) : IRowSink
    {
        readonly byte[] keyBuffer = new byte[KeyCodec.MaxKeyBytes];
        readonly int? keptTable = owner.KeptTable;
        readonly CelColumns? columns = owner.CreateColumns();
        KeyCodec? codec;
        RowCollector? collector;
        int unreported;

        public CelColumns? Columns => owner.HasColumns ? columns : null;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(ReadOnlySpan<byte> keyText, ReadOnlySpan<byte> value, long ordinal)
        {
            codec ??= owner.CodecFor("", ordinal);
            var fault = codec.TryEncodeUtf8(keyText, keyBuffer, out var keyBytes);
            if (fault != KeyFault.None) Fail(fault, System.Text.Encoding.UTF8.GetString(keyText), ordinal);
            else Keep(keyBytes, value, ordinal);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void AddInteger(long key, ReadOnlySpan<byte> value, long ordinal)
        {
            codec ??= owner.CodecFor(key, ordinal);
            var fault = key < 0 ? codec.TryEncode(key, keyBuffer, out var keyBytes)
                : codec.TryEncodeU64((ulong)key, keyBuffer, out keyBytes);
            if (fault != KeyFault.None) Fail(fault, key, ordinal);
            else Keep(keyBytes, value, ordinal);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void AddBytes(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long ordinal)
        {
            codec ??= owner.CodecFor(Array.Empty<byte>(), ordinal);
            var fault = codec.TryEncodeStored(key, keyBuffer, out var keyBytes);
            if (fault != KeyFault.None) Fail(fault, key.ToArray(), ordinal);
            else Keep(keyBytes, value, ordinal);
        }

        public void Reject(string reason, string? key, long ordinal)
        {
            owner.OnBadRow(ordinal);
            owner.Handle(new RowException(ErrorKind.InputInvalid, ordinal, reason) { Target = key });
        }

        public void ReturnCollector()
        {
            if (collector is not null) owner.ReturnCollector(collector);
            collector = null;
            if (columns is not null) owner.Return(columns);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        void Keep(int keyBytes, ReadOnlySpan<byte> value, long ordinal)
        {
            var key = keyBuffer.AsSpan(0, keyBytes);
            var dbId = 0;
            if (columns is null) dbId = owner.Route(key);
            else if (!owner.TryRoute(key, columns, out dbId, out var reason))
            {
                owner.Handle(BuildSession.NoShard(ordinal, reason!, codec!.Decode(key)));
                return;
            }
            collector ??= owner.RentCollector();
            if (keptTable is { } table)
                collector.AddKept(key, value.Length, KeptRows.LocatorOf(table, ordinal - owner.FirstOrdinal), dbId);
            else collector.Add(key, value, ordinal, dbId);
            if (++unreported < ReportEvery) return;
            owner.OnRows(unreported);
            unreported = 0;
        }

        void Fail(KeyFault fault, object key, long ordinal)
        {
            owner.OnBadRow(ordinal);
            owner.Handle(new RowException(ErrorKind.ShardAssignment, ordinal,
                KeyFaults.Reason(fault, codec!.Encoding, key))
            { Target = key });
        }
    }

    /// <summary>A first row that is bad decides nothing; the next good one does.</summary>
    void OnBadRow(long ordinal)
    {
        if (ordinal == firstOrdinal) firstRowSeen.Set();
    }

    long FirstOrdinal => firstOrdinal;

    int? KeptTable => input.KeptTable;

    RowCollector RentCollector() => session.RentCollector(input.Workers);

    void ReturnCollector(RowCollector collector) => session.ReturnCollector(collector);

    int Route(ReadOnlySpan<byte> key) => session.Route(key);

    bool HasColumns { get; } = session.Placement.Columns.Count > 0;

    CelColumns? CreateColumns() => session.Placement.CreateColumns();

    void Return(CelColumns columns) => session.Placement.Return(columns);

    bool TryRoute(ReadOnlySpan<byte> key, CelColumns columns, out int dbId, out string? reason) =>
        session.TryRoute(key, columns, out dbId, out reason);

    void OnRows(int count) => onRows(count);

    void Handle(RowException error) => errors.Handle(error);
}
