"""Words: normalisation, word pieces, letter case, and lemma scripts.

The reader of the model (crates/attache-nlp) repeats this file exactly; models/README.md states the same rules in prose.
"""

import unicodedata
from functools import lru_cache

MAX_PIECES_PER_WORD = 32
PAD, UNK, CLS, SEP, MASK = "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"

CASE_NONE, CASE_LOWER, CASE_TITLE, CASE_UPPER, CASE_MIXED, CASE_DIGIT = range(6)
CASE_CLASSES = 6

PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "..."})
PLAIN_APOSTROPHE = str.maketrans({"’": "'", "‘": "'"})


def normalise(word):
    """Plain quotes and dashes, lower case, no accents: the form that word pieces are cut from."""
    decomposed = unicodedata.normalize("NFD", word.translate(PLAIN).lower())
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn")


def is_punctuation(char):
    """BERT's notion of punctuation: every ASCII sign that is no letter or digit, and Unicode category P."""
    code = ord(char)
    if 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126:
        return True
    return unicodedata.category(char).startswith("P")


def is_ideograph(char):
    """The CJK blocks that BERT splits into single characters."""
    code = ord(char)
    return 0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0x20000 <= code <= 0x2CEAF or 0xF900 <= code <= 0xFAFF


def basic_tokens(normalised):
    """Splits a normalised word at white space and around each punctuation sign and ideograph; drops control characters."""
    tokens, current = [], ""
    for char in normalised:
        if char.isspace():
            tokens.append(current)
            current = ""
        elif unicodedata.category(char) in ("Cc", "Cf") or char == "\ufffd":
            continue
        elif is_punctuation(char) or is_ideograph(char):
            tokens += [current, char]
            current = ""
        else:
            current += char
    tokens.append(current)
    return [t for t in tokens if t]


class WordPieces:
    """Greedy longest-match word pieces over a BERT vocabulary."""

    def __init__(self, vocabulary):
        self.vocabulary = vocabulary
        self.ids = {piece: i for i, piece in enumerate(vocabulary)}
        self.pad, self.unk, self.cls, self.sep, self.mask = (self.ids[p] for p in (PAD, UNK, CLS, SEP, MASK))
        self.of_word = lru_cache(maxsize=200_000)(self._of_word)

    @classmethod
    def read(cls, path):
        """Reads a vocabulary file, one piece a line."""
        with open(path, encoding="utf-8") as lines:
            return cls([line.rstrip("\n") for line in lines])

    def _of_word(self, word):
        """Piece numbers of one word: never empty, at most MAX_PIECES_PER_WORD."""
        pieces = [piece for token in basic_tokens(normalise(word)) for piece in self._of_token(token)]
        return tuple(pieces[:MAX_PIECES_PER_WORD]) or (self.unk,)

    def _of_token(self, token):
        """Longest match from the left; a token that cannot be covered whole is one unknown piece."""
        pieces, start = [], 0
        while start < len(token):
            for end in range(len(token), start, -1):
                piece = self.ids.get(("##" if start else "") + token[start:end])
                if piece is not None:
                    break
            else:
                return [self.unk]
            pieces.append(piece)
            start = end
        return pieces


@lru_cache(maxsize=200_000)
def case_of(word):
    """The letter-case class of a word. A digit wins; two or more letters, all upper, are ALLCAPS; one upper letter is Title."""
    if any(c.isdigit() for c in word):
        return CASE_DIGIT
    letters = [c for c in word if c.isalpha()]
    upper = [c.isupper() for c in letters]
    if not any(upper):
        return CASE_LOWER
    if all(upper):
        return CASE_UPPER if len(letters) >= 2 else CASE_TITLE
    return CASE_TITLE if upper[0] and not any(upper[1:]) else CASE_MIXED


def lemma_script(form, lemma, is_name):
    """The shortest rule that makes `lemma` of `form`: keep, lower, `N|suffix` on the lower-cased form, `CN|suffix` on the form."""
    form = form.translate(PLAIN_APOSTROPHE)
    lemma = lemma.translate(PLAIN_APOSTROPHE)
    lower = form.lower()
    if lemma == form and (is_name or form != lower):
        return "keep"
    if lemma == lower:
        return "lower"
    plain, cased = _cut(lower, lemma), _cut(form, lemma)
    return plain if lemma == lemma.lower() else "C" + cased


def _cut(form, lemma):
    shared = 0
    while shared < min(len(form), len(lemma)) and form[shared] == lemma[shared]:
        shared += 1
    return f"{len(form) - shared}|{lemma[shared:]}"


def apply_lemma_script(script, form):
    """Carries a lemma script out; one that would cut more than there is leaves the lower-cased form."""
    form = form.translate(PLAIN_APOSTROPHE)
    if script == "keep":
        return form
    if script == "lower":
        return form.lower()
    base = form if script.startswith("C") else form.lower()
    cut, suffix = script.removeprefix("C").split("|", 1)
    if int(cut) > len(base):
        return form.lower()
    return (base[: len(base) - int(cut)] + suffix) or form.lower()
