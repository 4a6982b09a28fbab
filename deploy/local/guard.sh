#!/bin/sh
# Ends servers whose owner is gone. One guard per owning Node process, which holds the other end of our standard input
# and never closes it: end of file means that the owner has ended, be it by exit, a crash or kill -9.
#
#   $1     the owner's directory of temporary data, removed at the end; `disk-*` in it may be mounted
#   stdin  lines "watch <pid>" and "forget <pid>"
trap '' HUP INT TERM
pids=" "
while read -r verb pid; do
  case $verb in
    watch) pids="$pids$pid " ;;
    forget) pids="${pids%% "$pid" *} ${pids#* "$pid" }" ;;
  esac
done

alive() {
  for pid in $pids; do
    kill -0 "$pid" 2>/dev/null && return 0
  done
  return 1
}

# A server that is stopped (SIGSTOP) takes its SIGTERM only once it continues.
for pid in $pids; do kill -TERM "$pid" 2>/dev/null; kill -CONT "$pid" 2>/dev/null; done
tenths=0
while alive && [ $tenths -lt 50 ]; do
  sleep 0.1
  tenths=$((tenths + 1))
done
for pid in $pids; do kill -KILL "$pid" 2>/dev/null; done
for disk in "$1"/disk-*; do umount "$disk" 2>/dev/null; done
rm -rf -- "$1"
