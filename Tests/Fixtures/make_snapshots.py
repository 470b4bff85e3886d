"""Writes snapshot-2.pickle to snapshot-5.pickle: the same memory snapshot in each protocol of
pickle, in the form of torch.cuda.memory._dump_snapshot (PyTorch 2.13,
torch/csrc/cuda/memory_snapshot.cpp), with what a ring buffer leaves out.

Before recording began there were two blocks, of 4096 bytes, which is freed, and of 300, which
stays. Then come two segments and two blocks, the first of which another stream still uses.
"""

import pathlib
import pickle

BASE = 140_000_000_000_000
SMALL, LARGE = BASE + (2 << 20), BASE + (60 << 20)
FRAMES = [{"filename": "/home/user/train.py", "line": 12, "name": "forward"},
          {"filename": "/home/user/train.py", "line": 40, "name": "main"}]


def event(action, addr, size, **more):
    return {"action": action, "addr": addr, "size": size, "stream": 0, "time_us": 1,
            "frames": FRAMES, **more}


def block(address, size, requested, state):
    return {"address": address, "size": size, "requested_size": requested, "state": state,
            "frames": []}


def segment(address, total, blocks):
    return {"device": 0, "address": address, "total_size": total, "stream": 0,
            "segment_type": "small", "segment_pool_id": (0, 0), "is_expandable": False,
            "frames": [], "blocks": blocks}


SNAPSHOT = {
    "segments": [
        segment(BASE, 2 << 20, [
            block(BASE, 4096, 0, "inactive"), block(BASE + 4096, 512, 300, "active_allocated"),
            block(BASE + 4608, (2 << 20) - 4608, 0, "inactive")]),
        segment(SMALL, 2 << 20, [
            block(SMALL, 1024, 1000, "active_pending_free"),
            block(SMALL + 1024, (2 << 20) - 1024, 0, "inactive")]),
        segment(LARGE, 20 << 20, [
            block(LARGE, 5_000_192, 5_000_000, "active_allocated"),
            block(LARGE + 5_000_192, (20 << 20) - 5_000_192, 0, "inactive")]),
    ],
    "device_traces": [[
        event("free_requested", BASE, 4096), event("free_completed", BASE, 4096),
        event("segment_alloc", SMALL, 2 << 20), event("alloc", SMALL, 1000),
        event("segment_alloc", BASE + (90 << 20), 30 << 20),
        event("segment_free", BASE + (90 << 20), 30 << 20),
        event("segment_alloc", LARGE, 20 << 20),
        event("alloc", LARGE, 5_000_000, category="activation"),
        event("free_requested", SMALL, 1000),
        {"action": "snapshot", "size": 5_001_024, "stream": 0, "time_us": 9, "frames": []},
    ], []],
    "allocator_settings": {"garbage_collection_threshold": 0.5, "expandable_segments": False,
                           "PYTORCH_CUDA_ALLOC_CONF": None, "max_split_size": -1},
}

if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    for protocol in (2, 3, 4, 5):
        path = folder / f"snapshot-{protocol}.pickle"
        path.write_bytes(pickle.dumps(SNAPSHOT, protocol=protocol))
