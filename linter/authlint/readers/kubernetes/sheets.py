"""Documents whose text is that of another one but for names: they are not read as YAML unless someone asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from authlint.expression import expression
from authlint.readers.kubernetes.forms import Form, Names, form_of, named
from authlint.readers.kubernetes.manifests import NOWHERE, Manifest, documents, of_document
from authlint.readers.trouble import Trouble
from authlint.readers.yaml.compose import Piece
from authlint.record import entity

LONGEST = 20_000  # letters; what is longer is not made by the hundred
# A value that could be a name, with what stands before it. It is whole where a line, an item or a quote ends.
VALUE = expression(r"([:\-,\[] ?[\"']?)([a-z0-9][a-z0-9.\-]*)(?=[\r\n,\]}\"'])")


@entity
class Sheet:
    """A document with one Ingress. Its text has the structure of one that was read, so that its names are known."""

    path: str
    file: str
    piece: Piece
    names: Names

    def manifests(self, troubles: list[Trouble]) -> Iterator[Manifest]:
        return of_document(self.path, self.file, self.piece, troubles)


Entry = Manifest | Sheet


class Forms(dict[int, Form | None]):
    """The form of each object, by the object's id(): worked out once."""

    def of(self, one: Manifest) -> Form | None:
        if id(one) not in self:
            self[id(one)] = form_of(one)
        return self[id(one)]


def entries(files: Iterable[tuple[str, str]], troubles: list[Trouble], forms: Forms) -> list[Entry]:
    """The objects of files, each a path and its text, in their order."""
    found: list[Entry] = []
    shapes: dict[tuple[str, ...], _Shape] = {}
    for path, text in files:
        for piece in documents(text):
            if "Ingress" not in piece.text or len(piece.text) > LONGEST:
                found += of_document(path, text, piece, troubles)
                continue
            parts = VALUE.split(piece.text)
            key = (*parts[0::3], *parts[1::3])
            shape = shapes.get(key)
            sheet = shape.sheet(path, text, piece, parts) if shape is not None else None
            if sheet is not None:
                found.append(sheet)
                continue
            read = [*of_document(path, text, piece, troubles)]
            found += read
            form = forms.of(read[0]) if len(read) == 1 else None
            if form is not None and shape is not None:
                shape.learn(form, parts)
            elif form is not None and key not in shapes:
                shapes[key] = _Shape(form, parts)
    return found


class _Shape:
    """A text without what could be names. What its values are is known from the first document that has it: the others
    have the same structure, since a value of these letters is a value wherever another one was."""

    def __init__(self, first: Form, parts: list[str]) -> None:
        numbers: dict[tuple[int, str], int] = {}
        offset = 0
        for number, part in enumerate(parts):
            if number % 3 == 2:
                numbers[offset, part] = number
            offset += len(part)

        def number_of(node: Any) -> int:
            """Which part holds a value; 0 where none does: then it is the same in all documents."""
            quoted = node.style in ("'", '"')
            return numbers.get((node.start_mark.index + quoted, node.value), 0)

        def places(nodes: Iterable[Any]) -> list[tuple[int, str]]:
            return [(number_of(node), node.value) for node in nodes]

        self.hosts, self.services = places(first.hosts), places(first.services)
        self.space, self.name = places(first.space), places(first.name)
        listed = (self.hosts, self.services, self.space, self.name, places(first.unread))
        free = {number for several in listed for number, _ in several}
        self.fixed = [number for number in numbers.values() if number not in free]
        self.forms: dict[tuple[str, ...], Form] = {}
        self.learn(first, parts)

    def learn(self, form: Form, parts: list[str]) -> None:
        """What documents say that have the same values where these are no names."""
        if not form.own:
            self.forms[tuple([parts[number] for number in self.fixed])] = form

    def sheet(self, path: str, text: str, piece: Piece, parts: list[str]) -> Sheet | None:
        form = self.forms.get(tuple([parts[number] for number in self.fixed]))
        if form is None:
            return None
        hosts, services, spaces, names = (
            tuple([parts[number] if number else same for number, same in several])
            for several in (self.hosts, self.services, self.space, self.name)
        )
        space = spaces[0] if spaces else NOWHERE
        hosts = tuple(map(str.lower, hosts))
        return Sheet(path, text, piece, named(form, hosts, services, space, "".join(names)))
