"""Letters set as PDF, one after the other: what the relay spends on each before it sends it."""

import time
from statistics import median, quantiles

from config.words import LANGUAGES, Words
from connectors.letters.compose import Composer
from connectors.letters.preview import samples
from connectors.letters.render import Printer

ROUNDS = 4


def main() -> None:
    words = Words.load()
    composer, printer = Composer(words), Printer(words)
    letters = [letter for language in LANGUAGES for letter in samples(composer, language).values()]
    spent, sizes = [], []
    for turn in range(ROUNDS):
        for n, letter in enumerate(letters):
            # Another name each time: the typesetter remembers what it has set before.
            new = letter.model_copy(update={"body": letter.body.replace("Zoé", f"Zoé {turn}-{n}")})
            began = time.perf_counter()
            sizes.append(len(printer.print(new)))
            spent.append(1000 * (time.perf_counter() - began))
    print(f"{len(spent)} letters: median {median(spent):.1f} ms, 95 of 100 within {quantiles(spent, n=20)[-1]:.1f} ms")
    print(f"median size {median(sizes) / 1000:.1f} kB")


if __name__ == "__main__":
    main()
