"""What verdicts teach with other features, and what a judge of candidates is worth on ground that it has not seen.

    python -m papaver_train.taught learn --pool build/verdicts
    python -m papaver_train.taught judge --pool build/verdicts

`learn`: so many verdicts on one ground, no more than a tenth of them true, fit a head as `papaver learn` does (an offset, a ridge, its strength
by five parts; refused where it tells verdicts apart no better); it is judged by other plots and false candidates of the same ground, or by
another ground's. 'Left' is the share of the false candidates before 95 % of the plots that is still before them. `judge`: one head for all,
learnt from the plots of all other grounds and of rendered ground. Plots to learn from are of other individuals than those to judge by.
False candidates are what lies on the ground, other plants and things pasted as the poppies are ('twins'), or both. As a control, twins
stand for the plots: what tells them from what lies there is that they were pasted.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .verdicts import GROUNDS
from .verify import area

PULLS, PARTS, ON_BIAS, RECALL, WIDTH = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0), 5, 1e-2, 0.95, 64


@dataclass(frozen=True)
class Rows:
    """Candidates: shipped log odds (n,), the program's figures (n, 22), the trunk's vectors (n, 832), kinds (n,), which are true (n,)."""

    shipped: np.ndarray
    own: np.ndarray
    raw: np.ndarray
    kind: np.ndarray
    true: np.ndarray

    def where(self, index: np.ndarray) -> Rows:
        """Some of them."""
        return Rows(*(getattr(self, k)[index] for k in self.__dataclass_fields__))

    @staticmethod
    def joined(parts: list[Rows]) -> Rows:
        """All of several."""
        names = Rows.__dataclass_fields__
        return Rows(*(np.concatenate([getattr(p, k) for p in parts]) for k in names))


def load(pool: Path, pattern: str) -> Rows:
    """The candidates of all files of a name."""
    tables = [np.load(p) for p in sorted(pool.glob(pattern)) if ".part." not in p.name]
    tables = [t for t in tables if len(t["kind"])]
    if not tables:
        raise SystemExit(
            f"error: no candidates {pattern} in {pool}\nhint: collect them first: python -m papaver_train.verdicts … --out {pool}"
        )
    shipped, own, raw, kind = (
        np.concatenate([t[k] for t in tables]) for k in ("shipped", "own", "raw", "kind")
    )
    true = np.char.startswith(kind, "poppy_")
    return Rows(shipped, own.astype(float), raw.astype(float), kind, true)


def fit(x: np.ndarray, offset: np.ndarray, true: np.ndarray, pull: float) -> np.ndarray:
    """(features + 1,): weights and bias of a logistic regression about an offset, as `statistics::logistic` fits it."""
    a = np.hstack([x, np.ones((len(x), 1))])
    ridge = np.full(a.shape[1], pull)
    ridge[-1] = ON_BIAS

    def loss(w):
        odds = offset + a @ w
        return np.logaddexp(0, np.where(true, -odds, odds)).sum() + (ridge * w * w).sum() / 2

    w = np.zeros(a.shape[1])
    reached = loss(w)
    for _ in range(60):
        chance = 1 / (1 + np.exp(-(offset + a @ w)))
        gradient = a.T @ (chance - true) + ridge * w
        weight = np.maximum(chance * (1 - chance), 1e-9)
        b = a / ridge
        if len(x) > len(w):
            step = np.linalg.solve(np.diag(ridge) + (a.T * weight) @ a, gradient)
        else:
            # The smaller system (Woodbury's identity).
            inner = np.linalg.solve(np.diag(1 / weight) + b @ a.T, a @ (gradient / ridge))
            step = gradient / ridge - b.T @ inner
        share = 1.0
        while loss(w - share * step) > reached and share >= 1e-6:
            share /= 2
        w = w - share * step
        gained, reached = reached - loss(w), loss(w)
        if gained < 1e-8:
            break
    return w


def odds(x: np.ndarray, offset: np.ndarray, w: np.ndarray) -> np.ndarray:
    """The log odds that a fit gives."""
    return offset + x @ w[:-1] + w[-1]


def unseen(x, offset, true, pull: float) -> tuple[float, float]:
    """(surprise, area under the ROC curve) of verdicts, each by what the other parts teach."""
    part = np.zeros(len(true), int)
    for wanted in (False, True):
        part[true == wanted] = np.arange((true == wanted).sum()) % PARTS
    surprise, order = 0.0, np.zeros(len(true))
    for k in range(PARTS):
        seen = part != k
        w = fit(x[seen], offset[seen], true[seen], pull)
        got = odds(x[~seen], offset[~seen], w)
        surprise += float(np.logaddexp(0, np.where(true[~seen], -got, got)).sum())
        order[~seen] = got - w[-1]
    return surprise, area(order, true)


def learnt(x, offset, true) -> np.ndarray | None:
    """The head that verdicts teach; None where `papaver learn` refuses."""
    shipped, before = unseen(x, offset, true, 1e12)
    tried = [(*unseen(x, offset, true, pull), pull) for pull in PULLS]
    surprise, after, pull = min(tried)
    return fit(x, offset, true, pull) if surprise < shipped and after >= before else None


def false_before(scores: np.ndarray, true: np.ndarray) -> int:
    """False ones that come before 95 % of the true ones."""
    last = np.sort(scores[true])[::-1][int(np.ceil(RECALL * true.sum())) - 1]
    return int((scores[~true] > last).sum())


class Features:
    """The program's own figures, the trunk's principal components, or both; standardised by what is learnt from."""

    def __init__(self, name: str, basis: Rows, learn: Rows) -> None:
        self.name = name
        self.middle, self.spread = basis.raw.mean(0), basis.raw.std(0) + 1e-3
        self.axes = np.linalg.svd(self.even(basis), full_matrices=False)[2][:WIDTH].T
        x = self.plain(learn)
        self.centre, deviation = x.mean(0), x.std(0)
        self.scale = np.where(deviation > 1e-5, deviation, 1.0)

    def even(self, rows: Rows) -> np.ndarray:
        """The trunk's vectors, standardised."""
        return np.clip((rows.raw - self.middle) / self.spread, -6, 6)

    def plain(self, rows: Rows) -> np.ndarray:
        """Features as they are."""
        own, trunk = rows.own, self.even(rows) @ self.axes
        return {"own": own, "trunk": trunk, "both": np.hstack([own, trunk])}[self.name]

    def __call__(self, rows: Rows) -> np.ndarray:
        return np.clip((self.plain(rows) - self.centre) / self.scale, -5, 5)


# Which false candidates there are: what lies on the ground, twins.
FALSE = {"lying": (True, False), "both": (True, True), "twins": (False, True)}


def county(rows: Rows, false: str) -> Rows:
    """Plots, and the false candidates of a name; 'control': twins stand for the plots."""
    lies = rows.kind == "ground"
    if false == "control":
        some = rows.where(~rows.true)
        return Rows(some.shipped, some.own, some.raw, some.kind, some.kind != "ground")
    ground, twins = FALSE[false]
    return rows.where(rows.true | (lies & ground) | (~lies & ~rows.true & twins))


def halves(rng, rows: Rows) -> tuple[np.ndarray, np.ndarray]:
    """Of what lies on the ground one half each; of plots and twins all, as they are of other individuals already."""
    lies = np.nonzero(rows.kind == "ground")[0]
    drawn = rng.permutation(lies)
    rest = np.nonzero(rows.kind != "ground")[0]
    return np.r_[rest, drawn[: len(lies) // 2]], np.r_[rest, drawn[len(lies) // 2 :]]


def draw(rng, learn: Rows, judge: Rows, same: bool, features, count: int) -> tuple | None:
    """(area before, after, false before, after) of one draw of verdicts and one resampling of what they are judged by."""
    taught = learn
    if same:
        first, second = halves(rng, learn)
        taught, ground = learn.where(first), learn.where(second)
        lies = ground.kind == "ground"
        judge = Rows.joined([judge.where(judge.kind != "ground"), ground.where(lies)])
    yes, no = np.nonzero(taught.true)[0], np.nonzero(~taught.true)[0]
    wanted = max(3, count // 10)
    if len(yes) < wanted or len(no) < count - wanted:
        return None
    told = np.r_[rng.choice(yes, wanted, False), rng.choice(no, count - wanted, False)]
    verdicts = taught.where(told)
    w = learnt(features(verdicts), verdicts.shipped, verdicts.true)
    kinds = (np.nonzero(judge.true)[0], np.nonzero(~judge.true)[0])
    judge = judge.where(np.concatenate([rng.choice(k, len(k)) for k in kinds]))
    before = judge.shipped
    after = before if w is None else odds(features(judge), before, w)
    areas = area(before, judge.true), area(after, judge.true)
    return (*areas, false_before(before, judge.true), false_before(after, judge.true))


def line(name: str, got: list) -> str:
    """One row in words: medians, and 90 % of the draws."""
    got = np.array(got, float)
    left = got[:, 3] / np.maximum(got[:, 2], 1)
    low, middle, high = np.percentile(left, [5, 50, 95])
    area_before, area_after = np.median(got[:, 0]), np.median(got[:, 1])
    return (
        f"{name:64} area {area_before:.3f} -> {area_after:.3f}; left {middle:.2f} [{low:.2f}, {high:.2f}], "
        f"mean {got[:, 3].sum() / got[:, 2].sum():.2f}, worse in {(left > 1).mean():.2f}"
    )


def parts(pool: Path) -> dict[str, tuple[Rows, Rows]]:
    """Of each ground the candidates to learn from and to judge by."""
    out = {}
    for ground in GROUNDS:
        if list(pool.glob(f"{ground}-*-test.npz")):
            lying = load(pool, f"{ground}-*-ground.npz")
            plots = [load(pool, f"{ground}-*-{part}.npz") for part in ("validation", "test")]
            out[ground] = tuple(Rows.joined([lying, p]) for p in plots)
    return out


def learn(args: argparse.Namespace) -> None:
    """Prints what verdicts teach, a line for each ground, kind of false candidates, features and number of verdicts."""
    grounds, rendered = parts(args.pool), load(args.pool, "rendered-*.npz")
    for a, (teach, _) in grounds.items():
        for b, (_, tests) in grounds.items():
            for false in (*FALSE, *(["control"] if a == b else [])):
                first, second = county(teach, false), county(tests, false)
                for name in ("own", "both"):
                    features = Features(name, rendered, first)
                    for count in args.verdicts:
                        rng = np.random.default_rng(count)
                        same = a == b
                        tried = [
                            draw(rng, first, second, same, features, count)
                            for _ in range(args.draws)
                        ]
                        if None not in tried:
                            row = f"{a} -> {b}, {false}, {name}, {count} verdicts"
                            print(line(row, tried), flush=True)


def judge(args: argparse.Namespace) -> None:
    """Prints what one head for all is worth on each ground that it was not learnt from: resampled 1,000 times."""
    grounds, rendered = parts(args.pool), load(args.pool, "rendered-*.npz")
    for ground, (_, tests) in grounds.items():
        others = [teach for name, (teach, _) in grounds.items() if name != ground]
        teach = Rows.joined([rendered, *others])
        shuffled = teach.where(np.random.default_rng(0).permutation(len(teach.true)))
        for name in ("own", "trunk", "both"):
            features = Features(name, shuffled, shuffled)
            x = features(shuffled)
            pull = min(PULLS, key=lambda p, x=x: unseen(x, shuffled.shipped, shuffled.true, p)[0])
            w = fit(x, shuffled.shipped, shuffled.true, pull)
            for false in FALSE:
                rows, got = county(tests, false), []
                after = odds(features(rows), rows.shipped, w)
                rng = np.random.default_rng(1)
                kinds = (np.nonzero(rows.true)[0], np.nonzero(~rows.true)[0])
                for _ in range(1000):
                    k = np.concatenate([rng.choice(kind, len(kind)) for kind in kinds])
                    pair = (rows.shipped[k], after[k])
                    areas = (area(s, rows.true[k]) for s in pair)
                    got.append((*areas, *(false_before(s, rows.true[k]) for s in pair)))
                counts = f"{rows.true.sum()} plots, {(~rows.true).sum()} false"
                print(
                    line(f"others -> {ground}, {false}, {name} ({counts})", got),
                    flush=True,
                )


def main() -> None:
    """Learns or judges."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["learn", "judge"])
    parser.add_argument("--pool", type=Path, default=Path("build/verdicts"))
    parser.add_argument("--verdicts", type=int, nargs="*", default=[25, 50, 100])
    parser.add_argument("--draws", type=int, default=100)
    args = parser.parse_args()
    (learn if args.what == "learn" else judge)(args)


if __name__ == "__main__":
    main()
