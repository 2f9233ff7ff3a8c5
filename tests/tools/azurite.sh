#!/usr/bin/env bash
# Throwaway Azurite (npm), Microsoft's emulator of Azure Blob Storage, on loopback.
#
#   azurite.sh install   get the package if missing, and nothing else
#   azurite.sh [start]   start from nothing, wait until ready, print the endpoint of its blobs
#   azurite.sh clean     stop at once and delete the directory (not the package)
#
# Environment (defaults):
#   AZURITE_PORT=10000                   the port
#   AZURITE_TREE=/var/tmp/azurite-tree   where the package is installed (cache this directory in CI)
#   AZURITE_DIR=/tmp/azurite-$AZURITE_PORT   everything the server writes (wiped by `start`)
#   AZURITE_CERT=, AZURITE_KEY=          PEM files: then it speaks https, and takes tokens of Entra ID whose time and audience are right
#   AZURITE_OWNER_PID=                   stop and clean by itself when this process has ended
set -euo pipefail

VERSION=3.37.0
AZURITE_PORT=${AZURITE_PORT:-10000}
AZURITE_TREE=${AZURITE_TREE:-/var/tmp/azurite-tree}
AZURITE_DIR=${AZURITE_DIR:-/tmp/azurite-$AZURITE_PORT}
PROGRAM=$AZURITE_TREE/node_modules/azurite/dist/src/blob/main.js

die() { echo "azurite: $*" >&2; exit 1; }

install_tree() {
  [ -e "$AZURITE_TREE/.done-$VERSION" ] && return 0
  command -v npm >/dev/null || die 'npm is missing'
  exec 9>"$AZURITE_TREE.lock"; flock 9 # several test runs may start at once
  if [ ! -e "$AZURITE_TREE/.done-$VERSION" ]; then
    mkdir -p "$AZURITE_TREE"
    npm install --prefix "$AZURITE_TREE" --no-audit --no-fund --no-save --ignore-scripts --silent "azurite@$VERSION" >&2 || die 'the package could not be installed'
    [ -e "$PROGRAM" ] || die "there is no $PROGRAM"
    : >"$AZURITE_TREE/.done-$VERSION"
  fi
  exec 9>&-
}

stop() {
  if [ -f "$AZURITE_DIR/pid" ]; then
    kill -9 "$(cat "$AZURITE_DIR/pid")" 2>/dev/null || true
  fi
  rm -rf "$AZURITE_DIR"
}

start() {
  install_tree
  stop
  mkdir -p "$AZURITE_DIR/data"
  local secure=() scheme=http
  if [ -n "${AZURITE_CERT:-}" ]; then
    secure=(--cert "$AZURITE_CERT" --key "$AZURITE_KEY" --oauth basic)
    scheme=https
  fi
  node "$PROGRAM" "${secure[@]}" --blobHost 127.0.0.1 --blobPort "$AZURITE_PORT" --location "$AZURITE_DIR/data" --silent --disableTelemetry \
    >"$AZURITE_DIR/log" 2>&1 </dev/null &
  echo $! >"$AZURITE_DIR/pid"
  disown
  local tries=0
  until (exec 3<>"/dev/tcp/127.0.0.1/$AZURITE_PORT") 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || die "does not answer: $(tail -3 "$AZURITE_DIR/log")"
    sleep 0.1
  done
  if [ -n "${AZURITE_OWNER_PID:-}" ]; then
    (while kill -0 "$AZURITE_OWNER_PID" 2>/dev/null; do sleep 2; done; stop) >/dev/null 2>&1 </dev/null &
    disown
  fi
  echo "$scheme://127.0.0.1:$AZURITE_PORT/devstoreaccount1"
}

case ${1:-start} in
  install) install_tree ;;
  start) start ;;
  clean) stop ;;
  *) die "what is '$1'?" ;;
esac
