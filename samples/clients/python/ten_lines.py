"""Put, get, watch, blob. Python 3.8 or newer, no packages."""
import json
import os
import pathlib
import urllib.request

URL = os.environ.get("SAMTALA_URL", "http://127.0.0.1:7650")
HOME = os.environ.get("XDG_DATA_HOME", str(pathlib.Path.home() / ".local/share")) + "/samtala"
TOKEN = os.environ.get("SAMTALA_TOKEN") or open(os.environ.get("SAMTALA_DATA", HOME) + "/api.token").read().strip()


def api(path, method="GET", body=None, **headers):
    headers = {"Authorization": f"Bearer {TOKEN}", **{k.replace("_", "-"): v for k, v in headers.items()}}
    return urllib.request.urlopen(urllib.request.Request(URL + path, body, headers, method=method))


def put(text):
    body = json.dumps({"text": text}).encode()
    return api("/v1/stores/demo/keys/greeting", "PUT", body, Content_Type="application/json").read()


put("hello")
print(json.load(api("/v1/stores/demo/keys/greeting"))["text"])

# The first event is a bookmark: what changes after it is told.
with api("/v1/stores/demo/keys:watch", Accept="application/x-ndjson") as watch:
    for line in watch:
        event = json.loads(line) if line.strip() else {}
        if event.get("event") == "BOOKMARK":
            put("hello again")
        elif event.get("event") == "SET":
            print(event["event"], event["entry"]["text"])
            break

blob = json.load(api("/v1/blobs", "POST", b"some bytes", Content_Type="application/octet-stream"))
print(api("/v1/" + blob["name"]).read().decode())
