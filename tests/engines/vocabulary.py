# SPDX-License-Identifier: Apache-2.0
"""The words of the tiny models: a byte-level tokenizer with a few syllables.

It reads any text, byte by byte where no syllable fits. What a model of random weights says is
chosen among syllables and whole letters alone, so that its nonsense is valid UTF-8 and never ends
by itself.
"""

CONSONANTS, VOWELS = "bdfgklmnprstv", "aeiou"
LETTERS = "éßøЖ日"
UNKNOWN, BEGIN, END, TURN = "<unk>", "<s>", "</s>", "<|turn|>"
SPECIAL = [UNKNOWN, BEGIN, END, TURN]
CHAT_TEMPLATE = (f"{{% for message in messages %}}{TURN}{{{{ message['role'] }}}} "
                 f"{{{{ message['content'] }}}}{END}{{% endfor %}}"
                 f"{{% if add_generation_prompt %}}{TURN}assistant {{% endif %}}")


def byte_letters():
    """GPT-2's letter for each byte: printable ones stand for themselves, others from U+0100 on."""
    printable = [*range(0x21, 0x7f), *range(0xa1, 0xad), *range(0xae, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable},
            **{byte: chr(0x100 + i) for i, byte in enumerate(others)}}


def merges_of(letters):
    """The merges that make one token of these, left to right."""
    return [("".join(letters[:i]), letters[i]) for i in range(1, len(letters))]


def make():
    """(tokens in order of their ids, merges in order of their rank, ids of what may be said)"""
    letter_of = byte_letters()
    syllables = [consonant + vowel for consonant in CONSONANTS for vowel in VOWELS]
    words = [list(syllable) for syllable in syllables]
    words += [[letter_of[ord(" ")], syllable] for syllable in syllables]
    words += [[letter_of[byte] for byte in letter.encode()] for letter in LETTERS]
    merges = [merge for word in words for merge in merges_of(word)]
    tokens = SPECIAL + list(letter_of.values()) + ["".join(merge) for merge in merges]
    assert len(set(tokens)) == len(tokens)
    return tokens, merges, [tokens.index("".join(word)) for word in words]
