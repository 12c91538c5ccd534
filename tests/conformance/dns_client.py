"""Asks one server many questions: a window of datagrams in flight, and TCP for what came truncated."""

import select
import socket
import struct
import time

WINDOW = 64
RESEND_SECONDS = 1.0
TRIES = 8
TCP_SECONDS = 20.0
ID_COUNT = 65536
TC = 0x02


class NoAnswer(Exception):
    """The server did not answer."""


def is_truncated(wire):
    return bool(wire[2] & TC)


class Client:
    """Questions to the server at `address`."""

    def __init__(self, name, address):
        self.name = name
        self.address = address

    def ask(self, questions):
        """Each question's reply by UDP and, where that is truncated, by TCP; else None."""
        assert len(questions) <= ID_COUNT
        queries = [question.wire(number) for number, question in enumerate(questions)]
        by_udp = self._ask_udp(queries)
        truncated = [number for number, reply in enumerate(by_udp) if is_truncated(reply)]
        by_tcp = dict(zip(truncated, self._ask_tcp([queries[number] for number in truncated])))
        return [(reply, by_tcp.get(number)) for number, reply in enumerate(by_udp)]

    def _ask_udp(self, queries):
        replies = [None] * len(queries)
        sent_at, tries = {}, [0] * len(queries)
        next_number = 0
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            udp.connect(self.address)
            udp.setblocking(False)

            def send(number):
                tries[number] += 1
                if tries[number] > TRIES:
                    raise NoAnswer(f"{self.name} does not answer query {queries[number].hex()}")
                udp.send(queries[number])
                sent_at[number] = time.monotonic()

            while next_number < len(queries) or sent_at:
                while next_number < len(queries) and len(sent_at) < WINDOW:
                    send(next_number)
                    next_number += 1
                if not select.select([udp], [], [], RESEND_SECONDS)[0]:
                    for number in list(sent_at):
                        send(number)
                    continue
                self._receive(udp, sent_at, replies)
        return replies

    @staticmethod
    def _receive(udp, sent_at, replies):
        """Takes all that is there. A second reply to one query, after a resend, is dropped."""
        while True:
            try:
                reply = udp.recv(65535)
            except BlockingIOError:
                return
            number = struct.unpack("!H", reply[:2])[0]
            if sent_at.pop(number, None) is not None:
                replies[number] = reply

    def _ask_tcp(self, queries):
        if not queries:
            return []
        replies = []
        with socket.create_connection(self.address, TCP_SECONDS) as tcp, tcp.makefile("rb") as stream:
            for query in queries:
                tcp.sendall(struct.pack("!H", len(query)) + query)
                size = stream.read(2)
                reply = stream.read(struct.unpack("!H", size)[0]) if len(size) == 2 else b""
                if reply[:2] != query[:2]:
                    raise NoAnswer(f"{self.name} does not answer query {query.hex()} by TCP")
                replies.append(reply)
        return replies
