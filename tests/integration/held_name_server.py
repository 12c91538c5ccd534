"""A name server whose UDP replies wait for a word: `hold` and `release` on standard input. Says `asked NAME` of each query that it holds.

Every name has the address 192.0.2.7. Over TCP it answers at once.
"""

import socket
import struct
import sys
import threading

ADDRESS = sys.argv[1]
HONEST = socket.inet_aton("192.0.2.7")


def reply_to(query):
    end = 12
    while query[end]:
        end += query[end] + 1
    question = query[12:end + 5]
    header = query[:2] + b"\x85\x80" + struct.pack(">HHHH", 1, 1, 0, 0)
    return header + question + b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 60, 4) + HONEST


def name_of(query):
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode().lower())
        at += query[at] + 1
    return ".".join(labels)


class Server:
    def __init__(self):
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.udp.bind((ADDRESS, 53))
        self.tcp = socket.create_server((ADDRESS, 53))
        self.lock = threading.Lock()
        self.holds = False
        self.held = []

    def serve_udp(self):
        while True:
            query, peer = self.udp.recvfrom(4096)
            with self.lock:
                if self.holds:
                    self.held.append((query, peer))
                    print("asked", name_of(query), flush=True)
                    continue
            self.udp.sendto(reply_to(query), peer)

    def serve_tcp(self):
        while True:
            connection, _ = self.tcp.accept()
            threading.Thread(target=self.serve_connection, args=(connection,), daemon=True).start()

    @staticmethod
    def serve_connection(connection):
        with connection, connection.makefile("rb") as stream:
            while size := stream.read(2):
                reply = reply_to(stream.read(struct.unpack(">H", size)[0]))
                connection.sendall(struct.pack(">H", len(reply)) + reply)

    def obey(self, word):
        with self.lock:
            self.holds = word == "hold"
            held, self.held = self.held, []
        for query, peer in held:
            self.udp.sendto(reply_to(query), peer)
        print(word, flush=True)


def main():
    server = Server()
    for work in (server.serve_udp, server.serve_tcp):
        threading.Thread(target=work, daemon=True).start()
    print("ready", flush=True)
    for line in sys.stdin:
        server.obey(line.strip())


main()
