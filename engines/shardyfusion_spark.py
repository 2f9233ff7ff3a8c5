"""Writes a Spark DataFrame as a sharded snapshot:

    from shardyfusion_spark import write_sharded
    write_sharded(df, "s3://bucket/users", key_col="id", num_dbs=64)

Needs nothing but Spark (3.5 or later, with pyarrow, which mapInArrow needs), and a shardy command on every executor. Partitions go
to shardy as they come, one map each: rows become JSON in the JVM and reach shardy as the bytes of Arrow columns, so that Python
touches no row. Speculation and retries are Spark's; of several attempts any may win."""
from shardyfusion_job import Job, map_task, reduce_task


def write_sharded(df, prefix, *, key_col, num_dbs, value_cols=None, key_encoding="u64be", shardy="shardy", reduce_tasks=None,
                  plan_options=(), complete_options=()):
    """Builds and publishes a snapshot of a Spark DataFrame. Returns what shardy says of it.

    key_col, value_cols   column of the key; columns of the value, None for all but the key
    num_dbs               number of shards
    key_encoding          u64be, u32be, utf8 or raw
    shardy                the command, or a list: command and options
    reduce_tasks          tasks that write shards; None for one a shard
    plan_options          more options of 'shardy job plan', such as ["--duplicate-key", "any"]
    complete_options      more options of 'shardy job complete', such as ["--min-rows", "1000"]
    """
    from pyspark.sql import functions
    job = Job(prefix, key_col=key_col, value_cols=value_cols, num_dbs=num_dbs, key_encoding=key_encoding, command=shardy,
              plan_options=plan_options)
    run_map, run_reduce = map_task(job), reduce_task(job)

    def one(batches):
        import pyarrow
        from pyspark import TaskContext
        index, rows = TaskContext.get().partitionId(), 0

        def pieces():
            nonlocal rows
            for batch in batches:
                rows += batch.num_rows
                yield from text_of(batch.column(0))

        run_map(index, pieces())
        yield pyarrow.RecordBatch.from_pydict({"map": pyarrow.array([index], pyarrow.int32()),
                                               "rows": pyarrow.array([rows], pyarrow.int64())})

    def text_of(column):
        """The texts of a column of strings, one behind the other: its buffer, without a copy a row."""
        import struct
        if column.null_count > 0:
            raise ValueError("A row could not be made JSON.")
        _, offsets, data = column.buffers()
        if len(column) == 0 or data is None:
            return
        start = struct.unpack_from("<i", offsets, 4 * column.offset)[0]
        end = struct.unpack_from("<i", offsets, 4 * (column.offset + len(column)))[0]
        yield memoryview(data)[start:end]

    columns = df.columns if value_cols is None else [key_col, *value_cols]
    record = functions.to_json(functions.struct(*[df[column] for column in columns]), {"ignoreNullFields": "false"})
    lines = df.select(functions.concat(record, functions.lit("\n")).cast("string").alias("line"))
    mapped = lines.mapInArrow(one, "map int, rows long").collect()
    job.seal(lines.rdd.getNumPartitions(), sum(row["rows"] for row in mapped))
    ranges = job.shard_ranges(reduce_tasks)
    df.sparkSession.sparkContext.parallelize(ranges, len(ranges)).foreach(run_reduce)
    return job.complete(complete_options)
