using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ShardyFusion.Errors;
using ShardyFusion.Shards.Sst.Format;

namespace ShardyFusion.Shards.Sst.Writing;

/// <summary>Encodes sorted rows as a RocksDB block-based table of format version 5. Pure memory: the caller moves the bytes.</summary>
/// <remarks>
/// Not thread-safe. The same rows and options always give the same bytes. Rows go straight into one flat buffer; nothing is
/// allocated a row. docs/format/shard.md describes every byte.
/// </remarks>
sealed class SstWriter : IShardWriter
{
    /// <summary>Most bytes of a key.</summary>
    public const int MaxKeyBytes = 65_535;

    /// <summary>Most bytes of a value: two of them and a block still fit one array.</summary>
    public const int MaxValueBytes = 512 << 20;

    // After the user key RocksDB stores sequence number (0) and type (1, a value), little-endian: (0 << 8) | 1.
    const int KeyTrailerBytes = 8;
    const ulong KeyTrailer = 1;

    // Three varints of at most five bytes, and what an eight-byte store may write beyond its end.
    const int RowOverheadBytes = 3 * Varint.MaxLength32 + KeyTrailerBytes + 8;

    readonly SstOptions _options;
    readonly BlockPacker _packer;
    readonly TableBuffer _output = new(64 << 10);
    // Rows of the open block: the output itself when blocks are stored as they are, else a buffer to pack from.
    readonly TableBuffer _block;
    readonly IndexBuilder _index = new();
    readonly BloomBuilder? _bloom;
    readonly int _blockSizeBytes, _earlyCloseBytes, _restartInterval;
    int[] _restarts = new int[16];
    byte[] _minKey = [], _lastKey = new byte[64];
    int _lastKeyLength, _restartCount, _sinceRestart, _blockStart, _rowsInBlock, _sealedLength;
    long _rowCount, _rawKeyBytes, _rawValueBytes, _discardedBytes, _dataBlockCount;
    bool _finished, _disposed;

    /// <summary>Starts an empty file.</summary>
    /// <param name="options">Valid options.</param>
    /// <exception cref="ShardyFusionException">ConfigValidation: the options have faults; the message lists all.</exception>
    public SstWriter(SstOptions options)
    {
        var faults = options.Validate();
        if (faults.Count > 0)
            throw new ShardyFusionException(ErrorKind.ConfigValidation, string.Join(' ', faults));
        _options = options;
        _packer = new BlockPacker(options.Compression, Checksum);
        _block = options.Compression == ShardCompression.None ? _output : new TableBuffer(options.BlockSizeBytes + 1024);
        _bloom = options.BloomBitsPerKey > 0 ? new BloomBuilder(options.BloomBitsPerKey) : null;
        _blockSizeBytes = options.BlockSizeBytes;
        // RocksDB closes a block early when the next row would not fit and at most a tenth stays unused.
        _earlyCloseBytes = (int)((_blockSizeBytes * 90L + 99) / 100);
        _restartInterval = options.RestartInterval;
    }

    ChecksumType Checksum => _options.Checksum == ShardChecksum.Crc32c ? ChecksumType.Crc32c : ChecksumType.XxHash3;

    /// <summary>Encoded bytes not yet taken. Valid until the next call on this writer.</summary>
    public ReadOnlyMemory<byte> Pending => _output.Bytes.AsMemory(0, _sealedLength);

    /// <summary>Forgets the pending bytes: the caller has stored them.</summary>
    public void DiscardPending()
    {
        _output.RemoveFront(_sealedLength);
        _discardedBytes += _sealedLength;
        _blockStart -= ReferenceEquals(_block, _output) ? _sealedLength : 0;
        _sealedLength = 0;
    }

    /// <summary>Adds a row.</summary>
    /// <param name="key">1..65,535 bytes, bytewise greater than the key before.</param>
    /// <param name="value">At most 512 MiB; may be empty.</param>
    /// <exception cref="ShardyFusionException">ShardWrite: the key is out of order or a size is out of range; names the key.</exception>
    /// <exception cref="InvalidOperationException">The file is finished.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if ((uint)(key.Length - 1) >= MaxKeyBytes || value.Length > MaxValueBytes || _finished)
            ThrowUnusable(key, value);
        var shared = SharedWithLastKey(key);
        if (_rowsInBlock != 0 && IsBlockFull(key.Length + KeyTrailerBytes, value.Length))
            CloseBlock(key);
        if (_sinceRestart == _restartInterval || _rowsInBlock == 0)
        {
            StartRestart();
            shared = 0;
        }
        AppendRow(key, value, shared);
        SaveLastKey(key);
        _sinceRestart++;
        _rowsInBlock++;
        _rowCount++;
        _rawKeyBytes += key.Length;
        _rawValueBytes += value.Length;
        if (_bloom is not null)
            _bloom.Add(XxPh3.Hash(key));
    }

    /// <summary>Checks the order and tells how many leading bytes the stored key (with its trailer) shares with the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int SharedWithLastKey(ReadOnlySpan<byte> key)
    {
        ref byte last = ref MemoryMarshal.GetArrayDataReference(_lastKey);
        if (key.Length == 8 && _lastKeyLength == 8)
        {
            // Both have eight bytes: one compare of big-endian words decides the order, one count the prefix.
            var word = Unsafe.ReadUnaligned<ulong>(ref MemoryMarshal.GetReference(key));
            var lastWord = Unsafe.ReadUnaligned<ulong>(ref last);
            if (BitConverter.IsLittleEndian)
            {
                if (BinaryPrimitives.ReverseEndianness(word) > BinaryPrimitives.ReverseEndianness(lastWord))
                    return BitOperations.TrailingZeroCount(word ^ lastWord) >> 3;
                ThrowOutOfOrder(key);
            }
        }
        if (_rowCount == 0)
            return 0;
        var lastKey = _lastKey.AsSpan(0, _lastKeyLength);
        var shared = key.CommonPrefixLength(lastKey);
        if (shared == key.Length || (shared < lastKey.Length && key[shared] < lastKey[shared]))
            ThrowOutOfOrder(key);
        return shared < lastKey.Length ? shared : shared + SharedWithTrailer(key[shared..]);
    }

    // The last key is a prefix of this one, so its trailer 01 00 00 00 00 00 00 00 is what the next bytes compare with. They
    // cannot all agree up to this key's own trailer: that begins with 01 where the last key's has 00.
    static int SharedWithTrailer(ReadOnlySpan<byte> rest)
    {
        if (rest[0] != 1)
            return 0;
        var zeros = rest[1..Math.Min(rest.Length, KeyTrailerBytes)].IndexOfAnyExcept((byte)0);
        return 1 + (zeros >= 0 ? zeros : Math.Min(rest.Length, KeyTrailerBytes) - 1);
    }

    int BlockBytes => _block.Length - _blockStart + 4 * _restartCount + 4;

    // RocksDB's own estimate, so that blocks end at the same rows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    bool IsBlockFull(int keyBytes, int valueBytes)
    {
        var size = BlockBytes;
        if (size >= _blockSizeBytes)
            return true;
        if (size <= _earlyCloseBytes)
            return false;
        var sizeAfter = (long)size + keyBytes + valueBytes + (_sinceRestart >= _restartInterval ? 4 : 0) + 4
            + Varint.Length((uint)keyBytes) + Varint.Length((uint)valueBytes);
        return sizeAfter > _blockSizeBytes;
    }

    void StartRestart()
    {
        if (_restartCount == _restarts.Length)
            Array.Resize(ref _restarts, _restarts.Length * 2);
        _restarts[_restartCount++] = _block.Length - _blockStart;
        _sinceRestart = 0;
    }

    // Reserve() has made room for the whole row and eight bytes more, so every store below lands inside the array.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AppendRow(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, int shared)
    {
        var block = _block;
        block.Reserve(RowOverheadBytes + key.Length + value.Length);
        ref byte start = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(block.Bytes), block.Length);
        ref byte at = ref start;
        var ownBytes = key.Length - shared;
        var storedKeyBytes = (uint)(ownBytes + KeyTrailerBytes);
        if (((uint)shared | storedKeyBytes | (uint)value.Length) < 0x80)
        {
            at = (byte)shared;
            Unsafe.Add(ref at, 1) = (byte)storedKeyBytes;
            Unsafe.Add(ref at, 2) = (byte)value.Length;
            at = ref Unsafe.Add(ref at, 3);
        }
        else
        {
            at = ref WriteVarint(ref at, (uint)shared);
            at = ref WriteVarint(ref at, storedKeyBytes);
            at = ref WriteVarint(ref at, (uint)value.Length);
        }
        ref byte source = ref MemoryMarshal.GetReference(key);
        if (key.Length == 8 && BitConverter.IsLittleEndian)
        {
            // Eight bytes are stored, those behind the key's own ones are overwritten by the trailer. shared <= 8, and a
            // shift by 64 would be one by 0, but at shared == 8 no own byte counts.
            Unsafe.WriteUnaligned(ref at, Unsafe.ReadUnaligned<ulong>(ref source) >> (shared * 8));
        }
        else
        {
            Unsafe.CopyBlockUnaligned(ref at, ref Unsafe.Add(ref source, shared), (uint)ownBytes);
        }
        at = ref Unsafe.Add(ref at, ownBytes);
        Unsafe.WriteUnaligned(ref at, BitConverter.IsLittleEndian ? KeyTrailer : BinaryPrimitives.ReverseEndianness(KeyTrailer));
        at = ref Unsafe.Add(ref at, KeyTrailerBytes);
        Unsafe.CopyBlockUnaligned(ref at, ref MemoryMarshal.GetReference(value), (uint)value.Length);
        block.Length += (int)Unsafe.ByteOffset(ref start, ref at) + value.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void SaveLastKey(ReadOnlySpan<byte> key)
    {
        if (_rowCount == 0)
            _minKey = key.ToArray();
        if (key.Length > _lastKey.Length)
            _lastKey = new byte[Math.Max(key.Length, _lastKey.Length * 2)];
        if (key.Length == 8)
            // The array has 64 bytes or more.
            Unsafe.WriteUnaligned(ref MemoryMarshal.GetArrayDataReference(_lastKey),
                Unsafe.ReadUnaligned<ulong>(ref MemoryMarshal.GetReference(key)));
        else
            key.CopyTo(_lastKey);
        _lastKeyLength = key.Length;
    }

    static ref byte WriteVarint(ref byte at, uint value)
    {
        for (; value >= 0x80; value >>= 7, at = ref Unsafe.Add(ref at, 1))
            at = (byte)(value | 0x80);
        at = (byte)value;
        return ref Unsafe.Add(ref at, 1);
    }

    /// <summary>Ends the open block.</summary>
    /// <param name="nextKey">The key that starts the next block; empty at the end of the file.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void CloseBlock(ReadOnlySpan<byte> nextKey)
    {
        for (var i = 0; i < _restartCount; i++)
            _block.AppendFixed32((uint)_restarts[i]);
        _block.AppendFixed32((uint)_restartCount);
        int storedBytes;
        var offset = _discardedBytes + _sealedLength;
        if (ReferenceEquals(_block, _output))
        {
            storedBytes = _output.Length - _blockStart;
            _packer.Seal(_output, _blockStart, CompressionType.None);
            _blockStart = _output.Length;
        }
        else
        {
            storedBytes = _packer.Append(_output, _block.Bytes, _block.Length);
            _block.Length = 0;
        }
        _sealedLength = _output.Length;
        _index.Add(_lastKey.AsSpan(0, _lastKeyLength), nextKey, new BlockHandle(offset, storedBytes));
        _dataBlockCount++;
        _restartCount = 0;
        _rowsInBlock = 0;
    }

    /// <summary>Ends the file: filter, index, properties, metaindex and footer follow in <see cref="Pending"/>.</summary>
    /// <returns>What the file holds.</returns>
    /// <exception cref="InvalidOperationException">The file is finished already.</exception>
    /// <remarks>A file without rows is valid for our reader; RocksDB refuses to ingest it, so don't store it.</remarks>
    public SstSummary Finish()
    {
        if (_finished)
            throw new InvalidOperationException("The file is finished.");
        if (_rowsInBlock != 0)
            CloseBlock(default);
        _finished = true;
        var tailOffset = _discardedBytes + _output.Length;
        var tail = new TableTail(_output, _discardedBytes, _packer, Checksum);
        tail.Append(_bloom, _index, new TableCounts(_rowCount, _dataBlockCount, _rawKeyBytes + _rowCount * KeyTrailerBytes, _rawValueBytes),
            tailOffset);
        _sealedLength = _output.Length;
        return new SstSummary(_rowCount, _discardedBytes + _output.Length, tailOffset, _minKey,
            _lastKey.AsSpan(0, _lastKeyLength).ToArray(), _rawKeyBytes, _rawValueBytes);
    }

    /// <summary>Ends use of the writer and of <see cref="Pending"/>; what is pending is lost.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = _finished = true;
        _sealedLength = 0;
        if (!ReferenceEquals(_block, _output))
            _block.Dispose();
        _output.Dispose();
        _index.Dispose();
        _bloom?.Dispose();
        _packer.Dispose();
    }

    void ThrowOutOfOrder(ReadOnlySpan<byte> key)
    {
        var last = _lastKey.AsSpan(0, _lastKeyLength);
        throw new ShardyFusionException(ErrorKind.ShardWrite, key.SequenceEqual(last)
            ? $"Key {Name(key)} was added twice; a shard holds each key once."
            : $"Key {Name(key)} was added after {Name(last)}; rows must come in ascending bytewise order.");
    }

    void ThrowUnusable(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ObjectDisposedException.ThrowIf(_finished, this);
        if (key.IsEmpty || key.Length > MaxKeyBytes)
            throw new ShardyFusionException(ErrorKind.ShardWrite,
                $"Key {Name(key)} has {key.Length} bytes; 1 to {MaxKeyBytes} are allowed.");
        throw new ShardyFusionException(ErrorKind.ShardWrite,
            $"The value of key {Name(key)} has {value.Length} bytes; at most {MaxValueBytes} are allowed.");
    }

    static string Name(ReadOnlySpan<byte> key) => key.Length <= 32
        ? $"0x{Convert.ToHexString(key)}"
        : $"0x{Convert.ToHexString(key[..32])}… ({key.Length} bytes)";
}
