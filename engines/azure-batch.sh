#!/bin/bash
# A build by Azure Batch: one task a map, one a reduce, one for the end, each after those before. The pool's nodes have shardy and find the
# files under the same paths (Azure Files, NFS); its identity may read and write the prefix (docs/guide/azure.md).
#   SHARDYFUSION_PREFIX=az://container/users POOL=… engines/azure-batch.sh 32 8 /data/rows.csv --key id [options of 'job plan']
# 'az batch account login' first.
set -euo pipefail
shardy=${SHARDY:-shardy} maps=$1 shards=$2
shift 2
plan=$("$shardy" job plan "$@" --maps "$maps" --shards "$shards" -o jsonl)
field() { grep -o "\"$1\":[^,}]*" <<<"$plan" | head -n 1 | cut -d: -f2 | tr -d '"'; }
job=$(field job_id) maps=$(field maps)
task() {
  printf '{"id":"%s","commandLine":"/bin/sh -c '"'"'shardy job %s'"'"'","constraints":{"maxTaskRetryCount":3},' "$1" "$2"
  printf '"environmentSettings":[{"name":"SHARDYFUSION_PREFIX","value":"%s"}]%s}' "$SHARDYFUSION_PREFIX" "${3:-}"
}
after() { printf ',"dependsOn":{"taskIdRanges":[{"start":%d,"end":%d}]}' "$1" "$2"; }
# Task ids are numbers, so that ranges of them can be waited for: maps, then reduces, then the end.
tasks=()
for ((i = 0; i < maps; i++)); do tasks+=("$(task "$i" "map $job $i")"); done
for ((i = 0; i < shards; i++)); do tasks+=("$(task $((maps + i)) "reduce $job $i" "$(after 0 $((maps - 1)))")"); done
tasks+=("$(task $((maps + shards)) "complete $job" "$(after "$maps" $((maps + shards - 1)))")")
az batch job create --id "$job" --pool-id "$POOL" --uses-task-dependencies
file=$(mktemp)
trap 'rm -f "$file"' EXIT
(IFS=,; printf '[%s]' "${tasks[*]}") >"$file"
az batch task create --job-id "$job" --json-file "$file"
az batch job set --job-id "$job" --on-all-tasks-complete terminatejob
