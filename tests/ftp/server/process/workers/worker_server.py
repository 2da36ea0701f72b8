"""What tests of several workers ask of a server, beside what all tests do."""

from __future__ import annotations

import ftplib
import urllib.request

import psutil
from live_server import wait_until
from patience import HANG


def workers_of(server):
    """Return the worker processes, in the order in which they were started."""
    found = psutil.Process(server.process.pid).children()
    return sorted(found, key=lambda process: process.pid)


def connect(server, source="127.0.0.1"):
    """Return a client that comes from an address of its own, and has been greeted."""
    ftp = ftplib.FTP(timeout=HANG, source_address=(source, 0))
    ftp.connect(server.host, server.port)
    return ftp


def log_in(server, user="anna", password="s3cret", source="127.0.0.1"):
    ftp = connect(server, source)
    ftp.login(user, password)
    return ftp


def is_lost(ftp):
    """Tell whether the server's end of a control connection is closed."""
    ftp.sock.setblocking(False)
    try:
        return ftp.sock.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def metrics_url(server):
    line = server.process.stdout.readline().decode()
    return line.split(" at ")[1].strip()


def scrape(url):
    """Return the samples as text: value by name with labels."""
    with urllib.request.urlopen(url, timeout=HANG) as answer:
        lines = answer.read().decode().splitlines()
    pairs = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def wait_gone(processes, what="the workers are gone"):
    wait_until(lambda: not any(alive(process) for process in processes), what)


def alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
