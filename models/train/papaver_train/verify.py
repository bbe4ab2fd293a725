"""Trains and judges the second stage on what `papaver_train.pool` has collected: the trunk keeps ImageNet's weights, the head is learnt.

    python -m papaver_train.verify fit ../papaver.onnx --pool build/pool --out ../verifier.onnx
    python -m papaver_train.verify judge ../verifier.onnx --pool build/pool

Features are computed once a file and kept beside it. The head's training stops where validation's candidates are told apart best.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper

from .judge import line
from .net import standardise
from .pool import load, seen
from .verifier import (
    NEAR,
    RAW,
    WIDE,
    HalfGraph,
    Head,
    Trunk,
    Verifier,
    build,
    metadata,
    trunk_nodes,
)
from .views import VIEWS

TRAIN_VIEWS, JUDGE_VIEWS, BATCH, EPOCHS = 2, 4, 16, 240
# Of validation's candidates in bloom, so many must pass at the threshold for screening; of what is passed at that for dispatch, so many must be poppy.
PASS, PRECISE = 0.975, 0.9


@dataclass(frozen=True)
class Told:
    """Columns of candidates and the vectors of both sights of their first views: (n, views, 6144)."""

    rows: dict[str, np.ndarray]
    raw: np.ndarray

    def where(self, mask: np.ndarray) -> Told:
        """Those candidates alone."""
        return Told({k: v[mask] for k, v in self.rows.items()}, self.raw[mask])


def session(model: onnx.ModelProto | Path) -> onnxruntime.InferenceSession:
    """One thread on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    source = str(model) if isinstance(model, Path) else model.SerializeToString()
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def trunk_session() -> onnxruntime.InferenceSession:
    """The trunk alone, with ImageNet's weights: `image` (n, 3, s, s) -> `raw` (n, 3072)."""
    trunk, g = Trunk(), HalfGraph()
    trunk.load_imagenet()
    g.node("Concat", trunk_nodes(g, trunk, "image"), "raw", axis=1)
    floats = helper.make_tensor_value_info
    ends = (
        [floats("image", TensorProto.FLOAT, ["n", 3, "h", "w"])],
        [floats("raw", TensorProto.FLOAT, ["n", RAW])],
    )
    graph = helper.make_graph(g.nodes, "trunk", *ends, g.weights)
    opset = helper.make_opsetid("", 13)
    return session(helper.make_model(graph, opset_imports=[opset], ir_version=8))


def raw_features(run: onnxruntime.InferenceSession, rows: dict, views: int) -> np.ndarray:
    """(n, views, 6144) of candidates, half precision."""
    out = np.zeros((len(rows["label"]), views, 2 * RAW), np.float16)
    for first in range(0, len(out), BATCH):
        part = slice(first, first + BATCH)
        for k, view in enumerate(VIEWS[:views]):
            both = [
                run.run(
                    None,
                    {
                        "image": standardise(np.stack([seen(c, s, view) for c in crops]))
                        .contiguous()
                        .numpy()
                    },
                )[0]
                for crops, s in ((rows["near"][part], NEAR), (rows["wide"][part], WIDE))
            ]
            out[part, k] = np.concatenate(both, 1)
    return out


def told(pool: Path, pattern: str, views: int) -> Told:
    """All candidates of a name with their features, which are computed where they are not there yet."""
    run, parts = None, []
    for path in sorted(pool.glob(pattern)):
        if ".part." in path.name or ".raw." in path.name:
            continue
        rows, kept = dict(np.load(path)), path.with_suffix(f".raw.{views}.npy")
        if not len(rows["label"]):
            continue
        if not kept.exists():
            run = run or trunk_session()
            part = kept.with_suffix(".part.npy")
            np.save(part, raw_features(run, rows, views))
            part.rename(kept)
        parts.append(np.load(kept))
    rows = load(pool, pattern)
    return Told({k: v for k, v in rows.items() if k not in ("near", "wide")}, np.concatenate(parts))


def area(scores: np.ndarray, truth: np.ndarray) -> float:
    """The area under the ROC curve: the chance that a true candidate scores above a false one."""
    yes, no = scores[truth], np.sort(scores[~truth])
    if not len(yes) or not len(no):
        return float("nan")
    below = np.searchsorted(no, yes, "left") + np.searchsorted(no, yes, "right")
    return float(below.mean() / (2 * len(no)))


def scored(head: Head, raw: np.ndarray, views: int | None = None) -> np.ndarray:
    """(n, 3): the mean of the probabilities over the first views."""
    x = torch.from_numpy(raw[:, :views].astype(np.float32))
    with torch.no_grad():
        return F.softmax(head(x)[0], -1).mean(1).numpy()


def loss_weights(rows: dict) -> torch.Tensor:
    """Every class counts alike; what the first stage passed over counts half."""
    label = rows["label"].astype(int)
    share = np.bincount(label, minlength=3) / len(label)
    weight = (1 / np.maximum(share, 1e-3))[label] * np.where(rows["forced"], 0.5, 1.0)
    return torch.from_numpy((weight / weight.mean()).astype(np.float32))


def fit_head(train: Told, watch: Told, seed: int = 17) -> Head:
    """The head that tells `watch`'s candidates apart best, of one run over `train`; standardisation is folded into its first layer."""
    torch.manual_seed(seed)
    x = torch.from_numpy(train.raw.astype(np.float32)).flatten(0, 1)
    views = train.raw.shape[1]
    y = torch.from_numpy(train.rows["label"].astype(np.int64)).repeat_interleave(views)
    weight = loss_weights(train.rows).repeat_interleave(views)
    mean, std = x.mean(0), x.std(0) + 1e-3
    x = (x - mean) / std
    head, best, kept = Head(), -1.0, None
    optimiser = torch.optim.AdamW(head.parameters(), lr=1e-3, weight_decay=0.3)
    for epoch in range(EPOCHS):
        head.train()
        for chosen in torch.randperm(len(x)).split(256):
            seen_ = F.dropout(x[chosen], 0.3)
            loss = F.cross_entropy(
                head(seen_)[0], y[chosen], reduction="none", label_smoothing=0.05
            )
            optimiser.zero_grad()
            (loss * weight[chosen]).mean().backward()
            optimiser.step()
        if epoch % 5 == 4:
            own = folded(head, mean, std)
            got = area(1 - scored(own, watch.raw)[:, 0], watch.rows["label"] > 0)
            if got > best:
                best, kept = got, copy.deepcopy(own)
    print(f"head: area {best:.3f} on validation's candidates, {len(train.raw)} candidates to train")
    return kept


def folded(head: Head, mean: torch.Tensor, std: torch.Tensor) -> Head:
    """The head for vectors that are not standardised."""
    own = copy.deepcopy(head).eval()
    own.narrow.weight.data = head.narrow.weight.data / std
    own.narrow.bias.data = head.narrow.bias.data - own.narrow.weight.data @ mean
    return own


def judged(watch: Told) -> Told:
    """The first stage's own candidates; where these are not of both kinds, those that it passed over too."""
    for mask in (~watch.rows["forced"], np.ones(len(watch.raw), bool)):
        label = watch.rows["label"][mask]
        if (label == 0).any() and (label == 1).any():
            return watch.where(mask)
    raise SystemExit(
        "error: validation's candidates are not of both kinds, poppy in bloom and others\nhint: collect more pairs: papaver_train.pool --pairs …"
    )


def thresholds(scores: np.ndarray, rows: dict) -> tuple[float, float]:
    """For screening and for direct dispatch, by the rules of PASS and PRECISE, on validation's candidates."""
    bloom, poppy = rows["label"] == 1, rows["label"] > 0
    screening = float(np.quantile(scores[bloom], 1 - PASS))
    order = np.argsort(-scores)
    precision = np.cumsum(poppy[order]) / np.arange(1, len(order) + 1)
    precise = np.nonzero(precision >= PRECISE)[0]
    dispatch = float(scores[order[precise[-1]]]) if len(precise) else 1.0
    return tuple(math.floor(t * 1e4) / 1e4 for t in (screening, max(dispatch, screening)))


def logit(p: np.ndarray) -> np.ndarray:
    """The log odds of probabilities."""
    p = np.clip(p, 1e-4, 1 - 1e-4)
    return np.log(p / (1 - p))


def judge(head_scores: dict[int, np.ndarray], rows: dict, threshold: float) -> None:
    """Prints how well candidates are told apart, and what passes at a threshold."""
    real, poppy = ~rows["forced"], rows["label"] > 0
    print(
        f"{real.sum()} candidates of the first stage at 0.1 and more, {(real & poppy).sum()} of them poppy"
    )
    ways = {"first stage": rows["score"], "first stage, mean of eight": rows["mean"]}
    ways |= {f"second stage, {v} views": s for v, s in head_scores.items()}
    most = head_scores[max(head_scores)]
    ways["second stage and mean of eight"] = logit(most) + 0.5 * logit(rows["mean"])
    for name, scores in ways.items():
        got = [area(scores[m], poppy[m]) for m in (real, real & (rows["score"] >= 0.32))]
        print(f"  {name:34} area {got[0]:.3f}; of candidates at 0.32 and more {got[1]:.3f}")
    plots(most, rows, threshold)
    for kind in sorted(set(rows["kind"])):
        mine = rows["kind"] == kind
        on = mine & real & (poppy if str(kind).startswith("poppy_") else True)
        if on.any():
            print("  " + line(str(kind), int((most[on] >= threshold).sum()), int(on.sum())))


def plots(scores: np.ndarray, rows: dict, threshold: float) -> None:
    """Prints the share of plots found, in bloom and before, and false candidates, by the first stage's threshold, without and with the second."""
    real, label = ~rows["forced"], rows["label"]
    for first in (0.1, 0.32, 0.8):
        for name, passes in (("alone", real), ("with the second", real & (scores >= threshold))):
            taken, words = passes & (rows["score"] >= first), []
            for k, stage in ((1, "in bloom"), (2, "before the bloom")):
                there = set(rows["place"][label == k])
                found = set(rows["place"][(label == k) & taken])
                words.append(
                    f"plots {stage} {len(found)}/{len(there)} = {len(found) / max(1, len(there)):.3f}"
                )
            print(
                f"  first stage at {first} {name:16} {'; '.join(words)}; false {(taken & (label == 0)).sum()}"
            )


def fit(args: argparse.Namespace) -> None:
    """Learns the head, chooses both thresholds, writes the model."""
    train = [told(args.pool, "train-*.npz", TRAIN_VIEWS)]
    if any(len(np.load(p)["label"]) for p in args.pool.glob("site_train-*.npz")):
        train.append(told(args.pool, "site_train-*.npz", TRAIN_VIEWS))
    both = {k: np.concatenate([t.rows[k] for t in train]) for k in train[0].rows}
    watch = told(args.pool, args.watch, JUDGE_VIEWS)
    own = judged(watch)
    net = Verifier()
    net.trunk.load_imagenet()
    net.head = fit_head(Told(both, np.concatenate([t.raw for t in train])), own)
    scores = 1 - scored(net.head, own.raw)[:, 0]
    screening, dispatch = thresholds(scores, own.rows)
    print(f"thresholds: screening {screening}, direct dispatch {dispatch}")
    first = hashlib.sha256(args.model.read_bytes()).hexdigest()
    onnx.save(build(net, metadata(screening, dispatch, first, JUDGE_VIEWS)), args.out)


def head_of(path: Path) -> tuple[Head, dict]:
    """The head and the metadata of an exported second stage."""
    import json

    model = onnx.load(path)
    weights = {w.name: onnx.numpy_helper.to_array(w) for w in model.graph.initializer}
    casts = {n.output[0]: n.input[0] for n in model.graph.node if n.op_type == "Cast"}
    gemms, head = [n for n in model.graph.node if n.op_type == "Gemm"], Head().eval()
    for layer, node in zip((head.narrow, head.last), gemms, strict=True):
        for p, name in zip((layer.weight, layer.bias), node.input[1:3], strict=True):
            p.data = torch.from_numpy(weights[casts.get(name, name)].astype(np.float32))
    return head, {p.key: json.loads(p.value) for p in model.metadata_props}


def report(args: argparse.Namespace) -> None:
    """Judges an exported second stage on the test's twins and on real frames."""
    head, props = head_of(args.model)
    threshold = props["papaver_threshold"]
    for pattern in args.patterns:
        got = told(args.pool, pattern, JUDGE_VIEWS)
        by_views = {v: 1 - scored(head, got.raw, v)[:, 0] for v in (1, 2, JUDGE_VIEWS)}
        print(f"{pattern}, threshold {threshold}")
        if (got.rows["label"] > 0).any():
            judge(by_views, got.rows, threshold)
            continue
        most = by_views[JUDGE_VIEWS]
        for first in (0.1, 0.32, 0.8):
            mine = got.rows["score"] >= first
            eight = (got.rows["mean"] >= first).sum()
            print(
                f"  first stage at {first}: {mine.sum()} false, {eight} by the mean of eight, {(mine & (most >= threshold)).sum()} pass the second, {(mine & (most >= props['papaver_dispatch_threshold'])).sum()} for direct dispatch"
            )


def main() -> None:
    """Fits or judges."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["fit", "judge"])
    parser.add_argument("model", type=Path, help="the first stage (fit), the second (judge)")
    parser.add_argument("--pool", type=Path, default=Path("build/pool"))
    parser.add_argument("--out", type=Path, default=Path("build/verifier.onnx"))
    parser.add_argument("--watch", default="validation-*.npz", help="when to stop, by which files")
    parser.add_argument(
        "--patterns",
        nargs="*",
        default=[
            "test-*.npz",
            "site_validation-*.npz",
            "site_garfield_north-*.npz",
            "site_test-*.npz",
        ],
    )
    args = parser.parse_args()
    torch.set_num_threads(1)
    (fit if args.what == "fit" else report)(args)


if __name__ == "__main__":
    main()
