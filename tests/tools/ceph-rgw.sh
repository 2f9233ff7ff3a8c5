#!/usr/bin/env bash
# Throwaway single-node Ceph (mon + 1 OSD + RADOS Gateway) as a real S3 endpoint on loopback. No mgr, no systemd,
# no container; nothing outside CEPH_DIR and CEPH_TREE is written (CEPH_SUITE=host also installs Debian packages).
#
#   ceph-rgw.sh [start]   get the programs if missing, start from nothing, wait until ready, print the endpoint
#   ceph-rgw.sh install   only get the programs
#   ceph-rgw.sh stop      stop by PID file, keep the directory
#   ceph-rgw.sh clean     stop at once and delete the directory (not the programs)
#   ceph-rgw.sh status    exit 0 when the endpoint answers
#
# Environment (defaults):
#   S3_PORT=7480  S3_ACCESS_KEY=testkey  S3_SECRET_KEY=testsecret
#   CEPH_SUITE=sid|trixie|host           sid: Ceph 20, trixie: Ceph 18, both unpacked privately and run through their
#                                        own ld.so (no root needed); host: this Debian's packages, installed (bookworm: 16.2.15)
#   CEPH_TREE=/var/tmp/ceph-tree-$SUITE  where sid/trixie are unpacked (cache this directory in CI)
#   CEPH_DIR=/tmp/ceph-rgw-$S3_PORT      everything the cluster writes (wiped by `start`)
#   CEPH_MON_PORT=S3_PORT+1              monitor port (the OSD takes free ports from 6800 up)
#   CEPH_STORE=memstore|bluestore        bluestore = a sparse file in CEPH_DIR
#   CEPH_STORE_BYTES=8589934592          capacity reported / size of that file
#   CEPH_OWNER_PID=                      stop and clean by itself when this process has ended
set -euo pipefail

S3_PORT=${S3_PORT:-7480}
S3_ACCESS_KEY=${S3_ACCESS_KEY:-testkey}
S3_SECRET_KEY=${S3_SECRET_KEY:-testsecret}
CEPH_SUITE=${CEPH_SUITE:-sid}
CEPH_TREE=${CEPH_TREE:-/var/tmp/ceph-tree-$CEPH_SUITE}
CEPH_DIR=${CEPH_DIR:-/tmp/ceph-rgw-$S3_PORT}
CEPH_MON_PORT=${CEPH_MON_PORT:-$((S3_PORT + 1))}
CEPH_STORE=${CEPH_STORE:-memstore}
CEPH_STORE_BYTES=${CEPH_STORE_BYTES:-$((8 << 30))}
IP=127.0.0.1
# the archive this machine's apt already uses (not its security archive)
MIRROR=${DEBIAN_MIRROR:-$(apt-get indextargets --format '$(REPO_URI)' 2>/dev/null | grep -v security | sort -u | head -n 1)}
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

now() { date +%s%3N; }
die() { echo "ceph-rgw: $*" >&2; exit 1; }

# ---------------------------------------------------------------- programs
FS=$CEPH_TREE/fs; LIB=$FS/usr/lib/x86_64-linux-gnu
RUN=(); PY=(python3); CONF_DIRS=''
if [ "$CEPH_SUITE" != host ]; then
  RUN=("$LIB/ld-linux-x86-64.so.2" --library-path "$LIB:$LIB/ceph")
  CONF_DIRS="erasure_code_dir = $LIB/ceph/erasure-code
plugin_dir = $LIB/ceph
osd_class_dir = $LIB/rados-classes"
fi
bin() { [ "$CEPH_SUITE" = host ] && command -v "$1" || echo "$FS/usr/bin/$1"; }
ceph_run() { local p; p=$(bin "$1"); shift; "${RUN[@]}" "$p" "$@"; }
python_run() {
  if [ "$CEPH_SUITE" = host ]; then PYTHONPATH=/usr/lib/python3/dist-packages /usr/bin/python3 "$@"; return; fi
  local p; p=$(echo "$FS"/usr/bin/python3.[0-9]*)
  PYTHONHOME=$FS/usr PYTHONPATH=$FS/usr/lib/python3/dist-packages PYTHONDONTWRITEBYTECODE=1 "${RUN[@]}" "${p%% *}" "$@"
}

install_host() {
  local missing=() p sudo=''
  for p in radosgw ceph-mon ceph-osd; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null || true)" = installed ] || missing+=("$p")
  done
  [ ${#missing[@]} = 0 ] && return 0
  [ "$(id -u)" = 0 ] || sudo='sudo -n'
  echo "installing ${missing[*]} ..." >&2
  $sudo env DEBIAN_FRONTEND=noninteractive sh -c \
    "apt-get update -qq && apt-get install -y -qq --no-install-recommends ${missing[*]}" >&2
}

# Resolve and download (signature-checked by apt) against an empty dpkg status, then only unpack: no maintainer script runs.
install_tree() {
  [ -e "$CEPH_TREE/.done" ] && return 0
  exec 9>"$CEPH_TREE.lock"; flock 9 # several test runs may start at once
  if [ -e "$CEPH_TREE/.done" ]; then exec 9>&-; return 0; fi
  local t=$CEPH_TREE/apt o uris p
  echo "unpacking Ceph from Debian $CEPH_SUITE into $CEPH_TREE ..." >&2
  rm -rf "$CEPH_TREE"
  mkdir -p "$t"/{etc/apt/apt.conf.d,etc/apt/preferences.d,var/lib/apt/lists/partial,var/lib/dpkg,var/cache/apt/archives/partial}
  : >"$t/var/lib/dpkg/status"
  echo "deb [signed-by=$KEYRING] $MIRROR $CEPH_SUITE main" >"$t/etc/apt/sources.list"
  o=(-o Dir="$t" -o Dir::State::status="$t/var/lib/dpkg/status" -o APT::Install-Recommends=false
     -o Acquire::Languages=none -o APT::Sandbox::User= -o APT::Architecture=amd64 -o Acquire::Retries=3)
  apt-get "${o[@]}" update -qq >&2
  # the closure less what the daemons never open (they are only unpacked, so an unmet dependency is no error)
  local skip='^(binutils.*|libbinutils|libctf.*|libgprofng.*|libsframe.*|systemd|libsystemd-shared|lvm2|liblvm2.*|dm.*|libdevmapper.*|ceph-volume|cron.*|sudo|passwd|adduser|login.*|debconf|debianutils|base-passwd|e2fsprogs|libext2fs.*|libss2|logsave|logrotate|xfsprogs|liburcu.*|parted|libparted.*|gdisk|hdparm|smartmontools|nvme-cli|libnvme.*|cryptsetup-bin|ca-certificates|openssl|psmisc|uuid-runtime|tzdata|sensible-utils|sysvinit-utils|netbase|libpam.*|libsemanage.*|libsepol.*|libperl.*|perl.*|libc-gconv-modules-extra|python3-(requests|urllib3|idna|certifi|chardet|charset-normalizer|dbus|cephfs|rgw|rbd|ceph|packaging|prettytable|wcwidth|yaml|pkg-resources|setuptools)|readline-common|libpython3-stdlib|python3-minimal|python3)$'
  mapfile -t uris < <(apt-get "${o[@]}" install -qq --print-uris radosgw ceph-mon ceph-osd python3-rados |
    while read -r _ file _; do p=${file%%_*}; [[ $p =~ $skip ]] || echo "$p"; done)
  [ ${#uris[@]} -gt 30 ] || die "could not resolve the packages of $CEPH_SUITE"
  mkdir -p "$FS"/usr/{bin,sbin,lib,lib64} "$CEPH_TREE/debs"
  ln -s usr/bin usr/sbin usr/lib usr/lib64 "$FS/"
  (cd "$CEPH_TREE/debs" && apt-get "${o[@]}" download -qq "${uris[@]}" >&2)
  find "$CEPH_TREE/debs" -name '*.deb' -print0 | xargs -0 -P"$(nproc)" -I{} dpkg-deb -x {} "$FS"
  # keep only what runs
  find "$FS/usr/bin" -mindepth 1 ! -name ceph-mon ! -name ceph-osd ! -name radosgw ! -name radosgw-admin ! -name monmaptool ! -name 'python3.*' -delete
  rm -rf "$CEPH_TREE/debs" "$t" "$FS"/{etc,var} "$FS"/usr/{share,include,libexec,games,sbin} "$FS"/usr/lib/{systemd,udev,python3*/test,python3*/idlelib,python3*/ensurepip}
  "${RUN[@]}" "$FS/usr/bin/radosgw" --version >"$CEPH_TREE/.version" || die 'the unpacked radosgw does not run'
  python_run -c 'import rados' || die 'the unpacked python3-rados does not load'
  mv "$CEPH_TREE/.version" "$CEPH_TREE/.done"
  exec 9>&-
}

install_ceph() { if [ "$CEPH_SUITE" = host ]; then install_host; else install_tree; fi; }

# ---------------------------------------------------------------- processes
# A daemon is ours only when its command line names our ceph.conf (guards against a reused PID).
alive() {
  local pid; pid=$(cat "$CEPH_DIR/run/$1.pid" 2>/dev/null) || return 1
  { tr '\0' ' ' < "/proc/$pid/cmdline"; } 2>/dev/null | grep -qF -- "-c $CEPH_DIR/ceph.conf "
}

spawn() { # spawn NAME CMD...: detached, stdout+stderr to a file, PID recorded
  local name=$1 p; p=$(bin "$2"); shift 2
  setsid "${RUN[@]}" "$p" "$@" </dev/null >"$CEPH_DIR/log/$name.out" 2>&1 &
  echo $! >"$CEPH_DIR/run/$name.pid"
}

stop() { # stop [SIGNAL]: gateway first; whatever ignores TERM for 2 s is killed (all of this is throwaway)
  local d pid i
  for d in rgw osd mon; do
    if alive "$d"; then
      pid=$(cat "$CEPH_DIR/run/$d.pid"); kill "-${1:-TERM}" "$pid" 2>/dev/null || true
      for ((i = 0; i < 100; i++)); do
        alive "$d" || break
        [ "$i" != 20 ] || kill -KILL "$pid" 2>/dev/null || true
        sleep 0.1
      done
      ! alive "$d" || die "$d (pid $pid) did not stop"
    fi
    rm -f "$CEPH_DIR/run/$d.pid"
  done
}

answers() { # GET / without credentials: RGW says 200 with an empty ListAllMyBuckets
  local line
  { exec 3<>"/dev/tcp/$IP/$S3_PORT"; } 2>/dev/null || return 1
  printf 'GET / HTTP/1.0\r\nHost: %s\r\n\r\n' "$IP" >&3 || return 1
  read -r -t 5 line <&3 || line=''
  exec 3>&- 3<&-
  [[ $line == HTTP/1.*" 200 "* ]]
}

fail() { tail -n 25 "$CEPH_DIR"/log/* >&2 2>/dev/null || true; stop KILL; die "$*"; }

start() {
  case $CEPH_DIR in /?*/?*) ;; *) die "CEPH_DIR=$CEPH_DIR must be an absolute path at least two levels deep" ;; esac
  [ ! -e "$CEPH_DIR" ] || [ -e "$CEPH_DIR/.ceph-rgw-throwaway" ] || die "$CEPH_DIR exists and is not ours"
  local t_begin t_start fsid osd_uuid end
  t_begin=$(now); install_ceph; t_start=$(now)
  stop KILL
  ! answers || die "something already answers on $IP:$S3_PORT"
  rm -rf "$CEPH_DIR"; mkdir -p "$CEPH_DIR"/{run,log,mon,osd,crash,rgw}; : >"$CEPH_DIR/.ceph-rgw-throwaway"
  fsid=$(cat /proc/sys/kernel/random/uuid); osd_uuid=$(cat /proc/sys/kernel/random/uuid)

  cat >"$CEPH_DIR/ceph.conf" <<CONF
[global]
fsid = $fsid
mon_host = [v2:$IP:$CEPH_MON_PORT/0]
mon_initial_members = a
# loopback only, no cephx (the S3 layer still checks SigV4); without cephx radosgw's default "secure" mode cannot connect
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
ms_mon_client_mode = crc
# one machine: bodies between gateway and OSD need no checksum (headers keep theirs)
ms_crc_data = false
public_addr = $IP
cluster_addr = $IP
run_dir = $CEPH_DIR/run
admin_socket = $CEPH_DIR/run/\$cluster-\$name.\$pid.asok
log_file = $CEPH_DIR/log/\$name.log
crash_dir = $CEPH_DIR/crash
$CONF_DIRS
# one copy, one OSD
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 4
osd_pool_default_pgp_num = 4
osd_pool_default_pg_autoscale_mode = off
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
rgw_rados_pool_pg_num_min = 4
# commit map changes at once: start-up is a chain of them
paxos_propose_interval = 0.01
paxos_min_wait = 0.01

[mon]
mon_data = $CEPH_DIR/mon
mon_data_avail_warn = 2
mon_data_avail_crit = 1
mon_cluster_log_file = $CEPH_DIR/log/cluster.log

[osd]
osd_data = $CEPH_DIR/osd
osd_objectstore = $CEPH_STORE
osd_memory_target = 1073741824
osd_op_queue = wpq
memstore_device_bytes = $CEPH_STORE_BYTES
bluestore_block_create = true
bluestore_block_size = $CEPH_STORE_BYTES
bluestore_fsck_on_mount = false

[client.rgw]
rgw_data = $CEPH_DIR/rgw
rgw_frontends = beast endpoint=$IP:$S3_PORT tcp_nodelay=1
# few threads wake each other less, and an upload's part goes to the OSD as one object instead of four
rgw_thread_pool_size = 16
rgw_max_chunk_size = 16777216
rgw_obj_stripe_size = 16777216
rgw_run_sync_thread = false
# customers' keys over loopback, which has no TLS
rgw_crypt_require_ssl = false
rgw_dynamic_resharding = false
# free the space of deleted objects soon (default: hours)
rgw_gc_obj_min_wait = 60
rgw_gc_processor_period = 30
CONF
  local c=(-c "$CEPH_DIR/ceph.conf") mk=$CEPH_DIR/log/mkfs.out
  ceph_run monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:$IP:$CEPH_MON_PORT/0]" "$CEPH_DIR/monmap" >"$mk" 2>&1 || fail 'monmaptool failed'
  ceph_run ceph-mon "${c[@]}" -i a --mkfs --monmap "$CEPH_DIR/monmap" --keyring /dev/null >>"$mk" 2>&1 || fail 'mon mkfs failed'
  spawn mon ceph-mon "${c[@]}" -i a -f

  # One client session: register the OSD, then wait for it and make the pools (so that no first request pays for it).
  cat >"$CEPH_DIR/setup.py" <<'PY'
import json, sys, time, rados
conf, step, osd_uuid = sys.argv[1:]
c = rados.Rados(conffile=conf, name="client.admin")
c.connect(timeout=180)
def cmd(**k):
    rc, out, err = c.mon_command(json.dumps(dict(k, format="json")), b"")
    print(k, rc, err, flush=True)
    if rc: sys.exit("%s: %d %s" % (k["prefix"], rc, err))
    return out
if step == "osd":
    cmd(prefix="osd new", uuid=osd_uuid, id=0)
else:
    end = time.time() + 180
    while json.loads(cmd(prefix="osd stat"))["num_up_osds"] < 1:
        if time.time() > end: sys.exit("the OSD did not come up")
        time.sleep(0.05)
    for p in ("default.rgw.log", "default.rgw.control", "default.rgw.meta",
              "default.rgw.buckets.index", "default.rgw.buckets.data", "default.rgw.buckets.non-ec"):
        cmd(prefix="osd pool create", pool=p, pg_num=4)
        cmd(prefix="osd pool application enable", pool=p, app="rgw")
c.shutdown()
PY
  python_run "$CEPH_DIR/setup.py" "$CEPH_DIR/ceph.conf" osd "$osd_uuid" >>"$mk" 2>&1 || fail 'the monitor did not come up'
  ceph_run ceph-osd "${c[@]}" -i 0 --mkfs --osd-uuid "$osd_uuid" >>"$mk" 2>&1 || fail 'osd mkfs failed'
  spawn osd ceph-osd "${c[@]}" -i 0 -f
  python_run "$CEPH_DIR/setup.py" "$CEPH_DIR/ceph.conf" pools "$osd_uuid" >>"$mk" 2>&1 || fail 'pool creation failed'
  ceph_run radosgw-admin "${c[@]}" user create --uid=test --display-name=test \
    --access-key="$S3_ACCESS_KEY" --secret="$S3_SECRET_KEY" >"$CEPH_DIR/log/user.out" 2>&1 || fail 'user create failed'
  spawn rgw radosgw "${c[@]}" -n client.rgw -f
  end=$(($(now) + 180000))
  until answers; do
    alive rgw || fail 'radosgw exited'
    [ "$(now)" -lt "$end" ] || fail 'radosgw did not answer in 180 s'
    sleep 0.05
  done

  if [ -n "${CEPH_OWNER_PID:-}" ]; then
    setsid "$BASH" "$0" clean-after "$CEPH_OWNER_PID" </dev/null >/dev/null 2>&1 &
  fi

  echo "S3_ENDPOINT=http://$IP:$S3_PORT"
  echo "S3_ACCESS_KEY=$S3_ACCESS_KEY"
  echo "S3_SECRET_KEY=$S3_SECRET_KEY"
  echo "S3_REGION=us-east-1"
  echo "# ceph-rgw ready ($(ceph_run radosgw --version | cut -d' ' -f3)): install $((t_start - t_begin)) ms, start $(($(now) - t_start)) ms, dir $CEPH_DIR" >&2
}

case ${1:-start} in
  start) start ;;
  install) install_ceph ;;
  stop) stop ;;
  clean) stop KILL; [ ! -e "$CEPH_DIR/.ceph-rgw-throwaway" ] || rm -rf "$CEPH_DIR" ;;
  status) answers ;;
  clean-after)
    while kill -0 "$2" 2>/dev/null && [ -e "$CEPH_DIR/.ceph-rgw-throwaway" ]; do sleep 1; done
    stop KILL; [ ! -e "$CEPH_DIR/.ceph-rgw-throwaway" ] || rm -rf "$CEPH_DIR" ;;
  *) die "usage: $0 [start|install|stop|clean|status]" ;;
esac
