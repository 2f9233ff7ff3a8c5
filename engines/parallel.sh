#!/bin/bash
# A build by GNU parallel, on this machine or on those of a file for --sshloginfile, which all find the files and the prefix.
#   SHARDYFUSION_PREFIX=/mnt/snap engines/parallel.sh 32 8 rows.csv --key id --key-encoding u64be [other options of 'job plan']
#   maps, shards, then the files; PARALLEL="--jobs 8 --sshloginfile hosts --env SHARDYFUSION_PREFIX" tells where.
set -euo pipefail
shardy=${SHARDY:-shardy} maps=$1 shards=$2
shift 2
plan=$("$shardy" job plan "$@" --maps "$maps" --shards "$shards" -o jsonl)
field() { grep -o "\"$1\":[^,}]*" <<<"$plan" | head -n 1 | cut -d: -f2 | tr -d '"'; }
job=$(field job_id) maps=$(field maps)
# A task that fails is tried again; what another attempt has done already changes nothing.
seq 0 $((maps - 1)) | parallel --halt now,fail=1 --retries 3 "$shardy" job map "$job" {} -o text
seq 0 $((shards - 1)) | parallel --halt now,fail=1 --retries 3 "$shardy" job reduce "$job" {} -o text
"$shardy" job complete "$job"
