"""Writes the frame of a JSON Lines file by one of the adapters: write_by.py <engines> <engine> <shardy> <prefix> <rows.jsonl>

Dask is the real one. Ray and Spark cannot be had everywhere: for them stand the few calls that their adapters make."""
import struct
import sys
import types

engines, engine, shardy, prefix, rows = sys.argv[1:6]
sys.path.insert(0, engines)


def frame():
    import pandas
    return pandas.read_json(rows, lines=True, dtype={"name": str}, convert_dates=False, precise_float=True)


def dask():
    import dask.dataframe
    from distributed import Client, LocalCluster
    from shardyfusion_dask import write_sharded
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster):
        return write_sharded(dask.dataframe.from_pandas(frame(), npartitions=5), prefix, key_col="id", num_dbs=4, shardy=shardy,
                             reduce_tasks=2)


def ray():
    class Table:
        def __init__(self, part):
            self.part, self.num_rows = part, len(part)

        def to_pandas(self):
            return self.part

    class Dataset:
        def to_arrow_refs(self):
            whole = frame()
            return [Table(whole.iloc[start:start + 700]) for start in range(0, len(whole), 700)]

    def remote(**options):
        assert options == {"max_retries": 3, "retry_exceptions": True}, options

        def decorate(function):
            # Each task twice, as if its first answer had been lost.
            return types.SimpleNamespace(remote=lambda *args: [function(*args) for _ in range(2)][-1])
        return decorate

    sys.modules["ray"] = types.SimpleNamespace(remote=remote, get=list)
    from shardyfusion_ray import write_sharded
    return write_sharded(Dataset(), prefix, key_col="id", num_dbs=4, shardy=[shardy])


def spark():
    partition = [0]

    class Column:
        """A column of strings in Arrow's layout, which begins within its buffers, as slices do."""
        def __init__(self, texts):
            data = [text.encode() for text in ["skipped", *texts]]
            ends = [0]
            for item in data:
                ends.append(ends[-1] + len(item))
            self.offset, self.null_count, self.length = 1, 0, len(texts)
            self.parts = [None, struct.pack(f"<{len(ends)}i", *ends), b"".join(data)]

        def __len__(self):
            return self.length

        def buffers(self):
            return self.parts

    class Lines:
        def __init__(self, lines):
            self.parts = [lines[start::3] for start in range(3)]
            self.rdd = types.SimpleNamespace(getNumPartitions=lambda: len(self.parts))

        def mapInArrow(self, function, schema):
            assert schema == "map int, rows long", schema
            found = []
            for partition[0], part in enumerate(self.parts):
                batches = [types.SimpleNamespace(num_rows=len(part[start:start + 400]), column=lambda _, texts=part[start:start + 400]:
                                                 Column(texts)) for start in range(0, len(part), 400)]
                found += [{"rows": row["rows"][0]} for row in function(iter(batches))]
            return types.SimpleNamespace(collect=lambda: found)

    class Frame:
        columns = ["id", "name", "score"]
        sparkSession = types.SimpleNamespace(sparkContext=types.SimpleNamespace(parallelize=lambda items, count: types.SimpleNamespace(
            foreach=lambda function: [function(item) for item in items])))

        def __getitem__(self, column):
            return column

        def select(self, line):
            with open(rows, encoding="utf-8") as text:
                return Lines(text.readlines())

    class Expression:
        def __init__(self, *parts):
            self.parts = parts

        def cast(self, kind):
            return self

        def alias(self, name):
            return self

    functions = types.SimpleNamespace(struct=Expression, lit=Expression, concat=Expression,
                                      to_json=lambda value, options: Expression(value))
    sys.modules["pyspark"] = types.SimpleNamespace(TaskContext=types.SimpleNamespace(
        get=lambda: types.SimpleNamespace(partitionId=lambda: partition[0])))
    sys.modules["pyspark.sql"] = types.SimpleNamespace(functions=functions)
    sys.modules["pyarrow"] = types.SimpleNamespace(int32=lambda: None, int64=lambda: None, array=lambda values, kind: values,
                                                   RecordBatch=types.SimpleNamespace(from_pydict=lambda columns: columns))
    from shardyfusion_spark import write_sharded
    return write_sharded(Frame(), prefix, key_col="id", num_dbs=4, shardy=shardy, reduce_tasks=3)


if __name__ == "__main__":
    print(globals()[engine]()["run_id"])
