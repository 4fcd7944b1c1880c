"""Draws what a terminal shows as an SVG picture, for the README.

    COLUMNS=100 CLICOLOR_FORCE=1 attache read examples/strait-talks.txt | python3 examples/picture.py > examples/strait-talks.svg

Of the output it keeps the article with its margin and the first events.
"""

import html
import re
import sys

WIDTH, LINE, SIZE = 8.43, 19, 14
COLOURS = {"31": "#e06c75", "32": "#98c379", "33": "#e5c07b", "34": "#61afef", "35": "#c678dd", "36": "#56b6c2"}
SGR = re.compile(r"\x1b\[([0-9;]*)m")


def runs(line):
    """Pieces of a line with their style."""
    style, at = {}, 0
    for found in SGR.finditer(line):
        if found.start() > at:
            yield line[at : found.start()], dict(style)
        at = found.end()
        for code in (found.group(1) or "0").split(";"):
            if code in ("", "0"):
                style = {}
            elif code == "1":
                style["font-weight"] = "bold"
            elif code == "2":
                style["fill-opacity"] = "0.6"
            elif code == "4":
                style["text-decoration"] = "underline"
            elif code in COLOURS:
                style["fill"] = COLOURS[code]
    if at < len(line):
        yield line[at:], dict(style)


def chosen(lines):
    """The article, then the first events."""
    plain = [SGR.sub("", line) for line in lines]
    statements = next(i for i, line in enumerate(plain) if line.startswith("Statements"))
    events = next(i for i, line in enumerate(plain) if line.startswith("Events"))
    fifth = next(i for i, line in enumerate(plain) if i > events and line.startswith("E5 "))
    return lines[:statements] + lines[events:fifth]


def main():
    lines = ["$ attache read examples/strait-talks.txt", ""] + chosen(sys.stdin.read().split("\n"))
    width, height = 104 * WIDTH, (len(lines) + 2) * LINE
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" font-size="{SIZE}"'
          ' font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" fill="#dcdfe4">')
    print('<rect width="100%" height="100%" rx="8" fill="#1e222a"/>')
    for n, line in enumerate(lines):
        y, column = (n + 1.6) * LINE, 0
        for text, style in runs(line):
            if text.strip():
                attributes = "".join(f' {name}="{value}"' for name, value in style.items())
                x = 16 + column * WIDTH
                print(f'<text x="{x:.1f}" y="{y:.1f}" xml:space="preserve" textLength="{len(text) * WIDTH:.1f}"{attributes}>{html.escape(text)}</text>')
            column += len(text)
    print("</svg>")


if __name__ == "__main__":
    main()
