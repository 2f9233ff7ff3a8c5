#!/usr/bin/env bash
# Throwaway s3rver (npm) as an S3 endpoint on loopback: a store on folders that takes write conditions and ignores them.
#
#   s3rver.sh install   get the package if missing, and nothing else
#   s3rver.sh [start]   start from nothing, wait until ready, print the endpoint
#   s3rver.sh clean     stop at once and delete the directory (not the package)
#
# Environment (defaults):
#   S3_PORT=4568                       the port
#   S3RVER_TREE=/var/tmp/s3rver-tree   where the package is installed (cache this directory in CI)
#   S3RVER_DIR=/tmp/s3rver-$S3_PORT    everything the server writes (wiped by `start`)
#   S3RVER_OWNER_PID=                  stop and clean by itself when this process has ended
set -euo pipefail

VERSION=3.7.1
S3_PORT=${S3_PORT:-4568}
S3RVER_TREE=${S3RVER_TREE:-/var/tmp/s3rver-tree}
S3RVER_DIR=${S3RVER_DIR:-/tmp/s3rver-$S3_PORT}
PROGRAM=$S3RVER_TREE/node_modules/s3rver/bin/s3rver.js

die() { echo "s3rver: $*" >&2; exit 1; }

install_tree() {
  [ -e "$S3RVER_TREE/.done-$VERSION" ] && return 0
  command -v npm >/dev/null || die 'npm is missing'
  exec 9>"$S3RVER_TREE.lock"; flock 9 # several test runs may start at once
  if [ ! -e "$S3RVER_TREE/.done-$VERSION" ]; then
    mkdir -p "$S3RVER_TREE"
    npm install --prefix "$S3RVER_TREE" --no-audit --no-fund --no-save --ignore-scripts --silent "s3rver@$VERSION" >&2 || die 'the package could not be installed'
    [ -e "$PROGRAM" ] || die "there is no $PROGRAM"
    : >"$S3RVER_TREE/.done-$VERSION"
  fi
  exec 9>&-
}

stop() {
  if [ -f "$S3RVER_DIR/pid" ]; then
    kill -9 "$(cat "$S3RVER_DIR/pid")" 2>/dev/null || true
  fi
  rm -rf "$S3RVER_DIR"
}

start() {
  install_tree
  stop
  mkdir -p "$S3RVER_DIR/data"
  node "$PROGRAM" --directory "$S3RVER_DIR/data" --address 127.0.0.1 --port "$S3_PORT" --silent \
    --configure-bucket shardyfusion-tests >"$S3RVER_DIR/log" 2>&1 </dev/null &
  echo $! >"$S3RVER_DIR/pid"
  disown
  local tries=0
  until (exec 3<>"/dev/tcp/127.0.0.1/$S3_PORT") 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || die "does not answer: $(tail -3 "$S3RVER_DIR/log")"
    sleep 0.1
  done
  if [ -n "${S3RVER_OWNER_PID:-}" ]; then
    (while kill -0 "$S3RVER_OWNER_PID" 2>/dev/null; do sleep 2; done; stop) >/dev/null 2>&1 </dev/null &
    disown
  fi
  echo "http://127.0.0.1:$S3_PORT"
}

case ${1:-start} in
  install) install_tree ;;
  start) start ;;
  clean) stop ;;
  *) die "what is '$1'?" ;;
esac
