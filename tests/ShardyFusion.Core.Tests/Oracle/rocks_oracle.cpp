// Drives the real RocksDB for the tests: writes tables with any option, reads tables back, ingests them and looks keys up.
// Rows travel in files of: u32 key length, key, u32 value length, value (little-endian), repeated.
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/perf_context.h>
#include <rocksdb/perf_level.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/statistics.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace rocksdb;

namespace {

using Settings = std::map<std::string, std::string>;

// The line of a batch that is being run, for errors.
std::string current;

[[noreturn]] void Fail(const std::string& what) {
  std::fprintf(stderr, "%s%s%s\n", current.c_str(), current.empty() ? "" : ": ", what.c_str());
  std::exit(1);
}

void Check(const Status& status, const char* what) {
  if (!status.ok()) Fail(std::string(what) + ": " + status.ToString());
}

std::string Get(const Settings& settings, const char* name, const char* otherwise) {
  auto found = settings.find(name);
  return found == settings.end() ? otherwise : found->second;
}

int Number(const Settings& settings, const char* name, int otherwise) {
  auto found = settings.find(name);
  return found == settings.end() ? otherwise : std::atoi(found->second.c_str());
}

std::string ReadAll(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (!file) Fail("cannot open " + path);
  std::string bytes;
  char buffer[1 << 16];
  for (size_t got; (got = std::fread(buffer, 1, sizeof buffer, file)) > 0;) bytes.append(buffer, got);
  std::fclose(file);
  return bytes;
}

struct Rows {
  explicit Rows(const std::string& path) : bytes(ReadAll(path)) {}

  bool Next(Slice* key, Slice* value) { return NextPart(key) && NextPart(value); }

  bool NextPart(Slice* part) {
    if (at == bytes.size()) return false;
    uint32_t length;
    if (bytes.size() - at < 4) Fail("row file ends inside a length");
    std::memcpy(&length, bytes.data() + at, 4);
    at += 4;
    if (bytes.size() - at < length) Fail("row file ends inside a row");
    *part = Slice(bytes.data() + at, length);
    at += length;
    return true;
  }

  std::string bytes;
  size_t at = 0;
};

struct RowFile {
  explicit RowFile(const std::string& path) : file(std::fopen(path.c_str(), "wb")) {
    if (!file) Fail("cannot create " + path);
  }
  ~RowFile() { std::fclose(file); }

  void Put(const Slice& part) {
    uint32_t length = static_cast<uint32_t>(part.size());
    std::fwrite(&length, 1, 4, file);
    std::fwrite(part.data(), 1, part.size(), file);
  }

  std::FILE* file;
};

Options MakeOptions(const Settings& settings) {
  BlockBasedTableOptions table;
  table.format_version = Number(settings, "format_version", 5);
  table.block_size = Number(settings, "block_size", 4096);
  table.block_restart_interval = Number(settings, "restart_interval", 16);
  table.index_block_restart_interval = Number(settings, "index_restart_interval", 1);
  table.metadata_block_size = Number(settings, "metadata_block_size", 4096);
  table.enable_index_compression = Number(settings, "index_compression", 1) != 0;
  table.use_delta_encoding = Number(settings, "delta_encoding", 1) != 0;
  if (Number(settings, "data_block_hash", 0)) table.data_block_index_type = BlockBasedTableOptions::kDataBlockBinaryAndHash;

  Options options;
  options.create_if_missing = true;
  const std::string index = Get(settings, "index", "binary");
  if (index == "two_level") table.index_type = BlockBasedTableOptions::kTwoLevelIndexSearch;
  else if (index == "first_key") table.index_type = BlockBasedTableOptions::kBinarySearchWithFirstKey;
  else if (index == "hash") {
    table.index_type = BlockBasedTableOptions::kHashSearch;
    options.prefix_extractor.reset(NewCappedPrefixTransform(4));
  } else if (index != "binary") Fail("unknown index " + index);

  const std::string shortening = Get(settings, "shortening", "separators");
  if (shortening == "none") table.index_shortening = BlockBasedTableOptions::IndexShorteningMode::kNoShortening;
  else if (shortening == "successor") table.index_shortening = BlockBasedTableOptions::IndexShorteningMode::kShortenSeparatorsAndSuccessor;

  const std::string filter = Get(settings, "filter", "bloom");
  const double bits = std::atof(Get(settings, "bits", "10").c_str());
  if (filter == "bloom" || filter == "partitioned" || filter == "prefix_only") table.filter_policy.reset(NewBloomFilterPolicy(bits, false));
  else if (filter == "ribbon" || filter == "partitioned_ribbon") table.filter_policy.reset(NewRibbonFilterPolicy(bits));
  else if (filter != "none") Fail("unknown filter " + filter);
  if (filter == "prefix_only") {
    table.whole_key_filtering = false;
    options.prefix_extractor.reset(NewCappedPrefixTransform(4));
  }
  if (filter == "partitioned" || filter == "partitioned_ribbon") {
    table.partition_filters = true;
    table.index_type = BlockBasedTableOptions::kTwoLevelIndexSearch;
  }

  const std::string checksum = Get(settings, "checksum", "xxh3");
  if (checksum == "none") table.checksum = kNoChecksum;
  else if (checksum == "crc32c") table.checksum = kCRC32c;
  else if (checksum == "xxhash") table.checksum = kxxHash;
  else if (checksum == "xxhash64") table.checksum = kxxHash64;
  else if (checksum == "xxh3") table.checksum = kXXH3;
  else Fail("unknown checksum " + checksum);

  const std::string compression = Get(settings, "compression", "none");
  if (compression == "none") options.compression = kNoCompression;
  else if (compression == "snappy") options.compression = kSnappyCompression;
  else if (compression == "zlib") options.compression = kZlibCompression;
  else if (compression == "lz4") options.compression = kLZ4Compression;
  else if (compression == "lz4hc") options.compression = kLZ4HCCompression;
  else if (compression == "zstd") options.compression = kZSTD;
  else if (compression == "bzip2") options.compression = kBZip2Compression;
  else Fail("unknown compression " + compression);
  options.compression_opts.max_dict_bytes = Number(settings, "dict_bytes", 0);

  options.table_factory.reset(NewBlockBasedTableFactory(table));
  return options;
}

// write ROWS SST [name=value...]; tombstone=KEY and range_tombstone=KEY add deletions after the rows.
void Write(const std::string& rowsPath, const std::string& sstPath, const Settings& settings) {
  Options options = MakeOptions(settings);
  // SstFileWriter itself takes options that no DB would, such as a format version of a later RocksDB.
  Check(options.table_factory->ValidateOptions(options, options), "ValidateOptions");
  SstFileWriter writer(EnvOptions(), options);
  Check(writer.Open(sstPath), "Open");
  Rows rows(rowsPath);
  Slice key, value;
  uint64_t count = 0;
  for (; rows.Next(&key, &value); count++) Check(writer.Put(key, value), "Put");
  if (settings.count("tombstone")) Check(writer.Delete(Get(settings, "tombstone", "")), "Delete");
  if (settings.count("range_tombstone")) {
    const std::string from = Get(settings, "range_tombstone", "");
    Check(writer.DeleteRange(from, from + "~"), "DeleteRange");
  }
  ExternalSstFileInfo info;
  Check(writer.Finish(&info), "Finish");
  std::printf("rows=%llu file_bytes=%llu\n", static_cast<unsigned long long>(count), static_cast<unsigned long long>(info.file_size));
}

// scan SST ROWS: verifies every checksum and stores the rows in iteration order.
void Scan(const std::string& sstPath, const std::string& rowsPath, const Settings& settings) {
  SstFileReader reader(MakeOptions(settings));
  Check(reader.Open(sstPath), "Open");
  ReadOptions read;
  read.verify_checksums = true;
  Check(reader.VerifyChecksum(read), "VerifyChecksum");
  std::unique_ptr<Iterator> rows(reader.NewIterator(read));
  RowFile out(rowsPath);
  uint64_t count = 0;
  for (rows->SeekToFirst(); rows->Valid(); rows->Next(), count++) {
    out.Put(rows->key());
    out.Put(rows->value());
  }
  Check(rows->status(), "Iterate");
  auto properties = reader.GetTableProperties();
  if (properties->num_entries != count) Fail("properties and iteration differ");
  std::printf("rows=%llu data_blocks=%llu\n", static_cast<unsigned long long>(count),
              static_cast<unsigned long long>(properties->num_data_blocks));
}

// ingest SST ROWS MISSING DBDIR: ingests, gets every row's key, compares, and gets keys that are absent.
void Ingest(const std::string& sstPath, const std::string& rowsPath, const std::string& missingPath, const std::string& dbPath,
            const Settings& settings) {
  Options options = MakeOptions(settings);
  options.statistics = CreateDBStatistics();
  options.paranoid_checks = true;
  options.info_log_level = FATAL_LEVEL;
  options.allow_ingest_behind = false;
  DB* raw = nullptr;
  Check(DB::Open(options, dbPath, &raw), "Open");
  std::unique_ptr<DB> db(raw);
  Slice key, value;
  if (Number(settings, "overlap", 0)) {
    // A key of the file that exists already makes RocksDB assign a global sequence number.
    Rows first(rowsPath);
    if (first.Next(&key, &value)) Check(db->Put(WriteOptions(), key, "older"), "Put");
    Check(db->Flush(FlushOptions()), "Flush");
  }
  IngestExternalFileOptions ingest;
  ingest.move_files = false;
  ingest.verify_checksums_before_ingest = true;
  ingest.write_global_seqno = Number(settings, "write_global_seqno", 0) != 0;
  Check(db->IngestExternalFile({sstPath}, ingest), "IngestExternalFile");
  ReadOptions read;
  read.verify_checksums = true;
  uint64_t found = 0, wrong = 0, falseHits = 0, missing = 0;
  Rows rows(rowsPath);
  PinnableSlice got;
  while (rows.Next(&key, &value)) {
    got.Reset();
    Status status = db->Get(read, db->DefaultColumnFamily(), key, &got);
    if (status.ok() && got == value) found++;
    else wrong++;
  }
  const uint64_t truePositive = options.statistics->getTickerCount(BLOOM_FILTER_FULL_TRUE_POSITIVE);
  options.statistics->Reset();
  SetPerfLevel(kEnableCount);
  get_perf_context()->Reset();
  Rows absent(missingPath);
  while (absent.NextPart(&key)) {
    got.Reset();
    missing++;
    if (!db->Get(read, db->DefaultColumnFamily(), key, &got).IsNotFound()) falseHits++;
  }
  uint64_t useful = options.statistics->getTickerCount(BLOOM_FILTER_USEFUL);
  uint64_t fullPositive = options.statistics->getTickerCount(BLOOM_FILTER_FULL_POSITIVE);
  std::printf("bloom_true_positive=%llu bloom_sst_miss=%llu ", static_cast<unsigned long long>(truePositive),
              static_cast<unsigned long long>(get_perf_context()->bloom_sst_miss_count));
  std::printf("found=%llu wrong=%llu missing=%llu false_hits=%llu bloom_useful=%llu bloom_full_positive=%llu\n",
              static_cast<unsigned long long>(found), static_cast<unsigned long long>(wrong), static_cast<unsigned long long>(missing),
              static_cast<unsigned long long>(falseHits), static_cast<unsigned long long>(useful),
              static_cast<unsigned long long>(fullPositive));
}

// bench_write SST ROWS: 8-byte big-endian ascending keys with gaps, 100-byte values, half of each compressible.
void BenchWrite(const std::string& sstPath, uint64_t rowCount, const Settings& settings) {
  const int valueBytes = Number(settings, "value_bytes", 100);
  std::string values(1 << 20, 'a');
  uint64_t state = 88172645463325252ull;
  for (size_t i = 0; i < values.size(); i++) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    if (i % 100 < 50) values[i] = static_cast<char>(state >> 32);
  }
  Options options = MakeOptions(settings);
  SstFileWriter writer(EnvOptions(), options);
  Check(writer.Open(sstPath), "Open");
  auto begin = std::chrono::steady_clock::now();
  uint64_t number = 0;
  for (uint64_t i = 0; i < rowCount; i++) {
    number += 1 + (i * 2654435761u >> 7) % 1700000000000ull;
    char key[8];
    for (int b = 0; b < 8; b++) key[b] = static_cast<char>(number >> (56 - 8 * b));
    size_t from = (i * 100) % (values.size() - valueBytes);
    Check(writer.Put(Slice(key, 8), Slice(values.data() + from, valueBytes)), "Put");
  }
  ExternalSstFileInfo info;
  Check(writer.Finish(&info), "Finish");
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("seconds=%.6f file_bytes=%llu\n", seconds, static_cast<unsigned long long>(info.file_size));
}

void Dispatch(const std::vector<std::string>& arguments);

// batch FILE: each line is one of the other commands, its arguments separated by tabs; each prints one line.
void Batch(const std::string& planPath) {
  const std::string plan = ReadAll(planPath);
  for (size_t at = 0; at < plan.size();) {
    const size_t end = plan.find('\n', at);
    current = plan.substr(at, end - at);
    std::vector<std::string> arguments;
    for (size_t from = 0; from <= current.size();) {
      const size_t tab = std::min(current.find('\t', from), current.size());
      arguments.push_back(current.substr(from, tab - from));
      from = tab + 1;
    }
    Dispatch(arguments);
    at = end + 1;
  }
}

void Dispatch(const std::vector<std::string>& arguments) {
  std::vector<std::string> paths;
  Settings settings;
  for (size_t i = 1; i < arguments.size(); i++) {
    const std::string& argument = arguments[i];
    size_t equals = argument.find('=');
    if (equals == std::string::npos || argument[0] == '/') paths.push_back(argument);
    else settings[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  const std::string command = arguments.empty() ? "" : arguments[0];
  if (command == "write" && paths.size() == 2) Write(paths[0], paths[1], settings);
  else if (command == "scan" && paths.size() == 2) Scan(paths[0], paths[1], settings);
  else if (command == "ingest" && paths.size() == 4) Ingest(paths[0], paths[1], paths[2], paths[3], settings);
  else if (command == "bench_write" && paths.size() == 2) BenchWrite(paths[0], std::strtoull(paths[1].c_str(), nullptr, 10), settings);
  else if (command == "batch" && paths.size() == 1) Batch(paths[0]);
  else Fail("usage: write ROWS SST | scan SST ROWS | ingest SST ROWS MISSING DBDIR | bench_write SST COUNT | batch FILE, then name=value...");
}

}  // namespace

int main(int argc, char** argv) {
  Dispatch(std::vector<std::string>(argv + 1, argv + argc));
  return 0;
}
