#!/bin/bash
# A build by AWS Batch: array jobs of maps and reduces. The job definition's image holds shardy; its files lie where each container finds
# them (EFS, FSx), the prefix is on S3, and the job role may read and write it (docs/guide/aws.md).
#   SHARDYFUSION_PREFIX=s3://bucket/users QUEUE=… DEFINITION=… engines/aws-batch.sh 32 8 /data/rows.csv --key id [options of 'job plan']
# Arrays have at least two jobs: with one map or one shard run that task by hand.
set -euo pipefail
shardy=${SHARDY:-shardy} maps=$1 shards=$2
shift 2
plan=$("$shardy" job plan "$@" --maps "$maps" --shards "$shards" -o jsonl)
field() { grep -o "\"$1\":[^,}]*" <<<"$plan" | head -n 1 | cut -d: -f2 | tr -d '"'; }
job=$(field job_id) maps=$(field maps)
# The container's shell puts its number into the command; three attempts, for a task may run as often as it likes.
task() {
  local name=$1 command=$2
  shift 2
  aws batch submit-job --job-name "$job-$name" --job-queue "$QUEUE" --job-definition "$DEFINITION" --retry-strategy attempts=3 \
    --container-overrides "{\"command\":[\"sh\",\"-c\",\"$command\"],\"environment\":[{\"name\":\"SHARDYFUSION_PREFIX\",\"value\":\"$SHARDYFUSION_PREFIX\"}]}" \
    --query jobId --output text "$@"
}
map=$(task map "shardy job map $job \$AWS_BATCH_JOB_ARRAY_INDEX" --array-properties "size=$maps")
reduce=$(task reduce "shardy job reduce $job \$AWS_BATCH_JOB_ARRAY_INDEX" --array-properties "size=$shards" --depends-on "jobId=$map")
task complete "shardy job complete $job" --depends-on "jobId=$reduce"
