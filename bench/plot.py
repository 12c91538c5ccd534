"""Draws the figures of a run of the data plane as an SVG: CPU per query, in multiples of the null echo's."""

import xml.sax.saxutils

import peers
import promises
import report

FILE = report.ROOT / "docs" / "performance.svg"
KINDS = {peers.ZONE: "Zone answers", peers.CACHED: "Cache hits", peers.MISSED: "Forwarded misses"}
WIDTH, LABEL, BAR, GAP, TITLE = 760, 210, 16, 6, 34
OURS, OTHER, LIMIT = "#0b6e4f", "#8d99ae", "#2b2d42"


def _color(name):
    if name.startswith(peers.Nave.name):
        return OURS
    return LIMIT if name == peers.NullEcho.name else OTHER


def _text(x, y, text, **attributes):
    more = "".join(f' {key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<text x="{x:.0f}" y="{y:.0f}"{more}>{xml.sax.saxutils.escape(text)}</text>'


def _chart(title, bars, top):
    """The lines of one chart whose top is at `top`, and where it ends. `bars`: name and value, the best first."""
    lines = [_text(0, top + 20, title, font_weight="bold")]
    most = max(value for _, value in bars)
    y = top + TITLE
    for name, value in bars:
        width = max(2.0, value / most * (WIDTH - LABEL - 60))
        lines += [_text(LABEL - 8, y + BAR - 4, name, text_anchor="end"),
                  f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{_color(name)}"/>',
                  _text(LABEL + width + 6, y + BAR - 4, f"{value:.2f}")]
        y += BAR + GAP
    return lines, y


def write(figures, names):
    """One chart for each kind, of the servers `names` that have it; nothing without the null echo."""
    lines, y = [], 0
    for kind, title in KINDS.items():
        echo = figures.get((peers.NullEcho.name, kind))
        if not echo:
            return
        bars = [(name, promises.ratio(figures[name, kind], echo, "cpu")) for name in names if (name, kind) in figures]
        chart, y = _chart(f"{title}: CPU per query, null echo = 1", sorted(bars, key=lambda bar: bar[1]), y)
        lines += chart
        y += 12
    FILE.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" font-family="sans-serif" '
                    'font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n' + "\n".join(lines) + "\n</svg>\n")
