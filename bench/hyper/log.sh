#!/bin/sh
# log.sh [runs]   appends and random gets of this checkout and of JavaScript, in turn, and the ratios.
# First: npm ci in interop/hyper, dotnet build -c Release bench/Samtala.Bench.
set -e
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
bench=${SAMTALA_BENCH:-$root/artifacts/bin/Samtala.Bench/release/Samtala.Bench}
export NODE_PATH=${NODE_PATH:-$root/interop/hyper/node_modules}
runs=${1:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
  "$bench" log get --blocks 200000 --size 100 --batch 1000 --runs "$runs" --folder "$work"
  "$bench" log append --blocks 4096 --size 65536 --batch 16 --runs "$runs" --folder "$work"
  "$bench" log append --blocks 20000 --size 100 --batch 1 --runs "$runs" --folder "$work"
} > "$work/ours"
node "$here/append.js" --runs "$runs" --out "$work/theirs" > /dev/null
{
  "$bench" log append --blocks 200000 --size 100 --batch 1000 --durable --runs "$runs" --folder "$work"
  "$bench" log append --blocks 2000 --size 100 --batch 1 --durable --runs "$runs" --folder "$work"
  "$bench" log append --blocks 2048 --size 65536 --batch 16 --durable --runs "$runs" --folder "$work"
} > "$work/durable"
node -e '
const fs = require("fs"), lines = f => fs.readFileSync(f, "utf8").trim().split("\n").map(l => JSON.parse(l))
const ours = {}, theirs = JSON.parse(fs.readFileSync(process.argv[2])).results
for (const l of [...lines(process.argv[1]), ...lines(process.argv[3])]) { ours[l.case] = l; console.log(JSON.stringify(l)) }
const row = (name, mine, other) => console.log(JSON.stringify({ bench: "log", case: name, ours: mine, javascript: other, ratio: +(mine / other).toFixed(2) }))
row("append-100B-batch1000 blocks/s", ours["append-100B-batch1000"].median, theirs["append-100B-batch1000-blocks/s"].median)
row("append-100B one by one blocks/s", ours["append-100B-batch1"].median, theirs["append-100B-awaited-blocks/s"].median)
row("append-64KiB-batch16 MB/s", ours["append-65536B-batch16"].megabytesPerSecond, theirs["append-64KiB-batch16-MB/s"].median)
row("get-random-100B /s", ours["get-random-100B"].median, theirs["get-random-100B-awaited/s"].median)
row("disk bytes per 100-B block", ours["append-100B-batch1000"].diskBytesPerBlock, theirs["disk-bytes-per-100B-block"].median)
' "$work/ours" "$work/theirs" "$work/durable"
