# SPDX-License-Identifier: GPL-2.0-or-later
"""A server of OVN's Northbound database that can do wrong: as much of RFC 7047 as a monitor needs."""

import json
import os
import socket
import threading
import time
import uuid as uuids

CID = "c0000000-0000-4000-8000-000000000001"
NOTHING = "00000000-0000-0000-0000-000000000000"


class Database:
    """What the servers of a cluster agree on: rows as table-updates2 has them, and how they came."""

    def __init__(self):
        self.rows, self.history, self.index = {}, [], 1

    def commit(self, updates):
        """A table-updates2; returns the transaction's id. Rows are kept for a snapshot by keep()."""
        self.index += 1
        self.history.append((str(uuids.uuid4()), updates))
        return self.history[-1][0]

    def snapshot(self):
        return {table: {uuid: {"initial": row} for uuid, row in rows.items()} for table, rows in self.rows.items()}

    def since(self, transaction):
        """What came after it, one after another; None: that is no longer known."""
        ids = [one for one, _ in self.history]
        return None if transaction not in ids else self.history[ids.index(transaction) + 1:]


class Fake:
    """A server at a socket. What it says of itself: leader, index, connected, clustered.

    So many answers of rows as .breaks says end in their middle; with .slow they take so many seconds.
    """

    def __init__(self, path, database, leader=True):
        self.path, self.database, self.leader = str(path), database, leader
        self.index, self.connected, self.clustered = None, True, True
        self.silent, self.forgets, self.breaks, self.slow = False, False, 0, 0
        self.heard, self.asked_since = [], []
        self.live, self.lock, self.room = [], threading.RLock(), str(uuids.uuid4())
        self.listener = None
        self.start()

    def start(self):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen(16)
        threading.Thread(target=self.accept, args=(self.listener,), daemon=True).start()

    def stop(self):
        listener, self.listener = self.listener, None
        os.unlink(self.path)
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        self.drop()

    def drop(self):
        with self.lock:
            for connection in self.live:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
            self.live = []

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        decoder, text = json.JSONDecoder(), ""
        try:
            while data := connection.recv(65536):
                text += data.decode()
                while text:
                    try:
                        message, end = decoder.raw_decode(text)
                    except ValueError:
                        break
                    text = text[end:]
                    self.heard.append(message)
                    if not self.silent:
                        self.take(connection, message)
        except OSError:
            pass
        connection.close()

    def take(self, connection, message):
        method, params = message.get("method"), message.get("params")
        with self.lock:
            if method == "echo":
                result = params
            elif method == "monitor_cond":
                result = {"Database": {self.room: {"initial": self.about()}}}
            elif method == "monitor_cond_since":
                self.live.append(connection)
                self.asked_since.append(params[3])
                result = self.rows_since(params[3])
            else:
                return
            self.send(connection, {"id": message["id"], "result": result, "error": None})

    def about(self):
        return {"name": "OVN_Northbound", "model": "clustered" if self.clustered else "standalone",
                "connected": self.connected, "leader": self.leader,
                "index": self.index or self.database.index, "cid": ["uuid", CID]}

    def rows_since(self, transaction):
        last = self.database.history[-1][0] if self.database.history else NOTHING
        news = None if self.forgets else self.database.since(transaction)
        if news is None:
            return [False, last, self.database.snapshot()]
        merged = {}
        for _, updates in news:    # the tests change a row once while nobody looks
            for table, rows in updates.items():
                merged.setdefault(table, {}).update(rows)
        return [True, last, merged]

    def send(self, connection, message):
        text = json.dumps(message).encode()
        is_rows = "result" in message and isinstance(message["result"], list) and len(message["result"]) == 3
        if self.breaks and is_rows:
            self.breaks -= 1
            connection.sendall(text[:len(text) // 2])
            connection.shutdown(socket.SHUT_RDWR)
        elif self.slow and is_rows:
            for part in range(20):
                connection.sendall(text[part * len(text) // 20:(part + 1) * len(text) // 20])
                time.sleep(self.slow / 20)
        else:
            connection.sendall(text)

    def say(self, message):
        """To all who have a monitor; bytes go as they are."""
        with self.lock:
            for connection in list(self.live):
                try:
                    connection.sendall(message if isinstance(message, bytes) else json.dumps(message).encode())
                except OSError:
                    pass

    def tell(self, transaction, updates):
        self.say({"id": None, "method": "update3", "params": ["rows", transaction, updates]})

    def tell_about(self, **changes):
        for key, value in changes.items():
            setattr(self, key, value)
        self.say({"id": None, "method": "update2", "params": ["server", {"Database": {self.room: {"modify": changes}}}]})
