"""Writes allocator.json: random streams of requests, and what a second implementation of the CUDA
caching allocator's rules makes of them.

It is written from the rules alone, as plainly as possible: a segment is a list of pieces in order
of address, and every search looks at all pieces of all segments. Source of the rules: PyTorch,
c10/cuda/CUDACachingAllocator.cpp, version 2.6.

    python3 make_allocator.py [STEPS OF A STREAM] [STREAMS OF EACH KIND] > allocator.json
"""

import json
import random
import sys

MIB = 1 << 20


def up(value, multiple):
    return -(-value // multiple) * multiple


class Piece:
    def __init__(self, address, size, state):
        self.address, self.size, self.state = address, size, state
        self.requested = self.born = 0


class Segment:
    def __init__(self, stream, small, pieces, expandable):
        self.stream, self.small, self.pieces = stream, small, pieces
        self.expandable, self.base = expandable, pieces[0].address


class OutOfMemory(Exception):
    pass


class Allocator:
    def __init__(self, capacity=None, fraction=None, expandable=False, split=None, divisions=1,
                 threshold=None):
        self.capacity, self.expandable, self.limit = capacity, expandable, split
        self.divisions, self.threshold = divisions, threshold
        self.allowed = None if fraction is None else int(fraction * capacity)
        self.segments, self.top, self.searches = [], 2 * MIB, {True: 0, False: 0}
        self.retries = self.failures = self.allocations = self.frees = 0
        self.peak = {}

    # What there is, always counted anew.

    def pieces(self, *states):
        return [(s, p) for s in self.segments for p in s.pieces if p.state in states]

    def counts(self):
        def total(*states):
            return sum(p.size for _, p in self.pieces(*states))
        split = [(s, p) for s, p in self.pieces("free") if not s.expandable and len(s.pieces) > 1]
        return {
            "allocated": total("allocated"),
            "active": total("allocated", "pending"),
            "requested": sum(p.requested for _, p in self.pieces("allocated", "pending")),
            "reserved": total("allocated", "pending", "free"),
            "inactiveSplit": sum(p.size for _, p in split),
            "segments": sum(not s.expandable for s in self.segments),
        }

    def note(self):
        for name, value in self.counts().items():
            self.peak[name] = max(self.peak.get(name, 0), value)

    def reserved(self):
        return self.counts()["reserved"]

    # Requests.

    def round(self, size):
        if self.divisions > 1 and size > 512 * self.divisions:
            power = 1
            while power * 2 <= size:
                power *= 2
            return up(size, power // self.divisions)
        return max(512, up(size, 512))

    def allocate(self, bytes, stream):
        size = self.round(bytes)
        small = size <= MIB
        found = self.cached(size, small, stream)
        if not found:
            self.collect()
            found = self.ask(size, small, stream)
        if not found and self.release_oversize(size, small, stream):
            found = self.ask(size, small, stream)
        if not found:
            self.empty()
            self.retries += 1
            found = self.ask(size, small, stream)
        if not found:
            self.failures += 1
            raise OutOfMemory
        segment, piece = found
        rest = piece.size - size
        if small or self.expandable:
            splits = rest >= 512
        else:
            splits = (self.limit is None or size < self.limit) and rest > MIB
        if splits:
            at = segment.pieces.index(piece)
            tail = Piece(piece.address + size, rest, "free")
            tail.born = self.searches[small]
            segment.pieces.insert(at + 1, tail)
            piece.size = size
        piece.state, piece.requested = "allocated", bytes
        return segment, piece

    def cached(self, size, small, stream):
        if self.threshold is not None:
            self.searches[small] += 1
        candidates = sorted(
            ((s, p) for s, p in self.pieces("free") if s.small == small and s.stream == stream
             and p.size >= size), key=lambda c: (c[1].size, c[1].address))
        if not candidates:
            return None
        at = 0
        if self.expandable:
            def reach(segment, piece):
                after = segment.pieces[segment.pieces.index(piece) + 1:][:1]
                return piece.size + sum(p.size for p in after if p.state == "unmapped")
            while at + 1 < len(candidates) and reach(*candidates[at + 1]) < reach(*candidates[at]):
                at += 1
        piece = candidates[at][1]
        if self.limit is not None:
            if size < self.limit <= piece.size:
                return None
            if size >= self.limit and piece.size >= size + 20 * MIB:
                return None
        return candidates[at]

    def ask(self, size, small, stream):
        amount = 2 * MIB if small else 20 * MIB if size < 10 * MIB else up(size, 2 * MIB)
        if self.allowed is not None and self.reserved() + amount > self.allowed:
            return None
        if self.expandable:
            return self.expand(size, small, stream)
        if self.capacity is not None and self.reserved() + amount > self.capacity:
            return None
        segment = Segment(stream, small, [Piece(self.top, amount, "free")], False)
        self.top += amount
        self.allocations += 1
        self.segments.append(segment)
        return segment, segment.pieces[0]

    def free(self, segment, piece):
        piece.state = "free"
        piece.requested = 0
        self.merge(segment, piece)
        piece.born = self.searches[segment.small]

    def merge(self, segment, piece):
        """The piece takes in its neighbours of the same state."""
        at = segment.pieces.index(piece)
        for neighbour in segment.pieces[max(0, at - 1):at] + segment.pieces[at + 1:at + 2]:
            if neighbour.state == piece.state:
                piece.address = min(piece.address, neighbour.address)
                piece.size += neighbour.size
                segment.pieces.remove(neighbour)

    # The device.

    def release(self, segment):
        self.segments.remove(segment)
        self.frees += 1

    def whole(self, small=None, stream=None):
        return [s for s in self.segments if not s.expandable and len(s.pieces) == 1
                and s.pieces[0].state == "free" and small in (None, s.small)
                and stream in (None, s.stream)]

    def empty(self):
        for segment in self.whole():
            self.release(segment)
        for segment, piece in self.pieces("free"):
            if segment.expandable:
                self.unmap(segment, piece)

    def collect(self):
        if self.threshold is None or self.allowed is None:
            return
        excess = self.reserved() - int(self.threshold * self.allowed)
        while excess > 0 and self.whole(small=False):
            ages = [(self.searches[False] - s.pieces[0].born, s) for s in self.whole(small=False)]
            mean = sum(age for age, _ in ages) / len(ages)
            for age, segment in ages:
                if age >= mean:
                    excess -= segment.pieces[0].size
                    self.release(segment)

    def release_oversize(self, size, small, stream):
        if self.limit is None:
            return False
        needed = max(size, self.limit)
        free = sorted((s.pieces[0].size, s.base) for s in self.whole(small, stream))
        # With a limit, all free pieces of at least the limit are whole segments.
        enough = [f for f in free if f[0] >= needed]
        chosen, total = enough[:1], sum(f[0] for f in enough[:1])
        while not enough and total < needed and free and free[-1][0] >= self.limit:
            chosen.append(free.pop())
            total += chosen[-1][0]
        for _, base in chosen:
            self.release(next(s for s in self.segments if s.base == base))
        return total >= needed

    # Expandable segments.

    def expand(self, size, small, stream):
        page = 2 * MIB if small else 20 * MIB
        segment, at = self.room(size, small, stream, page)
        while True:
            first = segment.pieces[at]
            if first.state == "free" and first.size >= size:
                return segment, first
            if first.state == "free":
                # Only what is missing is mapped, behind the free piece.
                target = segment.pieces[at + 1]
                wanted = min(size - first.size, target.size)
            else:
                target, wanted = first, min(size, first.size)
            amount = up(wanted, page)
            if self.capacity is not None and self.reserved() + amount > self.capacity:
                return None
            self.allocations += 1
            if amount < target.size:
                rest = Piece(target.address + amount, target.size - amount, "unmapped")
                segment.pieces.insert(segment.pieces.index(target) + 1, rest)
                target.size = amount
            target.state, target.born = "free", self.searches[small]
            self.merge(segment, target)
            # The request may still fail, and the page be given back before the step ends.
            self.note()
            at = segment.pieces.index(target)

    def room(self, size, small, stream, page):
        """The lowest place with room, as a segment and the index of its first piece."""
        starts = []
        for segment in self.segments:
            if segment.expandable and segment.small == small and segment.stream == stream:
                for at, piece in enumerate(segment.pieces):
                    if piece.state == "unmapped":
                        before = at > 0 and segment.pieces[at - 1].state == "free"
                        starts.append((piece.address, segment, at - 1 if before else at))
        for _, segment, at in sorted(starts, key=lambda start: start[0]):
            total = 0
            for piece in segment.pieces[at:]:
                if piece.state not in ("free", "unmapped"):
                    break
                total += piece.size
            if total >= size:
                return segment, at
        memory = self.capacity if self.capacity is not None else 1 << 44
        amount = up(memory + memory // 8, page)
        segment = Segment(stream, small, [Piece(self.top, amount, "unmapped")], True)
        self.top += up(amount, 2 * MIB)
        self.segments.append(segment)
        return segment, 0

    def unmap(self, segment, piece):
        page = 2 * MIB if segment.small else 20 * MIB
        first = up(piece.address - segment.base, page) + segment.base
        last = (piece.address + piece.size - segment.base) // page * page + segment.base
        if first >= last:
            return
        self.frees += 1
        parts = [(piece.address, first, "free"), (first, last, "unmapped"),
                 (last, piece.address + piece.size, "free")]
        at = segment.pieces.index(piece)
        new = [Piece(a, b - a, state) for a, b, state in parts if b > a]
        for part in new:
            part.born = self.searches[segment.small]
        segment.pieces[at:at + 1] = new
        self.merge(segment, next(p for p in new if p.state == "unmapped"))
        if len(segment.pieces) == 1:
            self.segments.remove(segment)


def request(random):
    """Mostly the sizes of a model's tensors, again and again; some of any size."""
    kind = random.random()
    if kind < 0.35:
        return random.randrange(1, 4096)
    if kind < 0.55:
        return random.choice([3072, 65536, 589824, MIB, MIB + 1, 2359296])
    if kind < 0.75:
        return random.choice([4 * MIB, 9 * MIB, 10 * MIB - 1, 10 * MIB + 1, 21 * MIB])
    if kind < 0.9:
        return random.randrange(1, 24 * MIB)
    return random.randrange(20 * MIB, 90 * MIB)


def stream(settings, seed, events):
    """A stream of requests and its outcome. A request is [bytes, stream]; a release is [-1 - n] of
    the nth request, and [-1 - n, 1] where the program gives back what another stream still uses."""
    chance = random.Random(seed)
    allocator = Allocator(**settings)
    requests, held, steps, outcome = 0, {}, [], []
    while len(steps) < events:
        # A tide: the program holds much, then little.
        rising = (len(steps) // 60) % 2 == 0
        if not held or chance.random() < (0.62 if rising else 0.4):
            bytes, queue = request(chance), 0 if chance.random() < 0.9 else 7
            steps.append([bytes, queue])
            try:
                held[requests] = allocator.allocate(bytes, queue)
            except OutOfMemory:
                pass
            requests += 1
        else:
            number = chance.choice(sorted(held))
            segment, piece = held[number]
            if piece.state == "allocated" and chance.random() < 0.05:
                piece.state = "pending"
                steps.append([-1 - number, 1])
            else:
                allocator.free(segment, piece)
                del held[number]
                steps.append([-1 - number])
        allocator.note()
        counts = allocator.counts()
        outcome.append(counts["allocated"] + 3 * counts["reserved"] + 5 * counts["inactiveSplit"])
    return {
        "settings": settings, "steps": steps,
        # Every step counts, in few numbers.
        "digests": [sum(outcome[i:i + 25]) for i in range(0, len(outcome), 25)],
        "current": allocator.counts(), "peak": allocator.peak, "retries": allocator.retries,
        "failures": allocator.failures, "deviceAllocations": allocator.allocations,
        "deviceFrees": allocator.frees,
    }


SETTINGS = [
    {},
    {"capacity": 300 * MIB},
    {"capacity": 300 * MIB, "fraction": 0.9},
    {"capacity": 340 * MIB, "split": 32 * MIB},
    {"split": 21 * MIB},
    {"divisions": 4},
    {"capacity": 350 * MIB, "divisions": 16},
    {"capacity": 420 * MIB, "fraction": 1.0, "threshold": 0.5},
    {"capacity": 900 * MIB, "fraction": 0.8, "threshold": 0.3, "split": 40 * MIB},
    {"expandable": True},
    {"capacity": 260 * MIB, "expandable": True},
    {"capacity": 290 * MIB, "fraction": 0.95, "expandable": True, "divisions": 8},
]

if __name__ == "__main__":
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    streams = [stream(settings, seed, events) for settings in SETTINGS for seed in range(seeds)]
    print(json.dumps(streams, separators=(",", ":")).replace("},{\"settings", "},\n{\"settings"))
