#!/bin/sh
# Put, get, watch, blob.
set -eu
url=${SAMTALA_URL:-http://127.0.0.1:7650}
token=${SAMTALA_TOKEN:-$(cat "${SAMTALA_DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/samtala}/api.token")}
api() { path=$1; shift; curl -fsS -H "Authorization: Bearer $token" "$@" "$url$path"; }
put() { api /v1/stores/demo/keys/greeting -X PUT -H 'Content-Type: application/json' -d "{\"text\":\"$1\"}"; }

put 'hello' >/dev/null
api /v1/stores/demo/keys/greeting; echo

# The first event is a bookmark: what changes after it is told.
api /v1/stores/demo/keys:watch -N -m 3 -H 'Accept: application/x-ndjson' 2>/dev/null | while read -r event; do
  case $event in *BOOKMARK*) put 'hello again' >/dev/null ;; *SET*) echo "$event" ;; esac
done

blob=$(printf 'some bytes' | api /v1/blobs -H 'Content-Type: application/octet-stream' --data-binary @- |
  sed 's/.*"name": *"\([^"]*\)".*/\1/')
api "/v1/$blob"; echo
