"""Where each key of a TOML text stands. `tomllib` reads values but forgets their lines; this remembers only lines.

It runs after `tomllib` has accepted the text, so it never has to doubt the syntax. A place in the text is a tuple of
keys; an element of a list counts from 1 (`("windows", "strict", "2", "from")`), as rule codes do.
"""

from dataclasses import dataclass, field

Path = tuple[str, ...]

_BLANK = " \t\r\n"
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}


def key_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every key, table and list element of a valid TOML text."""
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a key, or of the nearest table around it where the key itself is missing, else 1."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


@dataclass(slots=True)
class _Scanner:
    """A reader's finger on the text: `at` is the next character, `line` its line."""

    text: str
    at: int = 0
    line: int = 1
    lines: dict[Path, int] = field(default_factory=dict)
    elements: dict[Path, int] = field(default_factory=dict)

    def document(self) -> None:
        table: Path = ()
        while self.skip_blank():
            if self.peek() == "[":
                table = self.header()
            else:
                self.pair(table)

    def peek(self, width: int = 1) -> str:
        return self.text[self.at : self.at + width]

    def step(self, width: int = 1) -> str:
        passed = self.peek(width)
        self.line += passed.count("\n")
        self.at += width
        return passed

    def skip_blank(self) -> bool:
        """Pass blanks, newlines and comments; False at the end of the text."""
        while self.at < len(self.text):
            if self.peek() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.peek() in _BLANK:
                self.step()
            else:
                return True
        return False

    def mark(self, path: Path) -> None:
        self.lines.setdefault(path, self.line)

    def header(self) -> Path:
        is_list = self.peek(2) == "[["
        self.step(2 if is_list else 1)
        path = self.resolved(self.dotted(), adds_element=is_list)
        self.mark(path)
        self.step(2 if is_list else 1)
        return path

    def resolved(self, keys: Path, *, adds_element: bool) -> Path:
        """The place that a header means: a list of tables is entered at its newest element."""
        path: Path = ()
        for index, key in enumerate(keys):
            path = (*path, key)
            self.mark(path)
            if adds_element and index == len(keys) - 1:
                self.elements[path] = self.elements.get(path, 0) + 1
            if path in self.elements:
                path = (*path, str(self.elements[path]))
        return path

    def pair(self, table: Path) -> None:
        """`a.b = value`, the value with everything inside it. Each dotted part is a place of its own."""
        line = self.line
        path = table
        for key in self.dotted():
            path = (*path, key)
            self.lines.setdefault(path, line)
        self.step()  # the equals sign
        self.value(path)

    def dotted(self) -> Path:
        keys: list[str] = []
        while True:
            self.skip_blank()
            keys.append(self.string() if self.peek() in "\"'" else self.bare())
            self.skip_blank()
            if self.peek() != ".":
                return tuple(keys)
            self.step()

    def bare(self) -> str:
        start = self.at
        while self.peek() and self.peek() not in " \t\r\n.=]}\"'":
            self.step()
        return self.text[start : self.at]

    def value(self, path: Path) -> None:
        self.skip_blank()
        match self.peek():
            case "[":
                self.list_of_values(path)
            case "{":
                self.inline_table(path)
            case '"' | "'":
                self.string()
            case _:
                while self.peek() and self.peek() not in ",]}#\n":
                    self.step()

    def list_of_values(self, path: Path) -> None:
        self.step()
        number = 0
        while self.skip_blank() and self.peek() != "]":
            if self.peek() == ",":
                self.step()
                continue
            number += 1
            self.mark((*path, str(number)))
            self.value((*path, str(number)))
        self.step()

    def inline_table(self, path: Path) -> None:
        self.step()
        while self.skip_blank() and self.peek() != "}":
            if self.peek() == ",":
                self.step()
                continue
            self.pair(path)
        self.step()

    def string(self) -> str:
        quote = self.peek()
        if self.peek(3) == quote * 3:
            return self.long_string(quote * 3)
        self.step()
        parts: list[str] = []
        while self.peek() not in ("", quote):
            parts.append(self.escaped() if quote == '"' and self.peek() == "\\" else self.step())
        self.step()
        return "".join(parts)

    def long_string(self, fence: str) -> str:
        self.step(3)
        start = self.at
        while self.peek(3) not in ("", fence):
            self.step(2 if fence[0] == '"' and self.peek() == "\\" else 1)
        text = self.text[start : self.at]
        self.step(3)
        while self.peek() == fence[0]:  # a long string may end in one or two quotes of its own
            self.step()
        return text

    def escaped(self) -> str:
        self.step()
        letter = self.step()
        width = {"x": 2, "u": 4, "U": 8}.get(letter)
        if width is None:
            return _ESCAPES.get(letter, letter)
        return chr(int(self.step(width), 16))
