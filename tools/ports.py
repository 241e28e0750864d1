"""Whether a port of this machine can be served on, found out before anything is built or started for it."""

import argparse
import os
import socket

HIGHEST = 65535


def usable(text: str) -> int:
    """Return the port that an option of the command line names.

    Raises:
        argparse.ArgumentTypeError: if there is none of that number, or if it cannot be served on, and why.
    """
    if not text.isdecimal() or not 1 <= int(text) <= HIGHEST:
        raise argparse.ArgumentTypeError(f"a port is a whole number from 1 to {HIGHEST}, not {text}")
    with socket.socket() as probe:
        if os.name == "posix":  # as servers do; elsewhere it would let two have the same port
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
            probe.listen()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise argparse.ArgumentTypeError(f"port {text} cannot be served on, {reason}; try another") from None
    return int(text)
