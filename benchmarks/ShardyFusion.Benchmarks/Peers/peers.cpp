// The peers, each from the same rows in the same order as ours. One run is one process; the answer is one line of JSON.
//   peers write <engine> <rows file> <key bytes> <value bytes> <shards> <folder> <none|lz4|zlib|zstd> <threads>
//   peers read  <engine> <folder> <shards> <keys file> <key bytes> <gets> <threads>
// Rows file: key, value, key, value, …; all keys and all values of one length. Engines: rocksdb-sst rocksdb-db sqlite lmdb
#include <fcntl.h>
#include <lmdb.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#define XXH_INLINE_ALL
#include <xxhash.h>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using Clock = std::chrono::steady_clock;
static double since(Clock::time_point t) { return std::chrono::duration<double>(Clock::now() - t).count(); }
[[noreturn]] static void die(const std::string& what) { fprintf(stderr, "peers: %s\n", what.c_str()); exit(1); }
static void check(const rocksdb::Status& s) { if (!s.ok()) die(s.ToString()); }
static void check_sqlite(int rc, sqlite3* db) { if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) die(sqlite3_errmsg(db)); }
static void check_lmdb(int rc) { if (rc) die(mdb_strerror(rc)); }

static std::vector<char> load(const char* path) {
  struct stat st;
  int fd = open(path, O_RDONLY);
  if (fd < 0 || fstat(fd, &st)) die(std::string("cannot read ") + path);
  std::vector<char> all(st.st_size);
  for (size_t at = 0; at < all.size();) {
    ssize_t n = read(fd, all.data() + at, all.size() - at);
    if (n <= 0) die("short read");
    at += n;
  }
  close(fd);
  return all;
}

// What the snapshots route by: integers little-endian, text as it is.
static int shard_of(const char* key, int key_bytes, int shards) {
  if (key_bytes == 8) {
    uint64_t big;
    memcpy(&big, key, 8);
    uint64_t little = __builtin_bswap64(big);
    return XXH3_64bits(&little, 8) % shards;
  }
  return XXH3_64bits(key, key_bytes) % shards;
}

static std::string file_of(const std::string& folder, int shard, const char* end) {
  char name[32];
  snprintf(name, sizeof name, "/%05d.%s", shard, end);
  return folder + name;
}

static rocksdb::Options rocks_options(const std::string& compression) {
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
  table.block_size = 4096;
  table.whole_key_filtering = true;
  rocksdb::Options options;
  options.compression = compression == "lz4" ? rocksdb::kLZ4Compression
    : compression == "zlib" ? rocksdb::kZlibCompression
    : compression == "zstd" ? rocksdb::kZSTD : rocksdb::kNoCompression;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

struct Entry { uint64_t prefix; uint32_t row; };

static void sync_file(const std::string& path) {
  int fd = open(path.c_str(), O_RDONLY);
  if (fd < 0 || fsync(fd)) die("fsync " + path);
  close(fd);
}

static int write_all(char** a) {
  std::string engine = a[0], folder = a[5];
  auto rows = load(a[1]);
  const int key_bytes = atoi(a[2]), value_bytes = atoi(a[3]), shards = atoi(a[4]), threads = atoi(a[7]);
  const std::string compression = a[6];
  const size_t row_bytes = key_bytes + value_bytes, count = rows.size() / row_bytes;
  std::filesystem::create_directories(folder);
  auto start = Clock::now();
  struct rusage before;
  getrusage(RUSAGE_SELF, &before);

  std::vector<std::vector<Entry>> parts(shards);
  if (engine != "rocksdb-db") {
    // Each thread partitions a range; ranges are joined per shard below.
    std::vector<std::vector<std::vector<Entry>>> own(threads, std::vector<std::vector<Entry>>(shards));
    std::vector<std::thread> work;
    for (int t = 0; t < threads; t++)
      work.emplace_back([&, t] {
        size_t first = count * t / threads, end = count * (t + 1) / threads;
        for (auto& p : own[t]) p.reserve((end - first) / shards * 11 / 10 + 16);
        for (size_t i = first; i < end; i++) {
          const char* key = rows.data() + i * row_bytes;
          uint64_t prefix = 0;
          memcpy(&prefix, key, 8);
          own[t][shard_of(key, key_bytes, shards)].push_back({__builtin_bswap64(prefix), (uint32_t)i});
        }
      });
    for (auto& w : work) w.join();
    for (int s = 0; s < shards; s++)
      for (int t = 0; t < threads; t++) {
        parts[s].insert(parts[s].end(), own[t][s].begin(), own[t][s].end());
        std::vector<Entry>().swap(own[t][s]);
      }
  }
  auto sort_part = [&](std::vector<Entry>& part) {
    std::sort(part.begin(), part.end(), [&](const Entry& l, const Entry& r) {
      if (l.prefix != r.prefix) return l.prefix < r.prefix;
      return memcmp(rows.data() + l.row * row_bytes, rows.data() + r.row * row_bytes, key_bytes) < 0;
    });
  };
  auto write_shard = [&](int s) {
    auto& part = parts[s];
    sort_part(part);
    if (engine == "rocksdb-sst") {
      rocksdb::SstFileWriter writer(rocksdb::EnvOptions(), rocks_options(compression));
      check(writer.Open(file_of(folder, s, "sst")));
      for (auto& e : part) {
        const char* row = rows.data() + e.row * row_bytes;
        check(writer.Put(rocksdb::Slice(row, key_bytes), rocksdb::Slice(row + key_bytes, value_bytes)));
      }
      check(writer.Finish());
    } else if (engine == "sqlite") {
      sqlite3* db;
      auto path = file_of(folder, s, "db");
      check_sqlite(sqlite3_open(path.c_str(), &db), db);
      sqlite3_exec(db, "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
                       "CREATE TABLE kv(k BLOB PRIMARY KEY, v BLOB NOT NULL) WITHOUT ROWID; BEGIN", 0, 0, 0);
      sqlite3_stmt* insert;
      check_sqlite(sqlite3_prepare_v2(db, "INSERT INTO kv VALUES(?,?)", -1, &insert, 0), db);
      for (auto& e : part) {
        const char* row = rows.data() + e.row * row_bytes;
        sqlite3_bind_blob(insert, 1, row, key_bytes, SQLITE_STATIC);
        sqlite3_bind_blob(insert, 2, row + key_bytes, value_bytes, SQLITE_STATIC);
        check_sqlite(sqlite3_step(insert), db);
        sqlite3_reset(insert);
      }
      sqlite3_finalize(insert);
      sqlite3_exec(db, "COMMIT", 0, 0, 0);
      sqlite3_close(db);
      sync_file(path);
    } else if (engine == "lmdb") {
      MDB_env* env;
      MDB_txn* txn;
      MDB_dbi dbi;
      auto path = file_of(folder, s, "mdb");
      check_lmdb(mdb_env_create(&env));
      check_lmdb(mdb_env_set_mapsize(env, (part.size() * (row_bytes + 48)) * 2 + (64 << 20)));
      check_lmdb(mdb_env_open(env, path.c_str(), MDB_NOSUBDIR | MDB_WRITEMAP | MDB_NOSYNC | MDB_NOLOCK, 0644));
      check_lmdb(mdb_txn_begin(env, 0, 0, &txn));
      check_lmdb(mdb_dbi_open(txn, 0, 0, &dbi));
      for (auto& e : part) {
        char* row = rows.data() + e.row * row_bytes;
        MDB_val k{(size_t)key_bytes, row}, v{(size_t)value_bytes, row + key_bytes};
        check_lmdb(mdb_put(txn, dbi, &k, &v, MDB_APPEND));
      }
      check_lmdb(mdb_txn_commit(txn));
      check_lmdb(mdb_env_sync(env, 1));
      mdb_env_close(env);
    } else {
      die("no such engine: " + engine);
    }
    std::vector<Entry>().swap(part);
  };

  if (engine == "rocksdb-db") {
    auto options = rocks_options(compression);
    options.create_if_missing = true;
    options.PrepareForBulkLoad();
    options.IncreaseParallelism(threads);
    rocksdb::DB* raw;
    check(rocksdb::DB::Open(options, folder + "/db", &raw));
    std::unique_ptr<rocksdb::DB> db(raw);
    rocksdb::WriteOptions unlogged;
    unlogged.disableWAL = true;
    std::vector<std::thread> work;
    for (int t = 0; t < threads; t++)
      work.emplace_back([&, t] {
        for (size_t i = count * t / threads, end = count * (t + 1) / threads; i < end; i++) {
          const char* row = rows.data() + i * row_bytes;
          check(db->Put(unlogged, rocksdb::Slice(row, key_bytes), rocksdb::Slice(row + key_bytes, value_bytes)));
        }
      });
    for (auto& w : work) w.join();
    check(db->Flush(rocksdb::FlushOptions()));
    check(db->CompactRange(rocksdb::CompactRangeOptions(), nullptr, nullptr));
    check(db->Close());
  } else {
    std::atomic<int> next{0};
    std::vector<std::thread> work;
    for (int t = 0; t < threads; t++)
      work.emplace_back([&] { for (int s; (s = next++) < shards;) if (!parts[s].empty()) write_shard(s); });
    for (auto& w : work) w.join();
  }
  double seconds = since(start);
  struct rusage after;
  getrusage(RUSAGE_SELF, &after);
  auto cpu = [](const rusage& r) { return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6; };
  size_t bytes = 0;
  for (auto& f : std::filesystem::recursive_directory_iterator(folder)) if (f.is_regular_file()) bytes += f.file_size();
  printf("{\"seconds\":%.6f,\"bytes\":%zu,\"cpu_seconds\":%.3f,\"peak_bytes\":%ld}\n", seconds, bytes, cpu(after) - cpu(before), after.ru_maxrss * 1024L);
  return 0;
}

// One thread's way to get a value.
struct Getter {
  virtual ~Getter() {}
  virtual bool get(const char* key, int key_bytes, int shard, uint64_t& sum) = 0;
};

struct LmdbGetter : Getter {
  std::vector<MDB_env*> envs;
  std::vector<MDB_txn*> txns;
  std::vector<MDB_dbi> dbis;
  LmdbGetter(const std::string& folder, int shards) {
    for (int s = 0; s < shards; s++) {
      MDB_env* env;
      MDB_txn* txn;
      MDB_dbi dbi;
      check_lmdb(mdb_env_create(&env));
      check_lmdb(mdb_env_open(env, file_of(folder, s, "mdb").c_str(), MDB_NOSUBDIR | MDB_RDONLY | MDB_NOLOCK | MDB_NOTLS, 0644));
      check_lmdb(mdb_txn_begin(env, 0, MDB_RDONLY, &txn));
      check_lmdb(mdb_dbi_open(txn, 0, 0, &dbi));
      envs.push_back(env); txns.push_back(txn); dbis.push_back(dbi);
    }
  }
  bool get(const char* key, int key_bytes, int shard, uint64_t& sum) override {
    MDB_val k{(size_t)key_bytes, (void*)key}, v;
    if (mdb_get(txns[shard], dbis[shard], &k, &v)) return false;
    sum += ((const unsigned char*)v.mv_data)[0];
    return true;
  }
};

struct SqliteGetter : Getter {
  std::vector<sqlite3_stmt*> selects;
  SqliteGetter(const std::string& folder, int shards) {
    for (int s = 0; s < shards; s++) {
      sqlite3* db;
      sqlite3_stmt* select;
      check_sqlite(sqlite3_open_v2(file_of(folder, s, "db").c_str(), &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, 0), db);
      sqlite3_exec(db, "PRAGMA mmap_size=2000000000; BEGIN", 0, 0, 0);
      check_sqlite(sqlite3_prepare_v2(db, "SELECT v FROM kv WHERE k=?", -1, &select, 0), db);
      selects.push_back(select);
    }
  }
  bool get(const char* key, int key_bytes, int shard, uint64_t& sum) override {
    auto* s = selects[shard];
    sqlite3_bind_blob(s, 1, key, key_bytes, SQLITE_STATIC);
    bool found = sqlite3_step(s) == SQLITE_ROW;
    if (found) sum += ((const unsigned char*)sqlite3_column_blob(s, 0))[0];
    sqlite3_reset(s);
    return found;
  }
};

// The shards ingested into one database a shard; shared by all threads, as RocksDB is meant to be used.
struct RocksShards {
  std::vector<std::unique_ptr<rocksdb::DB>> dbs;
  RocksShards(const std::string& folder, int shards, bool mapped) {
    for (int s = 0; s < shards; s++) {
      rocksdb::BlockBasedTableOptions table;
      table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10, false));
      if (mapped) table.no_block_cache = true;
      else table.block_cache = cache();
      rocksdb::Options options;
      options.create_if_missing = true;
      options.allow_mmap_reads = mapped;
      options.max_open_files = -1;
      options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
      auto path = folder + "/ingested-" + (mapped ? "m" : "c") + std::to_string(s);
      std::filesystem::remove_all(path);
      rocksdb::DB* db;
      check(rocksdb::DB::Open(options, path, &db));
      dbs.emplace_back(db);
      rocksdb::IngestExternalFileOptions ingest;
      check(db->IngestExternalFile({file_of(folder, s, "sst")}, ingest));
    }
  }
  static std::shared_ptr<rocksdb::Cache> cache() {
    static auto shared = rocksdb::NewLRUCache(3ull << 30);
    return shared;
  }
};

struct RocksGetter : Getter {
  RocksShards& shards;
  rocksdb::ReadOptions options;
  explicit RocksGetter(RocksShards& s) : shards(s) { options.verify_checksums = true; }
  bool get(const char* key, int key_bytes, int shard, uint64_t& sum) override {
    auto* db = shards.dbs[shard].get();
    rocksdb::PinnableSlice value;
    auto status = db->Get(options, db->DefaultColumnFamily(), rocksdb::Slice(key, key_bytes), &value);
    if (!status.ok()) return false;
    sum += (unsigned char)value.data()[0];
    return true;
  }
};

static int read_all(char** a) {
  std::string engine = a[0], folder = a[1];
  const int shards = atoi(a[2]), key_bytes = atoi(a[4]), threads = atoi(a[6]);
  auto keys = load(a[3]);
  const size_t gets = strtoull(a[5], 0, 10), count = keys.size() / key_bytes;
  std::unique_ptr<RocksShards> rocks;
  if (engine == "rocksdb-cache") rocks.reset(new RocksShards(folder, shards, false));
  if (engine == "rocksdb-mapped") rocks.reset(new RocksShards(folder, shards, true));
  std::vector<std::unique_ptr<Getter>> getters;
  for (int t = 0; t < threads; t++) {
    if (engine == "lmdb") getters.emplace_back(new LmdbGetter(folder, shards));
    else if (engine == "sqlite") getters.emplace_back(new SqliteGetter(folder, shards));
    else if (rocks) getters.emplace_back(new RocksGetter(*rocks));
    else die("no such engine: " + engine);
  }
  std::atomic<size_t> found{0};
  std::atomic<uint64_t> sums{0};
  auto run = [&](size_t number, std::vector<uint32_t>* times) {
    std::vector<std::thread> work;
    for (int t = 0; t < threads; t++)
      work.emplace_back([&, t] {
        size_t hits = 0;
        uint64_t sum = 0;
        for (size_t i = 0, k = count * t / threads; i < number; i++, k = k + 1 == count ? 0 : k + 1) {
          const char* key = keys.data() + k * key_bytes;
          if (times) {
            auto start = Clock::now();
            hits += getters[t]->get(key, key_bytes, shard_of(key, key_bytes, shards), sum);
            times->push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start).count());
          } else {
            hits += getters[t]->get(key, key_bytes, shard_of(key, key_bytes, shards), sum);
          }
        }
        found += hits;
        sums += sum;
      });
    for (auto& w : work) w.join();
  };
  run(std::min(gets, count), nullptr);  // Warm.
  found = 0;
  auto start = Clock::now();
  run(gets, nullptr);
  double seconds = since(start);
  size_t hits = found;
  std::vector<uint32_t> times;
  if (threads == 1) {
    times.reserve(gets / 4);
    run(gets / 4, &times);
    std::sort(times.begin(), times.end());
  }
  auto at = [&](double p) { return times.empty() ? 0u : times[(size_t)(p * (times.size() - 1))]; };
  printf("{\"ns_per_get\":%.2f,\"hits\":%zu,\"p50\":%u,\"p95\":%u,\"p99\":%u,\"sum\":%llu}\n", seconds * 1e9 / gets, hits, at(.5), at(.95), at(.99),
         (unsigned long long)sums.load());
  return 0;
}

int main(int argc, char** argv) {
  if (argc == 10 && !strcmp(argv[1], "write")) return write_all(argv + 2);
  if (argc == 9 && !strcmp(argv[1], "read")) return read_all(argv + 2);
  die("see the comment at the top of peers.cpp");
}
