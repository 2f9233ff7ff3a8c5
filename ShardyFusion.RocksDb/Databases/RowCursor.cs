using System.Runtime.CompilerServices;
using ShardyFusion.Errors;
using ShardyFusion.RocksDb.Native;

namespace ShardyFusion.RocksDb.Databases;

/// <summary>Goes over the rows of a column family in the order of their keys. Not thread-safe; to be disposed of before its
/// database.</summary>
sealed unsafe class RowCursor : IDisposable
{
    /// <summary>Reads of this size are as fast as any on disks and on network drives.</summary>
    const int ReadAheadBytes = 2 << 20;

    /// <summary>A row must fit one array; what a shard takes is less.</summary>
    const nuint MaxValueBytes = 1 << 30;

    readonly Func<string, ShardyFusionException> failure;
    readonly nint readOptions;
    readonly nint iterator;

    /// <param name="database">The open database.</param>
    /// <param name="family">The column family.</param>
    /// <param name="failure">Makes an error of what the library says.</param>
    public RowCursor(nint database, nint family, Func<string, ShardyFusionException> failure)
    {
        this.failure = failure;
        readOptions = RocksLibrary.CreateReadOptions();
        RocksLibrary.SetFillCache(readOptions, 0);
        // With a prefix extractor an iterator may leave out what has other prefixes.
        RocksLibrary.SetTotalOrder(readOptions, 1);
        RocksLibrary.SetReadAhead(readOptions, ReadAheadBytes);
        iterator = RocksLibrary.CreateIterator(database, readOptions, family);
        RocksLibrary.SeekToFirst(iterator);
    }

    /// <summary>True while there is a row.</summary>
    /// <exception cref="ShardyFusionException">The rows end with an error instead.</exception>
    public bool HasRow
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => RocksLibrary.IsValid(iterator) != 0 || ThrowIfFailed();
    }

    /// <summary>The row's key; valid until the next row.</summary>
    public ReadOnlySpan<byte> Key
    {
        get
        {
            nuint bytes;
            var key = RocksLibrary.Key(iterator, &bytes);
            return new ReadOnlySpan<byte>(key, checked((int)bytes));
        }
    }

    /// <summary>The row's value; valid until the next row.</summary>
    public ReadOnlySpan<byte> Value
    {
        get
        {
            nuint bytes;
            var value = RocksLibrary.Value(iterator, &bytes);
            if (bytes > MaxValueBytes) throw failure($"the value of key {Convert.ToHexString(Key)} (hex) has {bytes} bytes, over 1 GiB.");
            return new ReadOnlySpan<byte>(value, (int)bytes);
        }
    }

    /// <summary>Goes to the next row.</summary>
    public void Next() => RocksLibrary.Next(iterator);

    public void Dispose()
    {
        RocksLibrary.DestroyIterator(iterator);
        RocksLibrary.DestroyReadOptions(readOptions);
    }

    bool ThrowIfFailed()
    {
        RocksLibrary.IteratorError(iterator, out var error);
        return RocksError.Take(error) is { } reason ? throw failure(reason) : false;
    }
}
