"""What the project promises of its data plane, held against the figures of a run."""

import collections

import dnsperf
import peers

# `kept`: None where the run lacks what it takes to say.
Promise = collections.namedtuple("Promise", "text figure kept")
HEADER = ["promise", "measured", "kept"]
ECHO_RATIO_MAX = {peers.ZONE: 1.15, peers.CACHED: 1.15, peers.MISSED: 2.2}
LARGE_RATIO_MAX = 1.05
TWO_WORKERS_MIN = 1.8
OURS = (peers.Nave.name, peers.NaveTwoWorkers.name, peers.NaveLarge.name)
# What only shows a limit is no peer.
LIMITS = (peers.NullEcho.name, peers.NullEchoTwoWorkers.name, peers.BareCares.name)


def _best(figures, medians, kind, field):
    """The best peer's name and figure, or None."""
    others = [(getattr(medians(mine), field), name) for (name, its_kind), mine in figures.items()
              if its_kind == kind and name not in OURS + LIMITS]
    return min(others, default=None)


def ratio(above, below, field):
    """Of two servers' figures: the median of the ratios within each round."""
    return dnsperf.median([getattr(a, field) / getattr(b, field) for a, b in zip(above, below)])


def _at_most(text, above, below, most, field="cpu"):
    """A promise that `above` is at most so many times `below`; either may be missing."""
    if not above or not below or not all(getattr(b, field) for b in below):
        return Promise(text, "-", None)
    measured = ratio(above, below, field)
    return Promise(text, f"{measured:.2f}", measured <= most)


def check(figures, medians):
    """The promises, in order. `figures`: by server and kind, of each round; `medians`: makes one of several."""

    def of(name, kind):
        return figures.get((name, kind))

    checked = []
    for kind, most in ECHO_RATIO_MAX.items():
        mine = of(peers.Nave.name, kind)
        checked.append(_at_most(f"{kind}: CPU at most {most} of the null echo", mine, of(peers.NullEcho.name, kind), most))
        best = _best(figures, medians, kind, "cpu")
        if best:
            checked.append(_at_most(f"{kind}: CPU below every peer's (best: {best[1]})", mine, of(best[1], kind), 1.0))
        checked.append(_at_most(f"{kind}: CPU with the large state at most {LARGE_RATIO_MAX} of that without",
                                of(peers.NaveLarge.name, kind), mine, LARGE_RATIO_MAX))
        checked += _two_workers(kind, of)
        best = _best(figures, medians, kind, "half_p99")
        if mine and best and best[0]:
            its = of(best[1], kind)
            checked.append(_at_most(f"{kind}: p99 at half of the best peer's rate below its own ({best[1]})",
                                    [figure._replace(half_p99=figure.beside_p99) for figure in its], its, 1.0, "half_p99"))
            checked.append(_at_most(f"{kind}: p99 at half of the own rate below the best peer's at half of its own ({best[1]})",
                                    mine, its, 1.0, "half_p99"))
    return checked


def _two_workers(kind, of):
    """What a second worker adds, by its CPU: where it shares a core with those who ask, it can add no more than the null echo's."""
    one, two = of(peers.Nave.name, kind), of(peers.NaveTwoWorkers.name, kind)
    echo, echo_two = of(peers.NullEcho.name, kind), of(peers.NullEchoTwoWorkers.name, kind)
    if not one or not two or not echo or not echo_two:
        return []
    echo_cost = max(ratio(echo_two, echo, "cpu"), 1.0)
    measured = 2 * ratio(one, two, "cpu") * echo_cost
    text = f"{kind}: two workers at least {TWO_WORKERS_MIN} times one, by their CPU, where two of the null echo cost {echo_cost:.2f} of one"
    return [Promise(text, f"{measured:.2f}", measured >= TWO_WORKERS_MIN)]


def rows(checked):
    return [[promise.text, promise.figure, {True: "yes", False: "no", None: "not measured"}[promise.kept]]
            for promise in checked]
