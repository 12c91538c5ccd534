"""What the project promises of its data plane, held against the figures of a run."""

import collections

import peers

# `kept`: None where the run lacks what it takes to say.
Promise = collections.namedtuple("Promise", "text figure kept")
HEADER = ["promise", "measured", "kept"]
ECHO_RATIO_MAX = {peers.ZONE: 1.15, peers.CACHED: 1.15, peers.MISSED: 2.2}
LARGE_RATIO_MAX = 1.05
TWO_WORKERS_MIN = 1.8
OURS = (peers.Nave.name, peers.NaveTwoWorkers.name, peers.NaveLarge.name)
# What only shows a limit is no peer.
LIMITS = (peers.NullEcho.name, peers.BareCares.name)


def _best(figures, medians, kind, field):
    """The best peer's name and figure, or None."""
    others = [(getattr(medians(mine), field), name) for (name, its_kind), mine in figures.items()
              if its_kind == kind and name not in OURS + LIMITS]
    return min(others, default=None)


def _ratio(text, above, below, most):
    """A promise that `above` is at most so many times `below`; either may be missing."""
    if above is None or below is None or not below:
        return Promise(text, "-", None)
    return Promise(text, f"{above / below:.2f}", above / below <= most)


def check(figures, medians):
    """The promises, in order. `figures`: by server and kind, of each round; `medians`: makes one of several."""

    def cpu(peer, kind):
        mine = figures.get((peer.name, kind))
        return medians(mine).cpu if mine else None

    checked = []
    for kind, most in ECHO_RATIO_MAX.items():
        checked.append(_ratio(f"{kind}: CPU at most {most} of the null echo", cpu(peers.Nave, kind),
                              cpu(peers.NullEcho, peers.ZONE), most))
        best = _best(figures, medians, kind, "cpu")
        if best:
            checked.append(_ratio(f"{kind}: CPU below every peer's (best: {best[1]})", cpu(peers.Nave, kind), best[0], 1.0))
        checked.append(_ratio(f"{kind}: CPU with the large state at most {LARGE_RATIO_MAX} of that without",
                              cpu(peers.NaveLarge, kind), cpu(peers.Nave, kind), LARGE_RATIO_MAX))
        one, two = cpu(peers.Nave, kind), cpu(peers.NaveTwoWorkers, kind)
        if one and two:
            checked.append(Promise(f"{kind}: two workers at least {TWO_WORKERS_MIN} times one, by their CPU",
                                   f"{2 * one / two:.2f}", 2 * one / two >= TWO_WORKERS_MIN))
        mine = figures.get((peers.Nave.name, kind))
        best = _best(figures, medians, kind, "half_p99")
        if mine and best and best[0]:
            checked.append(_ratio(f"{kind}: p99 at half of the own rate below the best peer's ({best[1]})",
                                  medians(mine).half_p99, best[0], 1.0))
    return checked


def rows(checked):
    return [[promise.text, promise.figure, {True: "yes", False: "no", None: "not measured"}[promise.kept]]
            for promise in checked]
