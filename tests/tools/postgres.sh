#!/usr/bin/env bash
# Throwaway PostgreSQL on loopback, out of the Debian package that is installed, or else unpacked privately, without root.
#
#   postgres.sh install   get the programs if missing, and nothing else
#   postgres.sh [start]   start from nothing, wait until ready, print host and port
#   postgres.sh restart   end it at once, as a crash would, and start it again on what it had
#   postgres.sh clean     stop at once and delete the directory (not the programs)
#
# Environment (defaults):
#   POSTGRES_PORT=5433                     the port
#   POSTGRES_TREE=/var/tmp/postgres-tree   where the package is unpacked if it has to be (cache this directory in CI)
#   POSTGRES_DIR=/tmp/postgres-$POSTGRES_PORT   everything the server writes (wiped by `start`)
#   POSTGRES_OWNER_PID=                    stop and clean by itself when this process has ended
# The superuser is `tester`, with the password `test password`.
set -euo pipefail

POSTGRES_PORT=${POSTGRES_PORT:-5433}
POSTGRES_TREE=${POSTGRES_TREE:-/var/tmp/postgres-tree}
POSTGRES_DIR=${POSTGRES_DIR:-/tmp/postgres-$POSTGRES_PORT}

die() { echo "postgres: $*" >&2; exit 1; }

# The newest version that is there.
programs() { ls -d "$1"/usr/lib/postgresql/*/bin/postgres 2>/dev/null | sort -V | tail -n 1 | xargs -r dirname; }

install_tree() {
  [ -z "$(programs '')" ] || return 0
  [ ! -e "$POSTGRES_TREE/.done" ] || return 0
  command -v apt-get >/dev/null || die 'neither PostgreSQL nor apt-get is there'
  exec 9>"$POSTGRES_TREE.lock"; flock 9 # several test runs may start at once
  if [ ! -e "$POSTGRES_TREE/.done" ]; then
    rm -rf "$POSTGRES_TREE"; mkdir -p "$POSTGRES_TREE/debs"
    local server names
    server=$(apt-cache depends postgresql 2>/dev/null | sed -n 's/^ *Depends: \(postgresql-[0-9]*\)$/\1/p' | head -n 1)
    [ -n "$server" ] || die 'apt knows no package postgresql'
    # What this machine lacks of it; without the compiler of its statements, which is large and which it does without.
    mapfile -t names < <(apt-get install -s --no-install-recommends "$server" | sed -n 's/^Inst \([^ ]*\) .*/\1/p' \
      | grep -vE '^(libllvm|perl|libperl|ssl-cert|postgresql-common|libjson-perl)')
    (cd "$POSTGRES_TREE/debs" && apt-get download -qq "${names[@]}" >&2) || die 'the packages could not be fetched'
    for deb in "$POSTGRES_TREE"/debs/*.deb; do dpkg-deb -x "$deb" "$POSTGRES_TREE"; done
    rm -rf "$POSTGRES_TREE/debs"
    [ -n "$(programs "$POSTGRES_TREE")" ] || die 'the packages hold no server'
    : >"$POSTGRES_TREE/.done"
  fi
  exec 9>&-
}

# The server refuses to run as root; then it is somebody who may do nothing.
as_user() {
  if [ "$(id -u)" = 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups env HOME="$POSTGRES_DIR" "$@"; else "$@"; fi
}

stop() {
  if [ -f "$POSTGRES_DIR/data/postmaster.pid" ]; then
    kill -QUIT "$(head -n 1 "$POSTGRES_DIR/data/postmaster.pid")" 2>/dev/null || true
    local tries=0
    while [ -f "$POSTGRES_DIR/data/postmaster.pid" ] && [ $tries -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
  fi
}

clean() { stop; rm -rf "$POSTGRES_DIR"; }

run() {
  as_user "$BIN/postgres" -D "$POSTGRES_DIR/data" -p "$POSTGRES_PORT" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
    -c fsync=off -c full_page_writes=off -c shared_buffers=16MB -c max_connections=200 -c jit=off -c max_wal_size=64MB \
    >>"$POSTGRES_DIR/log" 2>&1 </dev/null &
  disown
  local tries=0
  until as_user env PGPASSWORD='test password' "$BIN/pg_isready" -q -h 127.0.0.1 -p "$POSTGRES_PORT"; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || die "does not answer: $(tail -3 "$POSTGRES_DIR/log")"
    sleep 0.1
  done
}

start() {
  clean
  mkdir -p "$POSTGRES_DIR"; chmod 700 "$POSTGRES_DIR"
  echo 'test password' >"$POSTGRES_DIR/password"
  [ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$POSTGRES_DIR"
  as_user "$BIN/initdb" -D "$POSTGRES_DIR/data" -U tester --pwfile="$POSTGRES_DIR/password" -A scram-sha-256 -E UTF8 --locale=C -N \
    >"$POSTGRES_DIR/log" 2>&1 || die "cannot be set up: $(tail -3 "$POSTGRES_DIR/log")"
  run
  if [ -n "${POSTGRES_OWNER_PID:-}" ]; then
    (while kill -0 "$POSTGRES_OWNER_PID" 2>/dev/null; do sleep 2; done; clean) >/dev/null 2>&1 </dev/null &
    disown
  fi
  echo "127.0.0.1:$POSTGRES_PORT"
}

find_programs() {
  install_tree
  BIN=$(programs '')
  if [ -z "$BIN" ]; then
    BIN=$(programs "$POSTGRES_TREE")
    export LD_LIBRARY_PATH=$POSTGRES_TREE/usr/lib/$(uname -m)-linux-gnu:$POSTGRES_TREE/lib/$(uname -m)-linux-gnu
  fi
}

case ${1:-start} in
  install) install_tree ;;
  start) find_programs; start ;;
  restart) find_programs; stop; run ;;
  clean) clean ;;
  *) die "what is '$1'?" ;;
esac
