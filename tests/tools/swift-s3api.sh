#!/usr/bin/env bash
# Throwaway single-node OpenStack Swift (proxy with s3api, account, container, object, memcached) as an S3 endpoint on loopback that ignores
# conditional writes. No root, no systemd, no container; nothing outside SWIFT_DIR and SWIFT_TREE is written.
#
#   swift-s3api.sh [start]   get the programs if missing, start from nothing, wait until ready, print the endpoint
#   swift-s3api.sh install   only get the programs
#   swift-s3api.sh clean     stop at once and delete the directory (not the programs)
#
# Environment (defaults):
#   S3_PORT=7980                    the four ports after it are taken, too
#   S3_ACCESS_KEY=test:tester       account:user
#   S3_SECRET_KEY=testing
#   SWIFT_TREE=/var/tmp/swift-tree  where this Debian's packages are unpacked (cache this directory in CI)
#   SWIFT_DIR=/tmp/swift-$S3_PORT   everything the servers write (wiped by `start`)
#   SWIFT_OWNER_PID=                stop and clean by itself when this process has ended
set -euo pipefail

S3_PORT=${S3_PORT:-7980}
S3_ACCESS_KEY=${S3_ACCESS_KEY:-test:tester}
S3_SECRET_KEY=${S3_SECRET_KEY:-testing}
SWIFT_TREE=${SWIFT_TREE:-/var/tmp/swift-tree}
SWIFT_DIR=${SWIFT_DIR:-/tmp/swift-$S3_PORT}
IP=127.0.0.1
FS=$SWIFT_TREE/fs
PYTHON=/usr/bin/python3 # Debian's, whose version the packages are built for
SERVERS='account container object proxy'

now() { date +%s%3N; }
die() { echo "swift-s3api: $*" >&2; exit 1; }

# ---------------------------------------------------------------- programs
# What is not installed of the packages' closure is downloaded (signature-checked by apt) and only unpacked: no maintainer script runs.
install_tree() {
  [ -e "$SWIFT_TREE/.done" ] && return 0
  exec 9>"$SWIFT_TREE.lock"; flock 9 # several test runs may start at once
  if [ -e "$SWIFT_TREE/.done" ]; then exec 9>&-; return 0; fi
  local t=$SWIFT_TREE/apt o uris
  echo "unpacking Swift into $SWIFT_TREE ..." >&2
  rm -rf "$SWIFT_TREE"
  mkdir -p "$t"/var/lib/apt/lists/partial "$t"/var/cache/apt/archives/partial "$SWIFT_TREE/debs" "$FS"
  o=(-o Dir::State::lists="$t/var/lib/apt/lists" -o Dir::Cache="$t/var/cache/apt" -o APT::Install-Recommends=false
     -o Acquire::Languages=none -o APT::Sandbox::User= -o Acquire::Retries=3 -o Debug::NoLocking=1)
  apt-get "${o[@]}" update -qq >&2
  mapfile -t uris < <(apt-get "${o[@]}" install -qq --print-uris swift-proxy swift-account swift-container swift-object memcached |
    while read -r _ file _; do echo "${file%%_*}"; done)
  [ ${#uris[@]} = 0 ] || (cd "$SWIFT_TREE/debs" && apt-get "${o[@]}" download -qq "${uris[@]}" >&2)
  find "$SWIFT_TREE/debs" -name '*.deb' -print0 | xargs -0 -r -P"$(nproc)" -I{} dpkg-deb -x {} "$FS"
  rm -rf "$SWIFT_TREE/debs" "$t" "$FS"/etc "$FS"/var "$FS"/lib/systemd "$FS"/usr/share
  python_run -c 'import swift.common.middleware.s3api, swift.common.ring' || die 'the unpacked Swift does not load'
  : >"$SWIFT_TREE/.done"
  exec 9>&-
}

program() { [ -e "$FS/usr/bin/$1" ] && echo "$FS/usr/bin/$1" || command -v "$1"; }

python_run() {
  PYTHONPATH=$FS/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 \
    LD_LIBRARY_PATH=$FS/usr/lib/x86_64-linux-gnu:$FS/usr/lib/aarch64-linux-gnu "$PYTHON" "$@"
}

# ---------------------------------------------------------------- processes
# A server is ours only when its command line names our directory (guards against a reused PID).
alive() {
  local pid; pid=$(cat "$SWIFT_DIR/run/$1.pid" 2>/dev/null) || return 1
  { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF -- "$SWIFT_DIR/"
}

# Each server leads a group of its own, so that its workers end with it.
spawn() { local name=$1; shift; setsid "$@" </dev/null >"$SWIFT_DIR/log/$name.out" 2>&1 & echo $! >"$SWIFT_DIR/run/$name.pid"; }

stop() {
  local d pid
  for d in proxy object container account memcached; do
    if alive "$d"; then
      pid=$(cat "$SWIFT_DIR/run/$d.pid")
      kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || true
    fi
    rm -f "$SWIFT_DIR/run/$d.pid"
  done
}

clean() { stop; [ ! -e "$SWIFT_DIR/.swift-throwaway" ] || rm -rf "$SWIFT_DIR"; }

answers() {
  local line
  { exec 3<>"/dev/tcp/$IP/$S3_PORT"; } 2>/dev/null || return 1
  printf 'GET /healthcheck HTTP/1.0\r\nHost: x\r\n\r\n' >&3 || return 1
  read -r -t 5 line <&3 || line=''
  exec 3>&- 3<&-
  [[ $line == HTTP/1.*" 200 "* ]]
}

fail() { tail -n 15 "$SWIFT_DIR"/log/* >&2 2>/dev/null || true; stop; die "$*"; }

configure() {
  local etc=$SWIFT_DIR/etc kind port
  printf '[swift-hash]\nswift_hash_path_prefix = a\nswift_hash_path_suffix = b\n[swift-constraints]\n[storage-policy:0]\nname = p0\ndefault = yes\n' >"$etc/swift.conf"
  cat >"$etc/proxy-server.conf" <<CONF
[DEFAULT]
bind_ip = $IP
bind_port = $S3_PORT
workers = 1
user = $(id -un)
swift_dir = $etc
log_level = WARNING
[pipeline:main]
pipeline = catch_errors healthcheck cache listing_formats s3api tempauth copy slo dlo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = $IP:$((S3_PORT + 4))
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
location = us-east-1
check_bucket_owner = false
[filter:tempauth]
use = egg:swift#tempauth
user_${S3_ACCESS_KEY%%:*}_${S3_ACCESS_KEY#*:} = $S3_SECRET_KEY .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
CONF
  for kind in object:1 container:2 account:3; do
    port=$((S3_PORT + ${kind#*:})); kind=${kind%:*}
    cat >"$etc/$kind-server.conf" <<CONF
[DEFAULT]
bind_ip = $IP
bind_port = $port
workers = 0
user = $(id -un)
swift_dir = $etc
devices = $SWIFT_DIR/srv
mount_check = false
log_level = WARNING
fallocate_reserve = 0
[pipeline:main]
pipeline = $kind-server
[app:$kind-server]
use = egg:swift#$kind
CONF
  done
  (cd "$etc" && python_run - "$S3_PORT" <<'PY'
import sys
from swift.common.ring import RingBuilder
for offset, name in enumerate(("object", "container", "account"), 1):
    builder = RingBuilder(4, 1, 1)
    port = int(sys.argv[1]) + offset
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "replication_ip": "127.0.0.1",
                     "replication_port": port, "device": "d1", "weight": 1.0, "meta": ""})
    builder.rebalance()
    builder.get_ring().save(name + ".ring.gz")
PY
  )
}

start() {
  case $SWIFT_DIR in /?*/?*) ;; *) die "SWIFT_DIR=$SWIFT_DIR must be an absolute path at least two levels deep" ;; esac
  [ ! -e "$SWIFT_DIR" ] || [ -e "$SWIFT_DIR/.swift-throwaway" ] || die "$SWIFT_DIR exists and is not ours"
  local t_begin t_start kind end
  t_begin=$(now); install_tree; t_start=$(now)
  stop
  ! answers || die "something already answers on $IP:$S3_PORT"
  rm -rf "$SWIFT_DIR"; mkdir -p "$SWIFT_DIR"/{etc,run,log,srv/d1}; : >"$SWIFT_DIR/.swift-throwaway"
  configure
  # The servers look for swift.conf in /etc/swift unless told otherwise before they read their own file.
  cat >"$SWIFT_DIR/server.py" <<'PY'
import runpy, sys
from swift.common.utils import set_swift_dir
set_swift_dir(sys.argv[1])
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
PY
  spawn memcached "$(program memcached)" -l "$IP" -p $((S3_PORT + 4)) -u "$(id -un)" -m 64 -P "$SWIFT_DIR/run/memcached.own"
  for kind in $SERVERS; do
    PYTHONPATH=$FS/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 LD_LIBRARY_PATH=$FS/usr/lib/x86_64-linux-gnu:$FS/usr/lib/aarch64-linux-gnu \
      spawn "$kind" "$PYTHON" "$SWIFT_DIR/server.py" "$SWIFT_DIR/etc" "$(program "swift-$kind-server")" "$SWIFT_DIR/etc/$kind-server.conf"
  done
  end=$(($(now) + 60000))
  until answers; do
    alive proxy || fail 'the proxy exited'
    [ "$(now)" -lt "$end" ] || fail 'the proxy did not answer in 60 s'
    sleep 0.1
  done
  if [ -n "${SWIFT_OWNER_PID:-}" ]; then
    setsid "$BASH" "$0" clean-after "$SWIFT_OWNER_PID" </dev/null >/dev/null 2>&1 &
  fi
  echo "S3_ENDPOINT=http://$IP:$S3_PORT"
  echo "S3_ACCESS_KEY=$S3_ACCESS_KEY"
  echo "S3_SECRET_KEY=$S3_SECRET_KEY"
  echo "S3_REGION=us-east-1"
  echo "# swift ready: install $((t_start - t_begin)) ms, start $(($(now) - t_start)) ms, dir $SWIFT_DIR" >&2
}

case ${1:-start} in
  start) start ;;
  install) install_tree ;;
  clean) clean ;;
  clean-after)
    while kill -0 "$2" 2>/dev/null && [ -e "$SWIFT_DIR/.swift-throwaway" ]; do sleep 1; done
    clean ;;
  *) die "usage: $0 [start|install|clean]" ;;
esac
