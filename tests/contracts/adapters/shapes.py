"""Recordings of the same exchanges as different tools write them."""

import json
from base64 import b64encode

import yaml

from plugproof_contracts.adapters.ndjson import to_ndjson
from plugproof_contracts.adapters.recording import opened
from plugproof_contracts.rules.examples import failure, success

RECORDED = [
    success("start", "created", sends={"code": "HAPPY", "connector_id": 1}),
    success("get", "charging", after=3),
    failure(404, after=5),
]


def pairs(headers):
    return [{"name": name, "value": value} for name, value in headers]


def har_entry(one, **content):
    text = {"size": len(one.body or b"")} | ({} if one.body is None else {"text": one.body.decode()})
    sent = {"postData": {"mimeType": "application/json", "text": one.request_body.decode()}}
    return {
        "startedDateTime": one.at.isoformat() if one.at else "",
        "request": {"method": one.method, "url": one.url, "headers": pairs(one.request_headers)}
        | (sent if one.request_body else {}),
        "response": {"status": one.status, "headers": pairs(one.headers), "content": text | content},
    }


def har_of(entries):
    return {"log": {"version": "1.2", "pages": [{"entries": []}], "entries": entries}}


def har(exchanges):
    return json.dumps(har_of([*map(har_entry, exchanges)]))


def lists(headers):
    return {name: [value] for name, value in headers}


def interaction(one):
    sent = one.request_body.decode() or None
    return {
        "request": {"method": one.method, "uri": one.url, "headers": lists(one.request_headers), "body": sent},
        "response": {
            "status": {"code": one.status, "message": "x"},
            "headers": lists(one.headers),
            "body": {"string": one.body.decode()},
        },
    }


def cassette(exchanges):
    return yaml.safe_dump({"interactions": [*map(interaction, exchanges)]}, sort_keys=False)


def ruby(one):
    found = interaction(one)
    found["request"]["body"] = {"encoding": "UTF-8", "string": one.request_body.decode()}
    found["response"]["body"] = {"encoding": "UTF-8", "base64_string": b64encode(one.body).decode()}
    return found


def lines(exchanges):
    return b"".join(map(to_ndjson, exchanges)).decode()


def read(path, content):
    """Write a file of no telling name, and return its format and its entries."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with opened(path) as recording:
        return recording.format, list(recording.entries)
