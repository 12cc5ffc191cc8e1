"""One fault of a roster: where it stands, and what is wrong, in one sentence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.rules.wording import sentence
from app.rules.wording.roster import HEADINGS

LETTERS = 26


@dataclass(frozen=True)
class Fault:
    """What is wrong in which row of the file, as a table program counts rows (from 1) and names columns (`D`).

    `column` is None where the column itself is missing. `at` is the field, such as `birth_date`. `params` fill the
    sentence; what a person wrote into the cell is never among them.
    """

    row: int
    column: str | None
    at: str
    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    of_heading: bool = False

    @property
    def heading(self) -> str:
        """What our template calls the column."""
        return HEADINGS[self.at][0]

    def told(self) -> str:
        """The fault in one plain sentence, with its place."""
        place = {"row": self.row, "column": self.column, "heading": self.heading}
        if self.of_heading:
            code = "roster_heading_fault"
        else:
            code = "roster_fault" if self.column else "roster_fault_no_column"
        return sentence(code, place | {"told": sentence(self.code, self.params)})


def column_letter(index: int) -> str:
    """The name of a column by its index from 0: A, B ... Z, AA."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters
