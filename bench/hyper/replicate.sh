#!/usr/bin/env bash
# bench/hyper/replicate.sh [rounds]   a log over TCP between two processes: JavaScript and ours in turn, and the ratios
# First: npm ci in interop/hyper, and dotnet build -c Release bench/Samtala.Bench.
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-3}
bench=artifacts/bin/Samtala.Bench/release/Samtala.Bench
work=$(mktemp -d); trap 'kill $(jobs -p) 2>/dev/null; rm -rf "$work"' EXIT
port=$((32000 + RANDOM % 2000))

javascript() { # blocks size -> blocks per second
  node interop/hyper/core-serve.js --blocks "$1" --size "$2" --tcp "$port" >"$work/ready" & local server=$!
  until grep -q '"key"' "$work/ready" 2>/dev/null; do sleep 0.1; done
  local key; key=$(sed 's/.*"key":"\([0-9a-f]*\)".*/\1/' "$work/ready")
  node interop/hyper/core-replicate.js --key "$key" --tcp "$port" --storage "$work/js" --timeout 180 |
    tail -1 | sed 's/.*"blocksPerSec":\([0-9]*\).*/\1/'
  kill $server; wait $server 2>/dev/null || true
  rm -rf "$work/js"; port=$((port + 1))
}

ours() { # blocks size -> blocks per second
  "$bench" log replicate --blocks "$1" --size "$2" --runs 1 --output json |
    grep replicate-blocks | sed 's/.*"median":\([0-9.]*\).*/\1/'
}

for spec in "100000 100" "4096 65536"; do
  for round in $(seq "$rounds"); do
    js=$(javascript $spec); us=$(ours $spec)
    awk -v s="$spec" -v r="$round" -v j="$js" -v u="$us" 'BEGIN {
      split(s, p, " ")
      printf "{\"bench\":\"replicate\",\"blocks\":%d,\"size\":%d,\"round\":%d,\"javascript\":%d,\"ours\":%d,", p[1], p[2], r, j, u
      printf "\"oursMBs\":%.1f,\"ratio\":%.1f}\n", u * p[2] / 1e6, u / j }'
  done
done
uptime
