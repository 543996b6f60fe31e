"""Collections that any run can make again, and what readers would ask of them; each article follows from its number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate
from math import log
from random import Random

from helpdesk.search.backend import Document
from helpdesk.services.demo import SAMPLEDATA
from helpdesk.text.frontmatter import split
from helpdesk.text.markdown import render

# Zipf's law for the words of every day, a steeper one for the others (Ferrer i Cancho and Solé, 2001): the
# vocabulary grows as Heaps says, to 15,000 words in 1,000 articles and some 60,000 in 50,000.
_VOCABULARY = 80_000
_COMMON = 3_000
_STEEPER = 2.2
# Words that an article is about are none of these.
_LITTLE = 100
CATEGORIES = ("faq", "announcements", "product-documents")
# What words are made of, by language, and what stands between them.
_LATIN = [a + b + c for a in "bcdfghklmnprstvwyz" for b in "aeiou" for c in ("", "n", "r", "l", "s", "m")]
_UNITS = {
    "ru": [a + b + c for a in "бвгджзклмнпрстфхцчш" for b in "аеиоуы" for c in ("", "н", "р", "л", "с", "м")],
    "ar": list("ابتثجحخدذرزسشصضطعغفقكلمنهوي"),
    "ja": [chr(0x3042 + n) for n in range(70)] + [chr(0x4E00 + 7 * n) for n in range(1_000)],
    "ko": [chr(0xAC00 + 11 * n) for n in range(900)],
    "zh-Hans": [chr(0x4E00 + 7 * n) for n in range(2_000)],
}
_UNSPACED = ("ja", "zh-Hans")
LOCALES = ("en", "de", "es", "fr", "pt-BR", "ru", "ar", "ja", "ko", "zh-Hans")
_SENTENCE = re.compile("(?<=[.!?]) +|\n+")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a reader types, and the article that was in mind."""

    text: str
    target: int


def planted(locale: str, articles: int, *, seed: int = 1) -> list[Document]:
    """Articles of made-up words, some three hundred each, that are about some of them more than about others."""
    words = _words(locale)
    weights = [
        1 / (rank + 2.7) if rank <= _COMMON else _COMMON ** (_STEEPER - 1) / rank**_STEEPER
        for rank in range(1, len(words) + 1)
    ]
    all_words, rarer = (words, list(accumulate(weights))), (words[_LITTLE:], list(accumulate(weights[_LITTLE:])))
    return [_article(locale, number, seed, all_words, rarer) for number in range(1, articles + 1)]


def recombined(locale: str, articles: int, *, seed: int = 1) -> list[Document]:
    """Articles of sentences of the sample content, each a mixture of all."""
    sentences = sample_sentences(locale)
    documents = []
    for number in range(1, articles + 1):
        rng = Random(f"{seed} {locale} {number}")
        drawn = rng.choices(sentences, k=rng.randint(15, 40))
        title = _title(rng, sentences)
        summary, *body = drawn
        headings = [" ".join(sentence.rstrip(".!?").split()[:4]) for sentence in body[::9]]
        text = "\n".join(
            f"{heading}\n{' '.join(body[9 * n : 9 * n + 9])}" for n, heading in enumerate(headings) if heading
        )
        documents.append(_document(locale, number, title, headings, summary, [], text))
    return documents


def _title(rng: Random, sentences: Sequence[str]) -> str:
    """Four to nine words of a sentence; two of them are long enough for a typo."""
    title = ""
    while len(re.findall(r"\w{5,}", title)) < 2:
        words = rng.choice(sentences).rstrip(".!?").split()
        first = rng.randrange(max(1, len(words) - 8))
        title = " ".join(words[first : first + rng.randint(4, 9)])
    return title


@lru_cache(maxsize=4)
def sample_sentences(locale: str) -> tuple[str, ...]:
    """The sentences of the sample content in a language, each once, in order."""
    texts = [render(split(path.read_text("utf-8")).body).text for path in sorted(SAMPLEDATA.rglob(f"{locale}.md"))]
    found = (sentence.strip() for text in texts for sentence in _SENTENCE.split(text))
    return tuple(dict.fromkeys(sentence for sentence in found if len(sentence.split()) >= 3))


def edited(document: Document, word: str) -> Document:
    """The article with one word more in its text."""
    return _document(
        document.language,
        document.article_id,
        document.title,
        document.headings.split("\n"),
        document.summary,
        document.keywords.split(", "),
        f"{document.body}\n{word}",
    )


KINDS = ("one word", "two words", "four words", "question", "typo, alone", "typo of two", "phrase")


class Asking:
    """Queries of every kind about a collection in a language with spaces."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.documents = documents
        # In how many articles a word stands.
        self.frequency = Counter(word for document in documents for word in _distinct(document))
        # The commonest first; the hash of a word, which differs from run to run, decides nothing.
        self.vocabulary = sorted(self.frequency, key=lambda word: (-self.frequency[word], word))
        self.common = self.vocabulary[:60]
        self.rare = [word for word in self.vocabulary[len(self.vocabulary) // 4 :] if len(word) >= 5]

    def ask(self, kind: str, number: int, *, seed: int = 1) -> Iterator[Ask]:
        """So many queries of a kind."""
        rng = Random(f"{seed} {kind}")
        for _ in range(number):
            document = rng.choice(self.documents)
            yield Ask(self._text(kind, rng, _written(document.title)), document.article_id)

    def begin(self, number: int) -> Iterator[Ask]:
        """What stands in the box while a title is typed: the beginning of its first word, or of its second."""
        rng = Random("begin")
        for turn in range(number):
            document = rng.choice(self.documents)
            first, second, *_ = _written(document.title)
            letters = turn % 5 + 1
            text = first[:letters] if turn % 2 else f"{first} {second[:letters]}"
            yield Ask(text, document.article_id)

    def _text(self, kind: str, rng: Random, title: list[str]) -> str:
        if kind == "phrase":
            first = rng.randrange(len(title) - 1)
            return f'"{" ".join(title[first : first + rng.randint(2, 3)])}"'
        # The rare words first, and of those the ones that are long enough for a typo.
        words = sorted(dict.fromkeys(title), key=lambda word: (len(word) < 5, self.frequency[word], word))
        asked = {
            "one word": words[:1],
            "two words": words[:2],
            "four words": rng.sample(words, min(4, len(words))),
            "question": rng.sample(words[:4], min(3, len(words))) + rng.sample(self.common, rng.randint(4, 6)),
            "typo, alone": [self._typo(rng, words[0])],
            "typo of two": [self._typo(rng, words[0]), *words[1:2]],
        }[kind]
        rng.shuffle(asked)
        return " ".join(asked)

    def _typo(self, rng: Random, word: str) -> str:
        for _ in range(100):
            place = rng.randrange(1, len(word))
            slip = word[:place] + rng.choice("aeioulnrst") + word[place + rng.randint(0, 1) :]
            if slip not in self.frequency:
                return slip
        return f"{word}x"


def _written(title: str) -> list[str]:
    return re.findall(r"\w+", title.lower())


def _distinct(document: Document) -> set[str]:
    return set(re.findall(r"\w+", f"{document.title} {document.body}".lower()))


@lru_cache(maxsize=2)
def _words(locale: str) -> list[str]:
    """Different words, the short ones first, as common words are."""
    rng = Random(f"words {locale}")
    units = _UNITS.get(locale, _LATIN)
    # As sparse as real ones: of all that could be words, few are.
    stretch = 1.0 if locale in _UNSPACED else 1.4
    words: dict[str, None] = {}
    while len(words) < _VOCABULARY:
        size = 1 + int(stretch * log(len(words) + 2) / log(len(units))) + rng.randrange(2)
        words["".join(rng.choices(units, k=size))] = None
    return list(words)


_Drawable = tuple[list[str], list[float]]


def _article(locale: str, number: int, seed: int, all_words: _Drawable, rarer: _Drawable) -> Document:
    rng = Random(f"{seed} {locale} {number}")
    topics = list(dict.fromkeys(rng.choices(rarer[0], cum_weights=rarer[1], k=10)))
    between = "" if locale in _UNSPACED else " "

    def draw(count: int, share: float) -> list[str]:
        words = rng.choices(all_words[0], cum_weights=all_words[1], k=count)
        for place in rng.choices(range(count), k=round(share * count)):
            words[place] = rng.choice(topics)
        return words

    def line(words: list[str]) -> str:
        return between.join(words).capitalize()

    def sentence() -> str:
        return line(draw(rng.randint(8, 18), 0.15)) + ("." if between else "。")

    # Four of the topics, so that every title is one of a kind.
    title = topics[:4] + draw(rng.randint(0, 5), 0.2)
    rng.shuffle(title)
    headings = [line(draw(rng.randint(2, 5), 0.4)) for _ in range(rng.randint(2, 5))]
    text = "\n".join(
        f"{heading}\n{between.join(sentence() for _ in range(rng.randint(4, 10)))}" for heading in headings
    )
    return _document(locale, number, line(title), headings, sentence(), topics[4:8], text)


def _document(
    locale: str, number: int, title: str, headings: list[str], summary: str, keywords: list[str], body: str
) -> Document:
    return Document(
        article_id=number,
        translation_id=number,
        language=locale,
        title_language=locale,
        category=CATEGORIES[number % len(CATEGORIES)],
        section=f"section-{number % 12}",
        title=title,
        headings="\n".join(headings),
        summary=summary,
        keywords=", ".join(keywords),
        body=body,
        stamp=blake2b(f"{title}\n{body}".encode(), digest_size=16).hexdigest(),
        published_on=19_000 + number % 1_000,
        updated_at=1_700_000_000 + 1_000 * (number % 10_000),
    )
