"""Trains and judges the second stage on what `papaver_train.pool` has collected.

    python -m papaver_train.verify fit ../papaver.onnx --pool build/pool --minutes 28 --out ../papaver-verifier.onnx
    python -m papaver_train.verify judge ../papaver-verifier.onnx --pool build/pool

Each step takes candidates by their class, those that the first stage is surer of twice as often, in a view that is moved, turned, mirrored
and seen in other light. The stem and the first blocks keep ImageNet's weights; the weights kept are a moving average.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import json
import math
import multiprocessing
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F

from .dense import Model
from .judge import line
from .net import standardise
from .pool import MARGIN, load, moved, seen
from .verifier import CLASSES, NEAR, WIDE, Sight, Thresholds, Verifier, build, metadata
from .views import VIEWS

JUDGE_VIEWS, BATCH, SCORED_AT_ONCE = 4, 32, 16
SHARES = np.array([0.5, 0.38, 0.12])  # of each class in a batch
SURE, MOVED_CM = 0.3, 14.0
# Both stages list so many plots in bloom for each of validation's that the first one finds alone at its own threshold; so many of those listed are
# more than weak. Of validation's ground without poppy at most so many candidates a square kilometre may be for direct dispatch.
KEPT, PASS, FALSE_KM2 = 1.03, 0.975, 60.0
SURE_ALONE = 0.6  # What reaches it in the mean of the first stage's nine looks is listed whatever the second says
CANDIDATE = 0.35  # The first stage's score from which the second looks: twice as many places as at the first one's own threshold


def light_of(rng, image: np.ndarray) -> np.ndarray:
    """A crop in other light: gamma, brightness, white balance, saturation, noise."""
    x = np.clip(image.astype(np.float32) / 255, 1e-3, 1) ** np.exp(rng.normal(0, 0.2))
    x = x * np.exp(rng.normal(0, 0.12) + rng.normal(0, 0.05, 3)).astype(np.float32)
    grey = x.mean(2, keepdims=True)
    x = grey + (x - grey) * np.exp(rng.normal(0, 0.15))
    if rng.random() < 0.5:
        x = x + rng.normal(0, rng.uniform(0, 0.02), x.shape)
    return (np.clip(x, 0, 1) * 255).astype(np.uint8)


class Stream:
    """Batches out of candidates, made by another process: (classes, image, surroundings)."""

    shared: tuple[dict, np.ndarray]

    def __init__(self, rows: dict, seed: int) -> None:
        Stream.shared = (rows, odds(rows))
        self.room, self.over = threading.Semaphore(6), False
        self.pool = multiprocessing.get_context("fork").Pool(1)
        self.batches = self.pool.imap(batch, self.seeds(seed * 10_000_000))

    def seeds(self, seed: int):
        """No more than a few ahead."""
        while self.room.acquire() and not self.over:
            yield seed
            seed += 1

    def next(self):
        """The next batch."""
        made = next(self.batches)
        self.room.release()
        return made

    def close(self) -> None:
        """Ends the other process; who deals out seeds must not wait for room then."""
        self.over = True
        self.room.release()
        self.pool.terminate()


def odds(rows: dict) -> np.ndarray:
    """How often each candidate is taken: classes by SHARES, what the first stage is surer of twice, what it passed over half as often."""
    weight = np.where(rows["score"] >= SURE, 2.0, 1.0)
    weight = weight * np.where(rows["forced"].astype(bool), 0.5, 1.0)
    label = rows["label"].astype(int)
    there = np.array([weight[label == k].sum() for k in range(len(CLASSES))])
    weight = weight * (SHARES / np.maximum(there, 1e-9))[label]
    return weight / weight.sum()


def batch(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One batch of the candidates that the processes share."""
    rows, odds_of = Stream.shared
    rng = np.random.default_rng(seed)
    chosen, both = rng.choice(len(odds_of), BATCH, p=odds_of), ([], [])
    for i in chosen:
        by, turns = rng.uniform(-MOVED_CM, MOVED_CM, 2), int(rng.integers(4))
        mirrored, again = rng.random() < 0.5, int(rng.integers(1 << 40))
        other = rng.random() < 0.8
        for out, crops, sight in ((both[0], rows["near"], NEAR), (both[1], rows["wide"], WIDE)):
            view = moved(crops[i], sight, by, turns, mirrored)
            out.append(light_of(np.random.default_rng(again), view) if other else view)
    return rows["label"][chosen].astype(np.int64), np.stack(both[0]), np.stack(both[1])


def tune(
    rows: dict,
    *,
    minutes: float = 0.0,
    steps: int = 0,
    rate: float = 4e-4,
    seed: int = 5,
    begin: Path | None = None,
) -> Verifier:
    """The network learnt from candidates, for so many minutes or steps, from ImageNet's weights or from earlier ones; the rate falls over the
    last four tenths."""
    torch.manual_seed(3)
    stream, net = Stream(rows, seed), Verifier()
    if begin:
        net.load_state_dict(torch.load(begin))
    else:
        net.trunk.load_imagenet()
    net = net.to(memory_format=torch.channels_last)
    average, parts = copy.deepcopy(net), ((net.trunk, 0.5), (net.head, 2.0))
    groups = [{"params": part.parameters(), "times": times} for part, times in parts]
    optimiser = torch.optim.AdamW(groups, lr=rate, weight_decay=0.02)
    begun, step, losses = time.time(), 0, []
    warm = min(100, max(1, steps // 6)) if steps else 100
    while True:
        done = step / steps if steps else (time.time() - begun) / 60 / max(minutes, 1e-9)
        if done >= 1:
            break
        now = rate * min(1.0, (step + 1) / warm) * min(1.0, (1 - done) / 0.4)
        for group in optimiser.param_groups:
            group["lr"] = max(now * group["times"], 1e-6)
        label, near, wide = stream.next()
        net.train()
        logits, _ = net(standardise(near), standardise(wide))
        loss = F.cross_entropy(logits, torch.from_numpy(label), label_smoothing=0.03)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        step += 1
        losses.append(float(loss.detach()))
        decay = min(0.998, step / (step + 20))
        with torch.no_grad():
            for a, b in zip(average.parameters(), net.parameters(), strict=True):
                a.lerp_(b, 1 - decay)
        if step % 100 == 0:
            print(
                f"step {step}, {time.time() - begun:.0f} s, loss {np.mean(losses[-100:]):.4f}",
                flush=True,
            )
    stream.close()
    return average.eval()


def session(model: onnx.ModelProto | Path) -> onnxruntime.InferenceSession:
    """One thread on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    source = str(model) if isinstance(model, Path) else model.SerializeToString()
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def scored(run: onnxruntime.InferenceSession, rows: dict, views: int = JUDGE_VIEWS) -> np.ndarray:
    """(n, 3): the mean of the probabilities over the first views, as the program takes it."""
    out = np.zeros((len(rows["label"]), len(CLASSES)))
    for first in range(0, len(out), SCORED_AT_ONCE):
        part = slice(first, first + SCORED_AT_ONCE)
        for view in VIEWS[:views]:
            sights = (("image", "near", NEAR), ("surroundings", "wide", WIDE))
            shown = {
                name: standardise(np.stack([seen(c, sight, view) for c in rows[column][part]]))
                .contiguous()
                .numpy()
                for name, column, sight in sights
            }
            out[part] += run.run(["scores"], shown)[0] / views
    return out


def area(scores: np.ndarray, truth: np.ndarray) -> float:
    """The area under the ROC curve: the chance that a true candidate scores above a false one."""
    yes, no = scores[truth], np.sort(scores[~truth])
    if not len(yes) or not len(no):
        return float("nan")
    below = np.searchsorted(no, yes, "left") + np.searchsorted(no, yes, "right")
    return float(below.mean() / (2 * len(no)))


def logit(p: np.ndarray) -> np.ndarray:
    """The log odds of probabilities."""
    p = np.clip(p, 1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))


def evidence(second: np.ndarray, rows: dict) -> np.ndarray:
    """Log odds by which the program ranks: two parts of the second stage, one of the mean of the first one's nine looks."""
    return (2 * logit(second) + logit(own(rows))) / 3


def joined(parts: list[dict]) -> dict:
    """The columns of several tables as one."""
    return {k: np.concatenate([part[k] for part in parts]) for k in parts[0]}


def where(rows: dict, mask: np.ndarray) -> dict:
    """Some of the candidates."""
    return {k: v[mask] for k, v in rows.items()}


def found(rows: dict, threshold: float) -> dict:
    """The first stage's candidates at its threshold."""
    return where(rows, ~rows["forced"].astype(bool) & (rows["score"] >= threshold))


def mined(path: Path) -> dict:
    """Crops that `papaver_train.mine` collected, 2 cm a pixel, as candidates of anything else; the first stage is held to be sure of them."""
    crops = np.load(path)
    near, wide = (sight.pixels + 2 * MARGIN[sight] for sight in (NEAR, WIDE))

    def sized(crop: np.ndarray, pixels: int, sight: Sight) -> np.ndarray:
        half = round(pixels * sight.cm / 4)
        middle = len(crop) // 2
        inner = crop[middle - half : middle + half, middle - half : middle + half]
        kind = cv2.INTER_AREA if 2 * half > pixels else cv2.INTER_LINEAR
        return cv2.resize(inner, (pixels, pixels), interpolation=kind)

    n = len(crops)
    return {
        "label": np.zeros(n, int),
        "forced": np.zeros(n, bool),
        "score": np.full(n, SURE),
        "mean": np.full(n, SURE),
        "kind": np.full(n, "mined"),
        "place": np.full(n, "mined"),
        "gsd": np.full(n, 2.0),
        "near": np.stack([sized(c, near, NEAR) for c in crops]),
        "wide": np.stack([sized(c, wide, WIDE) for c in crops]),
    }


def logistic(x: np.ndarray) -> np.ndarray:
    """The probabilities of log odds."""
    return 1 / (1 + np.exp(-x))


def own(rows: dict) -> np.ndarray:
    """The mean of the first stage's nine looks."""
    return (rows["score"] + 8 * rows["mean"]) / 9


def listed(scores: np.ndarray, rows: dict, least: float) -> np.ndarray:
    """Which candidates have at least this evidence of both stages, or are such as the first one is sure of."""
    return (logistic(evidence(scores, rows)) >= least) | (own(rows) >= SURE_ALONE)


def thresholds(
    watched: tuple[np.ndarray, dict],
    alone: int,
    candidate: float,
    bare: tuple[np.ndarray, dict, float],
) -> Thresholds:
    """By the rules of KEPT, PASS and FALSE_KM2. `watched`: scores and candidates of validation; `alone`: as many of its plots in bloom the first
    stage finds at its own threshold; `bare`: the same of so many hectares without poppy."""
    scores, rows = watched
    bloom = rows["label"] == 1
    if not bloom.any():
        raise SystemExit(
            "error: none of validation's candidates is poppy in bloom\nhint: collect more: papaver_train.pool --pairs … --blocks …"
        )
    both = np.where(own(rows) >= SURE_ALONE, 1.0, logistic(evidence(scores, rows)))
    by_evidence = np.sort(both[bloom])[::-1]
    last = by_evidence[min(math.ceil(KEPT * alone), len(by_evidence)) - 1]
    least = max(math.floor(last * 100) / 100, 0.01)
    mine = scores[bloom & listed(scores, rows, least)]
    fair = math.floor(float(np.quantile(mine, 1 - PASS, method="lower")) * 100) / 100
    of_bare, bare_rows, hectares = bare
    false = np.sort(of_bare[listed(of_bare, bare_rows, least)])[::-1]
    allowed = math.floor(FALSE_KM2 * hectares / 100)
    dispatch = math.ceil(false[allowed] * 100 + 1e-6) / 100 if len(false) > allowed else fair
    return Thresholds(candidate, least, SURE_ALONE, fair, max(dispatch, fair))


def report(scores: np.ndarray, rows: dict, threshold: float) -> None:
    """Prints how well candidates are told apart, and of each kind what passes at a threshold."""
    poppy = rows["label"] > 0
    print(f"  {len(poppy)} candidates, {poppy.sum()} of them poppy")
    ways = {
        "first stage": rows["score"],
        "mean of nine looks": own(rows),
        "second stage": scores,
        "evidence of both": evidence(scores, rows),
    }
    for name, values in ways.items():
        print(f"  {name:20} area {area(values, poppy):.3f}")
    for label, name in enumerate(CLASSES):
        mine = rows["label"] == label
        print("  " + line(f"pass: {name}", int((scores[mine] >= threshold).sum()), int(mine.sum())))
    for kind in sorted(set(rows["kind"])):
        mine = rows["kind"] == kind
        print("    " + line(str(kind), int((scores[mine] >= threshold).sum()), int(mine.sum())))


def fit(args: argparse.Namespace) -> None:
    """Learns, chooses both thresholds, writes the model."""
    patterns = ("train-*.npz", "blocks_train-*.npz", "bare_train-*.npz", "site_train-*.npz")
    parts = [load(args.pool, p) for p in patterns if any(args.pool.glob(p))]
    rows = joined([*parts, *map(mined, args.mined)])
    print(
        f"to learn from: {np.bincount(rows['label'].astype(int), minlength=3).tolist()} of {CLASSES}"
    )
    net = tune(rows, minutes=args.minutes, steps=args.steps, rate=args.rate, begin=args.begin)
    if args.weights:
        torch.save(net.state_dict(), args.weights)
    write(net, args)


def write(net: Verifier, args: argparse.Namespace) -> None:
    """Chooses the thresholds on validation's candidates and writes the model."""
    alone = Model(args.model).threshold
    candidate = min(args.candidate, alone)
    every = joined([load(args.pool, p) for p in args.watch])
    looked = found(every, candidate)
    watch = looked if (looked["label"] == 1).any() else every
    in_bloom = int((found(watch, alone)["label"] == 1).sum())
    digest = hashlib.sha256(args.model.read_bytes()).hexdigest()
    run = session(build(net, metadata(Thresholds(0.5, 0.5, 0.5, 0.5, 0.5), digest, JUDGE_VIEWS)))
    bare = where(watch, np.zeros(len(watch["label"]), bool))
    if args.hectares:
        bare = found(load(args.pool, "bare_validation-*.npz"), candidate)
    chosen = thresholds(
        (1 - scored(run, watch)[:, 0], watch),
        in_bloom,
        candidate,
        (1 - scored(run, bare)[:, 0], bare, args.hectares),
    )
    print(chosen)
    expected = json.loads(args.expected.read_text()) if args.expected else None
    onnx.save(build(net, metadata(chosen, digest, JUDGE_VIEWS, expected)), args.out)


def judge(args: argparse.Namespace) -> None:
    """Judges an exported second stage: how it tells the first stage's candidates at its own threshold apart, and what both list."""
    run = session(args.model)
    props = {p.key: json.loads(p.value) for p in onnx.load(args.model).metadata_props}
    candidate, least, dispatch = (
        props[f"papaver_{k}_threshold"] for k in ("candidate", "evidence", "dispatch")
    )
    for pattern in args.patterns:
        rows = found(load(args.pool, pattern), candidate)
        scores = 1 - scored(run, rows)[:, 0]
        alone = rows["score"] >= args.first
        print(f"{pattern}, first stage at {args.first}")
        if (rows["label"][alone] > 0).any():
            report(scores[alone], where(rows, alone), props["papaver_threshold"])
        both = listed(scores, rows, least)
        print(f"  both, from {candidate} and an evidence of {least}; dispatch {dispatch}")
        for label, name in enumerate(CLASSES):
            mine = rows["label"] == label
            counts = [int((mine & m).sum()) for m in (alone, both, both & (scores >= dispatch))]
            print(f"    {name:20} alone {counts[0]}, both {counts[1]}, dispatch {counts[2]}")


def main() -> None:
    """Fits or judges."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["fit", "judge"])
    parser.add_argument("model", type=Path, help="the first stage (fit), the second (judge)")
    parser.add_argument("--pool", type=Path, default=Path("build/pool"))
    parser.add_argument("--mined", type=Path, nargs="*", default=[], help="from papaver_train.mine")
    parser.add_argument("--minutes", type=float, default=28.0)
    parser.add_argument("--steps", type=int, default=0, help="instead of minutes")
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--begin", type=Path, help="weights to go on from, instead of ImageNet's")
    parser.add_argument("--weights", type=Path, help="where to keep the weights as well")
    parser.add_argument("--out", type=Path, default=Path("build/verifier.onnx"))
    parser.add_argument(
        "--watch",
        nargs="*",
        default=["validation-*.npz", "blocks_validation-*.npz"],
        help="by which files thresholds are chosen",
    )
    parser.add_argument(
        "--hectares", type=float, default=0.0, help="of bare validation ground in the pool"
    )
    parser.add_argument("--expected", type=Path, help="what is to be expected on kinds of ground")
    parser.add_argument("--candidate", type=float, default=CANDIDATE, help="from where it looks")
    parser.add_argument("--first", type=float, default=0.495, help="the first stage's threshold")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--patterns",
        nargs="*",
        default=[
            "test-*.npz",
            "blocks_test-*.npz",
            "bare_test-*.npz",
            "site_validation-*.npz",
            "site_garfield_north-*.npz",
            "site_test-*.npz",
        ],
    )
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    (fit if args.what == "fit" else judge)(args)


if __name__ == "__main__":
    main()
