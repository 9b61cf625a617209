"""The requests of the harness, one after the other."""

import gc
import json
import os
import socket
import sys

from . import further, join, load, role

_LONGEST = 1 << 20


def until_forked(control):
    """Answer until the other end is closed, and end then. Returns only in a fork: the words of its command line."""
    gc.disable()  # what is imported stays: to look for what could go costs as much as a web process (role.become)
    further.imported(further.LIBRARIES)
    loaded = {}
    while True:
        asked, handles = _heard(control)
        if asked is None:
            os._exit(0)
        if "load" in asked:
            loaded = load.target(control, **asked["load"])
            answer = {"why": loaded["why"]}
        elif "join" in asked:
            answer, handles = join.join(handles=handles, **asked["join"]), []
        elif "wait" in asked:
            answer = {"status": os.waitpid(asked["wait"], 0)[1]}
        elif (stale := load.stale(loaded)) is not None:
            answer = {"stale": stale}
        else:
            begun, begins = os.pipe()
            pid = os.fork()
            if not pid:
                control.close()
                os.close(begun)
                os.setsid()
                os.close(begins)
                return role.become(handles=handles, loaded=loaded, **asked["fork"])
            os.close(begins)
            os.read(begun, 1)  # it has a session of its own now: who hears of it may kill it by that
            os.close(begun)
            answer = {"pid": pid}
        for handle in handles:
            os.close(handle)
        control.send(json.dumps(answer).encode())
        if "join" in asked and "pid" not in answer:
            os._exit(0)  # another is started


def _heard(control):
    data, extra, _, _ = control.recvmsg(_LONGEST, socket.CMSG_SPACE(64 * 4))
    handles = []
    for _, _, packed in extra:
        handles += [int.from_bytes(packed[at : at + 4], sys.byteorder) for at in range(0, len(packed) // 4 * 4, 4)]
    return (json.loads(data.decode()) if data else None), handles
