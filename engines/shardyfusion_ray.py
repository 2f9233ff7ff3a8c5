"""Writes a Ray Dataset as a sharded snapshot:

    from shardyfusion_ray import write_sharded
    write_sharded(ds, "s3://bucket/users", key_col="id", num_dbs=64)

Needs nothing but Ray, and a shardy command on every node. Blocks go to shardy as they are, one map each; no setting of the
session is touched, for Ray shuffles nothing."""
from shardyfusion_job import Job, frame_rows, map_task, reduce_task


def write_sharded(ds, prefix, *, key_col, num_dbs, value_cols=None, key_encoding="u64be", shardy="shardy", reduce_tasks=None,
                  max_retries=3, plan_options=(), complete_options=()):
    """Builds and publishes a snapshot of a Ray Dataset. Returns what shardy says of it.

    key_col, value_cols   column of the key; columns of the value, None for all but the key
    num_dbs               number of shards
    key_encoding          u64be, u32be, utf8 or raw
    shardy                the command, or a list: command and options
    reduce_tasks          tasks that write shards; None for one a shard
    max_retries           of each task, also when it fails by an error of its own
    plan_options          more options of 'shardy job plan', such as ["--duplicate-key", "any"]
    complete_options      more options of 'shardy job complete', such as ["--min-rows", "1000"]
    """
    import ray
    job = Job(prefix, key_col=key_col, value_cols=value_cols, num_dbs=num_dbs, key_encoding=key_encoding, command=shardy,
              plan_options=plan_options)
    run_map, run_reduce, pieces = map_task(job), reduce_task(job), frame_rows()

    def one(table, index):
        run_map(index, pieces(table.to_pandas()))
        return table.num_rows

    if value_cols is not None:
        ds = ds.select_columns([key_col, *value_cols])
    again = dict(max_retries=max_retries, retry_exceptions=True)
    remote_map, remote_reduce = ray.remote(**again)(one), ray.remote(**again)(run_reduce)
    rows = ray.get([remote_map.remote(block, index) for index, block in enumerate(ds.to_arrow_refs())])
    job.seal(len(rows), sum(rows))
    ray.get([remote_reduce.remote(shards) for shards in job.shard_ranges(reduce_tasks)])
    return job.complete(complete_options)
