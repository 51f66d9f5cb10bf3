#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A scripted OpenAI-compatible server on loopback, for tests: a real HTTP server that answers as it is told.

usage: llm_server.py [--log FILE] [--port-file FILE] [--port N] [--tls CERT KEY] (BEHAVIOUR... | --script FILE)

It prints "PORT\\n" on stdout (and writes it to --port-file, by rename, so that a reader never sees half of it), then serves until
it is killed or stdin ends if --until-eof is given. The base URL is http://127.0.0.1:PORT/v1.

Each request takes the next behaviour; the last one repeats for ever. A behaviour on the command line is one of

  good:FILE          200, the text of FILE as the message's content          text:TEXT        the same with TEXT itself
  malformed          200, a message without any edit                         empty            200, empty content
  truncated[:FILE]   200, finish_reason "length"                             refused          200, finish_reason "content_filter"
  finish:REASON      200, that finish_reason, content "x"                    not-json         200, an HTML page
  slow:SECONDS[:FILE]  waits first, then as good:FILE (or text "late")       drop             closes the connection without a byte
  cut                announces more bytes than it sends, then closes         huge             200, 9 MB of content
  bomb               200, gzip that unpacks to 64 MB                         gzip:FILE        as good:FILE, gzip-encoded
  blank:FILE         as good:FILE, with empty lines before the JSON          redirect         302 to /elsewhere on the same port
  status:N[:BODY]    status N with BODY (default: an OpenAI error object)    raw:TEXT         writes TEXT to the socket and closes
  retry-after:VALUE  429 with that Retry-After header                        retry-after-ms:N 429 with that header
  dialect            400 until max_completion_tokens is used, then text "ok"   echo-key       401 whose message repeats the Authorization header

("good" with an edit that does not repair is a lying model.) --script FILE is JSON: a list of behaviours, each such a string or an object
{"status": 200, "headers": {"name": "value"}, "body": "text" or any JSON value, "delay": seconds, "content": "message content",
"content_file": "path", "finish": "stop", "usage": {"prompt_tokens": 1, "completion_tokens": 2}}; "body" wins over "content".

--log FILE: one JSON object a request is appended: {"n", "method", "path", "headers" (lower-case names), "body" (text), "json" (parsed, or null)}.
"""
import argparse
import gzip
import json
import os
import socket
import ssl
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def completion(content, finish="stop", usage=None):
    return {
        "id": "chatcmpl-test", "object": "chat.completion", "created": 1, "model": "scripted-1",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content}}],
        "usage": usage or {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


def error(message, kind="invalid_request_error", code=None):
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.handle_request()

    def do_POST(self):
        self.handle_request()

    def handle_request(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        behaviour = self.server.next_behaviour(self, body)
        try:
            self.behave(behaviour, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def reply(self, status, body, headers=None, content_type="application/json"):
        data = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(status)
        names = {name.lower() for name in headers or {}}
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if "content-type" not in names:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def hang_up(self):
        self.close_connection = True
        self.wfile.flush()
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def behave(self, behaviour, body):
        if isinstance(behaviour, dict):
            time.sleep(behaviour.get("delay", 0))
            content = read(behaviour["content_file"]) if "content_file" in behaviour else behaviour.get("content", "")
            reply = behaviour.get("body", completion(content, behaviour.get("finish", "stop"), behaviour.get("usage")))
            return self.reply(behaviour.get("status", 200), reply, behaviour.get("headers"))
        kind, _, rest = behaviour.partition(":")
        if kind == "good":
            return self.reply(200, completion(read(rest)))
        if kind == "text":
            return self.reply(200, completion(rest))
        if kind == "malformed":
            return self.reply(200, completion("I have looked at it, and everything seems fine to me."))
        if kind == "empty":
            return self.reply(200, completion(""))
        if kind == "truncated":
            return self.reply(200, completion(read(rest) if rest else "a.py\n<<<<<<< SEARCH\n", "length"))
        if kind == "refused":
            return self.reply(200, completion("", "content_filter"))
        if kind == "finish":
            return self.reply(200, completion("x", rest))
        if kind == "not-json":
            return self.reply(200, "<html><body>Welcome</body></html>", content_type="text/html")
        if kind == "slow":
            seconds, _, path = rest.partition(":")
            time.sleep(float(seconds))
            return self.reply(200, completion(read(path) if path else "late"))
        if kind == "drop":
            return self.hang_up()
        if kind == "cut":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{\"choices\":")
            return self.hang_up()
        if kind == "huge":
            return self.reply(200, completion("x" * (9 << 20)))
        if kind == "bomb":
            return self.reply(200, gzip.compress(b"x" * (64 << 20)), {"Content-Encoding": "gzip"})
        if kind == "gzip":
            return self.reply(200, gzip.compress(json.dumps(completion(read(rest))).encode()), {"Content-Encoding": "gzip"})
        if kind == "blank":
            return self.reply(200, "\n\r\n \n" + json.dumps(completion(read(rest))))
        if kind == "redirect":
            return self.reply(302, "", {"Location": f"http://127.0.0.1:{self.server.server_address[1]}/elsewhere"})
        if kind == "status":
            status, _, text = rest.partition(":")
            return self.reply(int(status), text or error("scripted failure"))
        if kind == "raw":
            self.wfile.write(rest.encode())
            return self.hang_up()
        if kind in ("retry-after", "retry-after-ms"):
            return self.reply(429, error("slow down", "requests", "rate_limit_exceeded"), {kind: rest})
        if kind == "dialect":
            if b"max_completion_tokens" in body:
                return self.reply(200, completion("ok"))
            return self.reply(400, error("Unsupported parameter: 'max_tokens' is not supported with this model. Use "
                                         "'max_completion_tokens' instead.", code="unsupported_parameter"))
        if kind == "echo-key":
            return self.reply(401, error("Incorrect API key provided: " + self.headers.get("authorization", "none")))
        raise SystemExit(f"unknown behaviour: {behaviour}")


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port, behaviours, log):
        super().__init__(("127.0.0.1", port), Handler)
        self.behaviours = behaviours
        self.log = log
        self.lock = threading.Lock()
        self.count = 0

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):  # a client that went away is no error of ours
            super().handle_error(request, client_address)

    def next_behaviour(self, handler, body):
        with self.lock:
            number = self.count
            self.count += 1
            if self.log:
                text = body.decode("utf-8", "replace")
                try:
                    parsed = json.loads(text)
                except ValueError:
                    parsed = None
                entry = {"n": number, "method": handler.command, "path": handler.path,
                         "headers": {name.lower(): value for name, value in handler.headers.items()}, "body": text, "json": parsed}
                with open(self.log, "a", encoding="utf-8") as file:
                    file.write(json.dumps(entry) + "\n")
            return self.behaviours[min(number, len(self.behaviours) - 1)]


def main():
    parser = argparse.ArgumentParser(description="A scripted OpenAI-compatible server on loopback, for tests.")
    parser.add_argument("behaviours", nargs="*", metavar="BEHAVIOUR")
    parser.add_argument("--script")
    parser.add_argument("--log")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--tls", nargs=2, metavar=("CERT", "KEY"), help="speak TLS; PEM files")
    parser.add_argument("--until-eof", action="store_true", help="stop when stdin ends")
    options = parser.parse_args()
    behaviours = json.loads(read(options.script)) if options.script else options.behaviours
    if not behaviours:
        parser.error("no behaviour given")
    server = Server(options.port, behaviours, options.log)
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*options.tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    port = server.server_address[1]
    if options.port_file:
        with open(options.port_file + ".new", "w", encoding="ascii") as file:
            file.write(f"{port}\n")
        os.rename(options.port_file + ".new", options.port_file)
    print(port, flush=True)
    if options.until_eof:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        sys.stdin.buffer.read()
        return
    server.serve_forever()


if __name__ == "__main__":
    main()
