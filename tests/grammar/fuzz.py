"""Mutated scripts: whatever the text, nothing but a CepError may come out.

python -m tests.grammar.fuzz --scripts 100000 --seed 1
python -m tests.grammar.fuzz --scripts 100000 --seed 1 --plan
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from cep.errors import CepError
from cep.grammar.parser import parse

CORPUS = Path(__file__).parent / "syntax"
TOKEN = re.compile(r"'[^']*'|\"[^\"]*\"|\w+|\s+|--[^\n]*|[^\w\s]")
NOISE = [
    *"'\"();,.:?<>=!|&^%$#@~`[]{}+-*/\\\0\n\t\u00a0\u2019\ud800\U0001f600\u0130\u017f",
    *("''", '""', "--", "/*", "*/", "->", "->>", "{-", "::", "<>", ":name", "1e999", ".5", "1."),
    *("9" * 5000, "X'0'", "X'FF'", "(" * 300, "- " * 300, "NOT " * 300, "a.b.c.d.e", "\ufeff"),
    *("SELECT", "FROM", "WHERE", "EMIT", "MATCH_RECOGNIZE (", "INTERVAL '1'", "AS", "CREATE"),
    *("-}", "-->", "{2,", "PATTERN (", "PERMUTE(", "DEFINE", "MEASURES", "WITHIN", "FINAL", "OVER"),
]


def corpus() -> list[str]:
    """Return the scripts that are mutated: those that show the syntax."""
    return [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.sql"))]


Mutation = Callable[[list[str], Sequence[str], random.Random], None]


def mutated(
    scripts: Sequence[str], chance: random.Random, mutations: Sequence[Mutation] = ()
) -> str:
    """Return a piece of a script, mutated a few times."""
    tokens = _piece(scripts, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        if not tokens:
            break
        chance.choice(mutations or MUTATIONS)(tokens, scripts, chance)
    text = "".join(tokens)
    return text[: chance.randrange(len(text) + 1)] if chance.random() < 0.1 else text


def _piece(scripts: Sequence[str], chance: random.Random) -> list[str]:
    """Return the tokens of one to three neighbouring statements."""
    statements = chance.choice(scripts).split(";")
    start = chance.randrange(len(statements))
    return TOKEN.findall(";".join(statements[start : start + chance.choice((1, 1, 2, 3))]))


def _swap(tokens: list[str], scripts: Sequence[str], chance: random.Random) -> None:
    a, b = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    tokens[a], tokens[b] = tokens[b], tokens[a]


def _delete(tokens: list[str], scripts: Sequence[str], chance: random.Random) -> None:
    start = chance.randrange(len(tokens))
    del tokens[start : start + chance.choice((1, 1, 2, 5))]


def _repeat(tokens: list[str], scripts: Sequence[str], chance: random.Random) -> None:
    start = chance.randrange(len(tokens))
    piece = tokens[start : start + chance.choice((1, 2, 6))]
    tokens[start:start] = piece * chance.choice((1, 1, 1, 2, 250))


def _noise(tokens: list[str], scripts: Sequence[str], chance: random.Random) -> None:
    tokens.insert(chance.randrange(len(tokens) + 1), chance.choice(NOISE))


def _scratch(tokens: list[str], scripts: Sequence[str], chance: random.Random) -> None:
    place = chance.randrange(len(tokens))
    token = tokens[place]
    cut = chance.randrange(len(token) + 1)
    tokens[place] = token[:cut] + chance.choice(["", chr(chance.randrange(128))]) + token[cut + 1 :]


def _foreign(tokens: list[str], scripts: Sequence[str], chance: random.Random) -> None:
    tokens[chance.randrange(len(tokens))] = chance.choice(_piece(scripts, chance) or [" "])


def _splice(tokens: list[str], scripts: Sequence[str], chance: random.Random) -> None:
    other = _piece(scripts, chance)
    start = chance.randrange(len(other) + 1)
    place = chance.randrange(len(tokens) + 1)
    tokens[place:place] = other[start : start + chance.choice((3, 10, 40))]


MUTATIONS = (_swap, _delete, _repeat, _noise, _scratch, _foreign, _splice)


def failures(
    read: Callable[[str], object],
    count: int,
    seed: int,
    scripts: Sequence[str] = (),
    mutations: Sequence[Mutation] = (),
) -> Iterator[tuple[str, BaseException]]:
    """Give `read` mutated scripts; yield those from which anything but a CepError came.

    The message of each CepError is made as well, since it has to be shown. The scripts are those
    that show the syntax, and the mutations any, unless they are given.
    """
    scripts = scripts or corpus()
    chance = random.Random(seed)
    for _ in range(count):
        text = mutated(scripts, chance, mutations)
        try:
            read(text)
        except CepError as error:
            try:
                str(error)
            except Exception as failure:
                yield text, failure
        except Exception as failure:
            yield text, failure


def main() -> int:
    """Run the command line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--scripts", type=int, default=10_000)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--plan", action="store_true", help="also check, plan and explain")
    chosen = arguments.parse_args()
    found = 0
    if chosen.plan:
        from tests.grammar import planning  # it needs the whole engine, and the grammar does not

        texts, mutations = planning.meaningful(), (*MUTATIONS, *[planning.changed] * 14)
        results = failures(planning.planned, chosen.scripts, chosen.seed, texts, mutations)
    else:
        results = failures(parse, chosen.scripts, chosen.seed)
    for text, failure in results:
        found += 1
        print(repr(text[:2000]))
        traceback.print_exception(failure)
        if found == 10:
            break
    print(f"{chosen.scripts} scripts, seed {chosen.seed}: {found} failures")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
