"""Programs that stay warm between measurements: each answers a line with a line of JSON, see rounds.hpp."""
import json
import os
import queue
import signal
import subprocess
import tempfile
import threading
import time

from rounds import Failure


class Worker:
    """A program and its pipe. Every answer is awaited for so many seconds; a program that is late is ended."""

    def __init__(self, command, environment=None):
        self.errors = tempfile.TemporaryFile(mode="w+")
        try:
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                            stderr=self.errors, env=environment, start_new_session=True)
        except OSError as error:
            raise Failure(f"{command[0]}: {error.strerror}") from None
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def answer(self, seconds):
        """The next line of JSON. What a program prints besides is passed over."""
        end = time.monotonic() + seconds
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                self.stop()
                raise Failure(f"took longer than {seconds:.0f} s") from None
            if line is None:
                raise Failure(self._last_words())
            if line.startswith("{"):
                return json.loads(line)

    def ask(self, request, seconds):
        try:
            self.process.stdin.write(json.dumps(request) + "\n")
            self.process.stdin.flush()
        except (OSError, ValueError):
            raise Failure(self._last_words()) from None
        return self.answer(seconds)

    def _last_words(self):
        self.stop()
        self.errors.seek(0)
        lines = self.errors.read().strip().splitlines()
        return lines[-1] if lines else f"ended with status {self.process.returncode}"

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        """Ends the program and what it started: compilers."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                pass
