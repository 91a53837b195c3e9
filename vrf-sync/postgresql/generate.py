#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""PostgreSQL's schema, made from schema.sql: generate.py SCHEMA.SQL BY_HAND.SQL > schema-postgresql.sql

schema.sql stays the one place where tables are told.  It is read statement by statement, comments are kept, and what
is not understood is an error: this translates what schema.sql has, not SQL.  Triggers are of three sorts:
  * those that write change_log, all alike: one trigger for each table that calls log_change(), and what else such a
    trigger does is a function of its own that runs after it;
  * those that refuse something, or do something else in plain statements: a function with the same statements;
  * those that by_hand.sql has a piece for.
"""

import hashlib
import re
import sys
from pathlib import Path

ON_DEFINER = "LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT"
TYPES = (("INTEGER PRIMARY KEY AUTOINCREMENT", "bigint PRIMARY KEY"),
         ("INTEGER PRIMARY KEY CHECK (id = 1)", "bigint PRIMARY KEY DEFAULT 1 CHECK (id = 1)"),
         ("INTEGER", "bigint"), ("TEXT", 'text COLLATE "C"'))
PHRASES = (("(unixepoch())", "(extract(epoch FROM clock_timestamp())::bigint)"),
           ("(CAST(round((julianday('now') - 2440587.5) * 86400000) AS INTEGER))",
            "(round(extract(epoch FROM clock_timestamp()) * 1000)::bigint)"),
           ("json_type(argv)", "json_typeof(argv::json)"))
# what only SQLite knows, and must be gone
LEFT = re.compile(r"\b(GLOB|ifnull|rowid|julianday|unixepoch|json_object|json_type|RAISE \(|AUTOINCREMENT|STRICT|PRAGMA"
                  r"|INSERT OR|REPLACE|INTEGER|TEXT|strftime|datetime|WITHOUT|last_insert_rowid|changes)\b"
                  r"|\bIS NOT (?!NULL|DISTINCT)")


class Failed(Exception):
    pass


# ---- by_hand.sql ----

class ByHand:
    def __init__(self, text):
        pieces = re.split(r"^-- @ (.*)\n", text, flags=re.M)[1:]
        self.pieces, self.instead, self.sums = {}, {}, {}
        for title, body in zip(pieces[::2], pieces[1::2]):
            if replaced := re.fullmatch(r"instead of (.*) = (\w+)", title):
                names = tuple(replaced[1].split())
                self.sums[names] = replaced[2]
                self.instead |= {name: (names, body.strip() + "\n") for name in names}
            else:
                self.pieces[title] = body.strip("\n") + "\n"

    def take(self, title):
        return self.pieces.pop(title, "")

    def check(self, seen):
        """Every piece has found its place, and is of the triggers as they are."""
        if self.pieces:
            raise Failed(f"by_hand.sql has a piece with no place for it: {', '.join(self.pieces)}")
        for names, wanted in self.sums.items():
            if missing := [name for name in names if name not in seen]:
                raise Failed(f"schema.sql has no trigger {missing[0]} any more; take it out of by_hand.sql")
            got = hashlib.sha256("".join(seen[name] for name in names).encode()).hexdigest()[:8]
            if got != wanted:
                raise Failed(f"schema.sql has other triggers {', '.join(names)} than by_hand.sql was written for; look"
                             f" at both, then put {got} there")


# ---- words ----

def statements(text):
    """(comment and blank lines before it, statement) for each; the last one may be only a comment."""
    before, statement = [], []
    for line in text.splitlines():
        code = line.split("--")[0].rstrip()
        if not statement and not code:
            before.append(line)
            continue
        statement.append(line)
        trigger = statement[0].startswith("CREATE TRIGGER")
        if code == "END;" if trigger else code.endswith(";"):
            yield before, "\n".join(statement)
            before, statement = [], []
    if statement:
        raise Failed(f"schema.sql ends within: {statement[0]}")
    yield before, ""


def pattern_of(glob):
    """A regular expression that finds what the GLOB pattern matches."""
    inside = glob.strip("*")
    if not re.fullmatch(r"\[[^\]*?]+\]", inside):
        raise Failed(f"no rule for GLOB '{glob}': only one set of characters is understood")
    return ("" if glob.startswith("*") else "^") + inside + ("" if glob.endswith("*") else "$")


def expression(text):
    for sqlite, postgresql in PHRASES:
        text = text.replace(sqlite, postgresql)
    text = re.sub(r"(\w+) (NOT )?GLOB '([^']*)'",
                  lambda found: f"{found[1]} {'!~' if found[2] else '~'} '{pattern_of(found[3])}'", text)
    return re.sub(r"\bIS NOT (?!NULL\b)", "IS DISTINCT FROM ", text)


def understood(text):
    if left := LEFT.search(re.sub(r"'[^']*'|--.*", "", text)):
        raise Failed(f"no rule for {left[0]!r} in: {text}")
    return text


def line_of_table(line):
    """One line within CREATE TABLE, its comment where it was."""
    code, dashes, comment = line.partition("--")
    place, code = len(code), code.rstrip()
    was = code
    code = re.sub(r"REFERENCES \w+ \([\w, ]+\)( ON DELETE (CASCADE|SET NULL))?", r"\g<0> DEFERRABLE", expression(code))
    for sqlite, postgresql in TYPES:
        code = re.sub(rf"\b{re.escape(sqlite)}(?!\w)", postgresql, code)
    understood(code)
    return code if not dashes else code.ljust(max(place, len(code) + 2) if code else place) + dashes + comment \
        if was else line


# ---- tables ----

class Schema:
    def __init__(self, by_hand):
        self.by_hand, self.out, self.seen, self.tables, self.functions = by_hand, [], {}, [], []
        self.logs, self.with_id = {}, []

    def function(self, name, text):
        self.functions.append(name)
        self.out.append(text)

    def table(self, name, statement):
        lines = statement.splitlines()
        body = [line_of_table(line) for line in lines[1:-1]]
        if more := self.by_hand.take(f"{name} columns"):
            body[-1] += ","
            body.append(more.rstrip("\n"))
        self.out += [lines[0], *body, ");"]
        self.tables.append(name)
        if "AUTOINCREMENT" in statement and name != "change_log":
            self.with_id.append(name)
            self.out += [f"CREATE TRIGGER id BEFORE INSERT ON {name} FOR EACH ROW EXECUTE FUNCTION give_id();",
                         f"CREATE TRIGGER id_kept BEFORE DELETE OR UPDATE OF id ON {name} FOR EACH ROW"
                         " EXECUTE FUNCTION keep_id();"]
        if more := self.by_hand.take(f"{name} triggers"):
            self.out.append(more.rstrip("\n"))

    # ---- triggers ----

    def trigger(self, statement):
        head = re.match(r"CREATE TRIGGER (\w+) (BEFORE|AFTER) (INSERT|DELETE|UPDATE)( OF \w+)? ON (\w+)"
                        r"(?:\s+WHEN (.*?))? BEGIN\n(.*)\nEND;$", statement, re.S)
        if not head:
            raise Failed(f"cannot read this trigger: {statement}")
        name, when, event, column, table, condition, body = head.groups()
        self.seen[name] = statement
        if name in self.by_hand.instead:
            names, text = self.by_hand.instead[name]
            if name == names[0]:
                self.out.append(text.rstrip("\n"))
            self.logs.setdefault(table, None)
            return
        body = [part.strip("\n") for part in re.split(r";(?:\n|$)", body) if part.strip()]
        if "INSERT INTO change_log" in body[0] and name == f"{table}_{event.lower()}" and not condition:
            self.log(table, event, body[0])
            body = [part for part in body if "INSERT INTO change_log" not in part]
            if not body:
                return
        self.do(name, f"{when} {event}{column or ''}", table, condition, body)

    def log(self, table, event, first):
        """All three say the same of a table; where they stop doing so, nobody would know which one holds."""
        found = re.match(r"\tINSERT INTO change_log \(tbl, op, row_id, tenant_id(.*?)\) VALUES"
                         rf" \('{table}', '{event.lower()}', (.*?), (\(SELECT[^\n]*\)|[\w.]+)(?:,\n\t\t(json_object.*))?\)$",
                         first, re.S)
        if not found:
            raise Failed(f"this is not how {table}'s triggers write the log: {first}")
        images, row_id, tenant, _ = found.groups()
        row = "OLD" if event == "DELETE" else "NEW"
        if tenant.startswith("(SELECT"):
            tenant = re.sub(rf"\b{row}\.", "($1).", tenant[1:-1])
        says = (row_id.removeprefix(f"{row}.").replace("NULL", ""), tenant.removeprefix(f"{row}.").replace("NULL", ""),
                bool(images))
        events, before = self.logs.get(table) or ([], says)
        if says != before:
            raise Failed(f"the triggers of {table} do not say the same of its tenant: {says} and {before}")
        self.logs[table] = (events + [event], says)

    def write_logs(self):
        second = {table: found[1] for table in self.logs if (found := re.search(
            rf"VALUES \('{table}', 'insert', NEW\.id, NEW\.(\w+)\);\nEND", self.seen.get(f"{table}_insert", "")))}
        self.out.append("\n-- Every table above that says something of the network is logged.")
        for table, known in self.logs.items():
            if known is None:
                continue
            events, (row_id, tenant, images) = known
            words = [row_id] + ([tenant] if images else []) + ([second[table]] if images and table in second else [])
            words = ", ".join(f"'{word}'" for word in words)
            self.out.append(f"CREATE TRIGGER log AFTER {' OR '.join(events)} ON {table} FOR EACH ROW\n"
                            f"\tEXECUTE FUNCTION {'log_change' if images else 'log_row'}({words});")
        self.out.append("\n-- Who writes, waits for the writer before.")
        for table in dict.fromkeys([*self.logs, *self.with_id]):
            self.out.append(f"CREATE TRIGGER turn BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}\n"
                            "\tFOR EACH STATEMENT EXECUTE FUNCTION take_turn();")

    def do(self, name, on, table, condition, body):
        """A function with the trigger's own statements; 'then' puts it behind the one that logs."""
        tab = "\t\t" if condition else "\t"
        code = []
        for part in body:
            part = re.sub(r"\s+", " ", part.strip()) if "RAISE" in part else part.strip()
            if refusal := re.fullmatch(r"SELECT RAISE \(ABORT, ('[^']*')\)", part):
                part = f"RAISE EXCEPTION USING ERRCODE = 'check_violation', MESSAGE = {refusal[1]}"
            code.append(tab + part.replace("\n\t", "\n" + tab) + ";")
        code = "\n".join(code)
        if condition:
            code = f"\tIF {condition} THEN\n{code}\n\tEND IF;"
        back = "NULL" if on.startswith("AFTER") else "OLD" if "DELETE" in on else "NEW"
        self.function(name, understood(expression(
            f"CREATE FUNCTION {name}() RETURNS trigger {ON_DEFINER} AS $$\nBEGIN\n{code}\n\tRETURN {back};\nEND $$;")))
        self.out.append(f"CREATE TRIGGER then_{name} {on} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();")

    # ---- all of it ----

    def statement(self, text):
        if text.startswith("PRAGMA"):
            return
        if text in ("BEGIN;", "COMMIT;"):
            if text == "COMMIT;":
                self.end()
            self.out.append(text)
            if text == "BEGIN;":
                self.begin()
        elif made := re.match(r"CREATE TABLE (\w+) \(\n", text):
            self.table(made[1], text)
        elif text.startswith("CREATE TRIGGER"):
            self.trigger(text)
        elif re.match(r"INSERT INTO \w+ |CREATE (UNIQUE )?INDEX ", text):
            self.out.append(understood(text))
        elif text:
            raise Failed(f"no rule for this statement: {text}")

    def shared(self, but):
        """The tables whose entries in the log name no tenant; those left out concern nobody by themselves."""
        tables = [table for table, known in self.logs.items() if known and not known[1][1]]
        if wrong := [name for name in but if name not in tables]:
            raise Failed(f"by_hand.sql leaves {wrong[0]} out of what all tenants share, where it is not")
        return wrapped(f"'{name}'" for name in tables if name not in but)

    def begin(self):
        self.out.append("\n-- All of it goes into the first schema of the search_path, and functions look there only.\n"
                        "SELECT set_config('search_path', quote_ident(current_schema()) || ', pg_temp', true);\n")
        head = self.by_hand.take("head")
        self.functions += re.findall(r"CREATE FUNCTION (\w+)\(\) RETURNS trigger", head)
        self.out.append(head.rstrip("\n"))

    def end(self):
        self.write_logs()
        tail = self.by_hand.take("tail")
        self.functions += re.findall(r"CREATE FUNCTION (\w+)\(\) RETURNS trigger", "\n".join(
            text for _, text in self.by_hand.instead.values()))
        # each once: a piece stands for several triggers
        functions = list(dict.fromkeys(self.functions))
        tail = re.sub(r"@shared but ([\w, ]+)@", lambda found: self.shared(found[1].split(", ")), tail)
        tail = tail.replace("@functions@", wrapped(f"{name}()" for name in functions))
        self.out.append("\n" + tail.replace("@tables@", wrapped(
            f"'{name}'" for name in ["change_seq", "id_given", *self.tables])).rstrip("\n"))


def wrapped(words):
    """Separated by commas, over lines of some 100 columns."""
    lines = [""]
    for word in words:
        if len(lines[-1]) > 95:
            lines.append("")
        lines[-1] += f"{word}, "
    return "\n\t\t".join(line.rstrip() for line in lines).rstrip(", ")


def translate(schema, by_hand):
    made = Schema(ByHand(by_hand))
    for before, statement in statements(schema):
        made.out += before
        made.statement(statement)
    made.by_hand.check(made.seen)
    text = "\n".join(made.out).rstrip() + "\n"
    return re.sub(r"\n{3,}", "\n\n", text).replace(
        "(SQLite 3.38 or newer).\n", "(PostgreSQL 15 or newer).\n-- Made from schema.sql, which is SQLite's.\n", 1)


def main(schema, by_hand):
    try:
        sys.stdout.write(translate(Path(schema).read_text(), Path(by_hand).read_text()))
    except Failed as failed:
        sys.exit(f"generate.py: {failed}")


if __name__ == "__main__":
    main(*sys.argv[1:])
