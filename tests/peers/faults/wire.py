#!/usr/bin/env python3
"""A wire that delays, reorders, duplicates and loses what goes through it, for kernels without tc-netem.

    wire.py FIRST SECOND [delay=MS] [jitter=MS] [reorder=PERCENT] [duplicate=PERCENT] [loss=PERCENT] [seed=N]

Makes two TUN interfaces with these names, says "ready", and carries IP packets from each to the other until it is told to
stop (SIGTERM); whoever starts it moves the interfaces to where they belong. A packet takes `delay` and up to `jitter` more; one that is
picked for `reorder` takes neither, and so overtakes others. In the end one line of JSON says what it did.
"""

import fcntl
import heapq
import json
import os
import random
import selectors
import signal
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
PACKET_OCTETS_MAX = 65536
BATCH = 64


def interface(name):
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return descriptor


class Wire:
    def __init__(self, first, second, wish):
        self.other = {first: second, second: first}
        self.wish = wish
        self.chance = random.Random(wish["seed"])
        self.waiting = []
        self.count = {"carried": 0, "lost": 0, "duplicated": 0, "reordered": 0}
        self.arrivals = 0

    def happens(self, what):
        return self.chance.random() * 100 < self.wish[what]

    def take(self, source, packet, now):
        if self.happens("loss"):
            self.count["lost"] += 1
            return
        copies = 1
        if self.happens("duplicate"):
            self.count["duplicated"] += 1
            copies = 2
        for _ in range(copies):
            delay = self.wish["delay"] + self.wish["jitter"] * self.chance.random()
            if self.happens("reorder"):
                self.count["reordered"] += 1
                delay = 0
            self.arrivals += 1
            heapq.heappush(self.waiting, (now + delay / 1000, self.arrivals, self.other[source], packet))

    def deliver(self, now):
        while self.waiting and self.waiting[0][0] <= now:
            _, _, target, packet = heapq.heappop(self.waiting)
            try:
                os.write(target, packet)
                self.count["carried"] += 1
            except OSError:
                # The other end is not up, or its queue is full: a wire has nobody to tell.
                self.count["lost"] += 1

    def patience(self, now):
        return max(0.0, self.waiting[0][0] - now) if self.waiting else 1.0


def read(descriptor):
    for _ in range(BATCH):
        try:
            yield os.read(descriptor, PACKET_OCTETS_MAX)
        except OSError:
            # Nothing there, or not up yet.
            return


def main(names, words):
    wish = {"delay": 0.0, "jitter": 0.0, "reorder": 0.0, "duplicate": 0.0, "loss": 0.0, "seed": 1.0}
    for word in words:
        name, _, value = word.partition("=")
        if name not in wish:
            sys.exit(f"wire.py: {word}: not one of {', '.join(wish)}")
        wish[name] = float(value)
    ends = [interface(name) for name in names]
    wire = Wire(*ends, wish)
    stopping = []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    selector = selectors.DefaultSelector()
    for end in ends:
        selector.register(end, selectors.EVENT_READ)
    print("ready", flush=True)
    while not stopping:
        ready = selector.select(wire.patience(time.monotonic()))
        now = time.monotonic()
        for key, _ in ready:
            for packet in read(key.fd):
                wire.take(key.fd, packet, now)
        wire.deliver(time.monotonic())
    print(json.dumps(wire.count), flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(sys.argv[1:3], sys.argv[3:])
