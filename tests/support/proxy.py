#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""An HTTP proxy on loopback, for tests: whatever host is asked for, it connects to one port of this machine.

usage: proxy.py --port-file FILE --log FILE --to PORT [--login USER:PASSWORD]

--log FILE: a line a request is appended: its first line, and the Proxy-Authorization header or "-".
"""
import argparse
import base64
import os
import select
import socket
import threading


def head_of(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    return data


def pass_on(one, other):
    while True:
        ready, _, _ = select.select([one, other], [], [])
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)


def serve(client, options):
    with client:
        head = head_of(client)
        if head is None:
            return
        lines = head.split(b"\r\n\r\n", 1)[0].decode("latin-1").split("\r\n")
        given = next((line.split(": ", 1)[1] for line in lines[1:] if line.lower().startswith("proxy-authorization:")), "-")
        with open(options.log, "a", encoding="utf-8") as log:
            log.write(f"{lines[0]}\t{given}\n")
        if options.login and given != "Basic " + base64.b64encode(options.login.encode()).decode():
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"t\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", options.to)) as server:
            if lines[0].startswith("CONNECT "):
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                server.sendall(head)
            pass_on(client, server)


def main():
    parser = argparse.ArgumentParser(description="An HTTP proxy on loopback, for tests.")
    parser.add_argument("--port-file", required=True)
    parser.add_argument("--log", required=True)
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--login")
    options = parser.parse_args()
    listener = socket.create_server(("127.0.0.1", 0))
    with open(options.port_file + ".new", "w", encoding="ascii") as file:
        file.write(f"{listener.getsockname()[1]}\n")
    os.rename(options.port_file + ".new", options.port_file)
    while True:
        client, _ = listener.accept()
        threading.Thread(target=serve, args=(client, options), daemon=True).start()


if __name__ == "__main__":
    main()
