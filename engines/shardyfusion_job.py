"""A build of ShardyFusion by the tasks of an engine: what the adapters share. Needs a shardy command on every machine.

The engine schedules, retries and places; shardy reads, routes, sorts and writes every row. Any task may run twice."""
import json
import subprocess


class ShardyError(RuntimeError):
    """A shardy command failed; the message is its own."""


def call(command, *args):
    """Runs shardy to its end. Returns its answer."""
    done = subprocess.run([*command, *args, "-o", "json"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise ShardyError(done.stderr.strip())
    return json.loads(done.stdout)


class Job:
    """A job whose rows an engine brings as JSON Lines, in any order."""

    def __init__(self, prefix, *, key_col, value_cols, num_dbs, key_encoding, command, plan_options):
        self.prefix, self.num_dbs = prefix, num_dbs
        self.command = [command] if isinstance(command, str) else list(command)
        values = [word for column in value_cols or [] for word in ("--value", column)]
        plan = call(self.command, "job", "plan", "--prefix", prefix, "--rows-from", "engine", "--format", "jsonl", "--key", key_col,
                    *values, "--shards", str(num_dbs), "--key-encoding", key_encoding, *plan_options)
        self.id = plan["job_id"]

    def seal(self, maps, rows):
        """Says that all maps have ended, and how many rows the engine gave them."""
        call(self.command, "job", "seal", self.id, "--prefix", self.prefix, "--maps", str(maps), "--rows", str(rows))

    def shard_ranges(self, tasks):
        """The shards, cut into about as many ranges as there are tasks to be."""
        tasks = max(1, min(tasks or self.num_dbs, self.num_dbs))
        ends = [self.num_dbs * task // tasks for task in range(tasks + 1)]
        return [f"{start}-{end - 1}" for start, end in zip(ends, ends[1:])]

    def complete(self, options):
        """Publishes. Returns what was built."""
        return call(self.command, "job", "complete", self.id, "--prefix", self.prefix, *options)


def map_task(job):
    """A function of a map's number and its rows as pieces of JSON Lines; runs on any machine, and more than once if need be."""
    command, prefix, job_id = job.command, job.prefix, job.id

    def run(index, pieces):
        # Imported here, so that the function needs no module of ours where it runs.
        import subprocess
        import tempfile
        with tempfile.TemporaryFile() as said:
            process = subprocess.Popen([*command, "job", "map", job_id, str(index), "--prefix", prefix, "-o", "json"],
                                       stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said)
            try:
                for piece in pieces:
                    process.stdin.write(piece)
                process.stdin.close()
            except BrokenPipeError:
                pass  # It has ended, and says why.
            except BaseException:
                # Rows that broke off must never look like rows that have ended.
                process.kill()
                process.wait()
                raise
            if process.wait() != 0:
                said.seek(0)
                raise RuntimeError(said.read().decode(errors="replace").strip())

    return run


def reduce_task(job):
    """A function of a range of shards; runs on any machine, and more than once if need be."""
    command, prefix, job_id = job.command, job.prefix, job.id

    def run(shards):
        import subprocess
        done = subprocess.run([*command, "job", "reduce", job_id, shards, "--prefix", prefix, "-o", "json"],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())

    return run


def frame_rows():
    """A function of a pandas frame that gives its rows as pieces of JSON Lines, numbers with all their digits."""

    def pieces(frame, rows_a_piece=20_000):
        import json
        is_plain = all(dtype.kind in "iubO" for dtype in frame.dtypes) and not any(
            frame[column].map(lambda value: not isinstance(value, (str, type(None)))).any()
            for column in frame.columns if frame[column].dtype.kind == "O")
        for start in range(0, len(frame), rows_a_piece):
            part = frame.iloc[start:start + rows_a_piece]
            if is_plain:
                text = part.to_json(orient="records", lines=True, force_ascii=False)
            else:
                # What pandas writes of a float has 15 digits at most.
                records = part.astype(object).where(part.notna(), None).to_dict("records")
                text = "\n".join(json.dumps(record, default=_text, ensure_ascii=False) for record in records)
            yield (text if text.endswith("\n") else text + "\n").encode("utf-8")

    def _text(value):
        if hasattr(value, "item"):
            return value.item()
        return value.isoformat() if hasattr(value, "isoformat") else str(value)

    return pieces
