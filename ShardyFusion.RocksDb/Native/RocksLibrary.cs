using System.Runtime.InteropServices;

namespace ShardyFusion.RocksDb.Native;

/// <summary>The calls of RocksDB's C interface that are used here, by their names in <c>rocksdb/c.h</c>. Text is UTF-8; errors come back as
/// text, see <see cref="RocksError"/>.</summary>
static unsafe partial class RocksLibrary
{
    /// <summary>The library's name, which <see cref="LibraryFinder"/> turns into a file.</summary>
    public const string Name = "rocksdb";

    [LibraryImport(Name, EntryPoint = "rocksdb_free")]
    public static partial void Free(nint memory);

    [LibraryImport(Name, EntryPoint = "rocksdb_options_create")]
    public static partial nint CreateOptions();

    [LibraryImport(Name, EntryPoint = "rocksdb_options_destroy")]
    public static partial void DestroyOptions(nint options);

    [LibraryImport(Name, EntryPoint = "rocksdb_options_set_db_log_dir", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetLogFolder(nint options, string folder);

    [LibraryImport(Name, EntryPoint = "rocksdb_options_set_wal_dir", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void SetWriteAheadLogFolder(nint options, string folder);

    [LibraryImport(Name, EntryPoint = "rocksdb_options_set_max_open_files")]
    public static partial void SetMaxOpenFiles(nint options, int files);

    [LibraryImport(Name, EntryPoint = "rocksdb_options_set_skip_stats_update_on_db_open")]
    public static partial void SetSkipStatistics(nint options, byte skip);

    [LibraryImport(Name, EntryPoint = "rocksdb_options_set_create_if_missing")]
    public static partial void SetCreateIfMissing(nint options, byte create);

    [LibraryImport(Name, EntryPoint = "rocksdb_options_set_error_if_exists")]
    public static partial void SetErrorIfExists(nint options, byte fail);

    [LibraryImport(Name, EntryPoint = "rocksdb_options_set_merge_operator")]
    public static partial void SetMergeOperator(nint options, nint mergeOperator);

    [LibraryImport(Name, EntryPoint = "rocksdb_mergeoperator_create")]
    public static partial nint CreateMergeOperator(nint state, delegate* unmanaged[Cdecl]<nint, void> destroy,
        delegate* unmanaged[Cdecl]<nint, nint, nuint, nint, nuint, nint, nint, int, byte*, nuint*, nint> fullMerge,
        delegate* unmanaged[Cdecl]<nint, nint, nuint, nint, nint, int, byte*, nuint*, nint> partialMerge,
        delegate* unmanaged[Cdecl]<nint, nint, nuint, void> delete, delegate* unmanaged[Cdecl]<nint, nint> name);

    [LibraryImport(Name, EntryPoint = "rocksdb_options_set_wal_recovery_mode")]
    public static partial void SetLogRecovery(nint options, int mode);

    [LibraryImport(Name, EntryPoint = "rocksdb_cache_create_lru")]
    public static partial nint CreateCache(nuint bytes);

    [LibraryImport(Name, EntryPoint = "rocksdb_cache_destroy")]
    public static partial void DestroyCache(nint cache);

    [LibraryImport(Name, EntryPoint = "rocksdb_create_default_env")]
    public static partial nint CreateEnvironment();

    [LibraryImport(Name, EntryPoint = "rocksdb_env_destroy")]
    public static partial void DestroyEnvironment(nint environment);

    [LibraryImport(Name, EntryPoint = "rocksdb_load_latest_options", StringMarshalling = StringMarshalling.Utf8)]
    public static partial void LoadLatestOptions(string path, nint environment, byte ignoreUnknown, nint cache, out nint options,
        out nuint families, out nint* familyNames, out nint* familyOptions, out nint error);

    [LibraryImport(Name, EntryPoint = "rocksdb_load_latest_options_destroy")]
    public static partial void DestroyLatestOptions(nint options, nint* familyNames, nint* familyOptions, nuint families);

    [LibraryImport(Name, EntryPoint = "rocksdb_list_column_families", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint* ListColumnFamilies(nint options, string path, out nuint count, out nint error);

    [LibraryImport(Name, EntryPoint = "rocksdb_list_column_families_destroy")]
    public static partial void DestroyColumnFamilyList(nint* names, nuint count);

    [LibraryImport(Name, EntryPoint = "rocksdb_open_for_read_only_column_families", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint OpenForReadOnly(nint options, string path, int families, nint* names, nint* familyOptions, nint* handles,
        byte failOnLog, out nint error);

    [LibraryImport(Name, EntryPoint = "rocksdb_open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Open(nint options, string path, out nint error);

    [LibraryImport(Name, EntryPoint = "rocksdb_close")]
    public static partial void Close(nint database);

    [LibraryImport(Name, EntryPoint = "rocksdb_create_column_family", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint CreateColumnFamily(nint database, nint options, string name, out nint error);

    [LibraryImport(Name, EntryPoint = "rocksdb_get_default_column_family_handle")]
    public static partial nint DefaultColumnFamily(nint database);

    [LibraryImport(Name, EntryPoint = "rocksdb_column_family_handle_destroy")]
    public static partial void DestroyColumnFamily(nint family);

    [LibraryImport(Name, EntryPoint = "rocksdb_readoptions_create")]
    public static partial nint CreateReadOptions();

    [LibraryImport(Name, EntryPoint = "rocksdb_readoptions_destroy")]
    public static partial void DestroyReadOptions(nint options);

    [LibraryImport(Name, EntryPoint = "rocksdb_readoptions_set_fill_cache")]
    public static partial void SetFillCache(nint options, byte fill);

    [LibraryImport(Name, EntryPoint = "rocksdb_readoptions_set_total_order_seek")]
    public static partial void SetTotalOrder(nint options, byte total);

    [LibraryImport(Name, EntryPoint = "rocksdb_readoptions_set_readahead_size")]
    public static partial void SetReadAhead(nint options, nuint bytes);

    [LibraryImport(Name, EntryPoint = "rocksdb_create_iterator_cf")]
    public static partial nint CreateIterator(nint database, nint readOptions, nint family);

    [LibraryImport(Name, EntryPoint = "rocksdb_iter_destroy")]
    public static partial void DestroyIterator(nint iterator);

    [LibraryImport(Name, EntryPoint = "rocksdb_iter_seek_to_first")]
    public static partial void SeekToFirst(nint iterator);

    [LibraryImport(Name, EntryPoint = "rocksdb_iter_next")]
    public static partial void Next(nint iterator);

    // These two return what the iterator holds already, in nanoseconds.
    [SuppressGCTransition]
    [LibraryImport(Name, EntryPoint = "rocksdb_iter_valid")]
    public static partial byte IsValid(nint iterator);

    [SuppressGCTransition]
    [LibraryImport(Name, EntryPoint = "rocksdb_iter_key")]
    public static partial byte* Key(nint iterator, nuint* bytes);

    [LibraryImport(Name, EntryPoint = "rocksdb_iter_value")]
    public static partial byte* Value(nint iterator, nuint* bytes);

    [LibraryImport(Name, EntryPoint = "rocksdb_iter_get_error")]
    public static partial void IteratorError(nint iterator, out nint error);

    [LibraryImport(Name, EntryPoint = "rocksdb_get_cf")]
    public static partial byte* Get(nint database, nint readOptions, nint family, byte* key, nuint keyBytes, out nuint valueBytes,
        out nint error);

    [LibraryImport(Name, EntryPoint = "rocksdb_ingestexternalfileoptions_create")]
    public static partial nint CreateIngestOptions();

    [LibraryImport(Name, EntryPoint = "rocksdb_ingestexternalfileoptions_destroy")]
    public static partial void DestroyIngestOptions(nint options);

    [LibraryImport(Name, EntryPoint = "rocksdb_ingestexternalfileoptions_set_move_files")]
    public static partial void SetMoveFiles(nint options, byte move);

    [LibraryImport(Name, EntryPoint = "rocksdb_ingestexternalfileoptions_set_link_files")]
    public static partial void SetLinkFiles(nint options, byte link);

    [LibraryImport(Name, EntryPoint = "rocksdb_pause_background_work")]
    public static partial void PauseBackgroundWork(nint database, out nint error);

    [LibraryImport(Name, EntryPoint = "rocksdb_readoptions_set_verify_checksums")]
    public static partial void SetVerifyChecksums(nint options, byte verify);

    [LibraryImport(Name, EntryPoint = "rocksdb_property_int_cf", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int IntegerProperty(nint database, nint family, string name, out ulong value);

    [LibraryImport(Name, EntryPoint = "rocksdb_ingest_external_file_cf")]
    public static partial void Ingest(nint database, nint family, nint* files, nuint count, nint options, out nint error);
}
