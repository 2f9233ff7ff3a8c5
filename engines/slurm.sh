#!/bin/bash
# A build by Slurm: an array of maps, then an array of reduces, then the end, each after the one before has ended well.
#   SHARDYFUSION_PREFIX=/mnt/snap engines/slurm.sh 32 8 rows.csv --key id --key-encoding u64be [other options of 'job plan']
#   maps, shards, then the files; SBATCH_PARTITION and Slurm's other variables tell where. Prints the id of the last job.
# A node that fails, or 'scontrol requeue', runs a task once more: that changes nothing that is done.
set -euo pipefail
shardy=${SHARDY:-shardy} maps=$1 shards=$2
shift 2
plan=$("$shardy" job plan "$@" --maps "$maps" --shards "$shards" -o jsonl)
field() { grep -o "\"$1\":[^,}]*" <<<"$plan" | head -n 1 | cut -d: -f2 | tr -d '"'; }
job=$(field job_id) maps=$(field maps)
task() { sbatch --parsable --requeue --export=ALL --job-name "$@"; }
map=$(task "$job-map" --array "0-$((maps - 1))" --wrap "'$shardy' job map $job \$SLURM_ARRAY_TASK_ID")
reduce=$(task "$job-reduce" --array "0-$((shards - 1))" --dependency "afterok:$map" --kill-on-invalid-dep=yes \
  --wrap "'$shardy' job reduce $job \$SLURM_ARRAY_TASK_ID")
task "$job-complete" --dependency "afterok:$reduce" --kill-on-invalid-dep=yes --wrap "'$shardy' job complete $job"
