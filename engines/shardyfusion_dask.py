"""Writes a Dask DataFrame as a sharded snapshot:

    from shardyfusion_dask import write_sharded
    write_sharded(df, "s3://bucket/users", key_col="id", num_dbs=64)

Needs nothing but Dask, and a shardy command on every worker. Partitions go to shardy as they come, one map each; no shuffle."""
from shardyfusion_job import Job, frame_rows, map_task, reduce_task


def write_sharded(df, prefix, *, key_col, num_dbs, value_cols=None, key_encoding="u64be", shardy="shardy", reduce_tasks=None,
                  plan_options=(), complete_options=()):
    """Builds and publishes a snapshot of a Dask DataFrame. Returns what shardy says of it.

    key_col, value_cols   column of the key; columns of the value, None for all but the key
    num_dbs               number of shards
    key_encoding          u64be, u32be, utf8 or raw
    shardy                the command, or a list: command and options
    reduce_tasks          tasks that write shards; None for one a shard
    plan_options          more options of 'shardy job plan', such as ["--duplicate-key", "any"]
    complete_options      more options of 'shardy job complete', such as ["--min-rows", "1000"]
    """
    import dask
    job = Job(prefix, key_col=key_col, value_cols=value_cols, num_dbs=num_dbs, key_encoding=key_encoding, command=shardy,
              plan_options=plan_options)
    run_map, run_reduce, pieces = map_task(job), reduce_task(job), frame_rows()

    def one(frame, index):
        run_map(index, pieces(frame))
        return len(frame)

    columns = list(df.columns) if value_cols is None else [key_col, *value_cols]
    parts = df[columns].to_delayed()
    rows = dask.compute(*[dask.delayed(one)(part, index) for index, part in enumerate(parts)])
    job.seal(len(rows), sum(rows))
    dask.compute(*[dask.delayed(run_reduce)(shards) for shards in job.shard_ranges(reduce_tasks)])
    return job.complete(complete_options)
