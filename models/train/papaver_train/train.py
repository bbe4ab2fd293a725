"""Trains the classifier; stops by the clock, saves every minute, goes on where it stopped.

python -m papaver_train.train --library build/library --shared ../../../shared/data --run build/run --minutes 30
"""

from __future__ import annotations

import argparse
import copy
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, IterableDataset

from .grounds import RealGround
from .net import VARIANTS, PoppyNet, standardise
from .scenes import KIND_ODDS, World, cover_of, crop
from .sprites import load_library

POSITIVE, IGNORE = 0.10, 0.01
# Up to generator 7 the test's scenes were 3_000_000 and on; they had been seen by several models, and by the choice of the rule in evaluate.py.
SEEDS = {"train": 1_000_000, "validation": 2_000_000, "test": 5_000_000}


def make_world(
    library: Path,
    shared: Path | None,
    part: str,
    extra: Path | None = None,
    canopy: Path | None = None,
    foliage: Path | None = None,
    real: Path | None = None,
) -> World:
    """The sprites and grounds of one part of the split."""
    return World(
        load_library(library, part), RealGround(shared, part, extra, canopy, foliage, real)
    )


class Crops(IterableDataset):
    """An endless stream of (image uint8, target, weight); crop number n has seed SEEDS['train'] + n."""

    def __init__(
        self,
        world: World,
        start: int,
        mined: Path | None = None,
        size: int = 224,
        replay: float = 0.0,
        mined_share: float = 0.2,
    ):
        self.world, self.start, self.size, self.replay, self.mined_share = (
            world,
            start,
            size,
            replay,
            mined_share,
        )
        self.mined = np.load(mined, mmap_mode="r") if mined and mined.exists() else None

    def __iter__(self):
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
        info = torch.utils.data.get_worker_info()
        step, n = (info.num_workers, info.id) if info else (1, 0)
        n += self.start
        kept: list[tuple] = []
        while True:
            rng = np.random.default_rng(SEEDS["train"] + n)
            n += step
            if self.mined is not None and rng.random() < self.mined_share:
                mask = np.zeros((self.size // 2,) * 2, np.float32)
                image = self.mined[int(rng.integers(len(self.mined)))]
                y, x = (int(rng.integers(image.shape[0] - self.size + 1)) for _ in range(2))
                yield again(rng, image[y : y + self.size, x : x + self.size], mask, "")
                continue
            kind = str(rng.choice(["poppy", "other", "plain", "foliage"], p=KIND_ODDS))
            composite = kind in ("poppy", "other")
            if composite and len(kept) > 64 and rng.random() < self.replay:
                yield again(rng, *kept[int(rng.integers(len(kept)))])
                continue
            made = crop(rng, self.world, size=self.size, kind=kind)
            stage = made.meta.get("stage", "")
            item = made.image, made.mask, stage
            if composite and len(kept) < 6000:
                kept.append(item)
            elif composite:
                kept[int(rng.integers(6000))] = item
            yield made.image, made.cover, weights(made.cover, stage)


def moved(rng, image: np.ndarray, mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A crop and its mask of half the size, both moved by up to a cell and scaled by a few per cent: the same scene on another grid."""
    scale, side = float(np.exp(rng.normal(0, 0.03))), image.shape[0]
    shift = rng.uniform(-8, 8, 2) + (1 - scale) * side / 2
    out = []
    for part, size in ((image, 1.0), (mask, 0.5)):
        matrix = np.array([[scale, 0, shift[0] * size], [0, scale, shift[1] * size]])
        whole = np.ascontiguousarray(part)
        ends = {"flags": cv2.INTER_LINEAR, "borderMode": cv2.BORDER_REFLECT_101}
        out.append(cv2.warpAffine(whole, matrix, part.shape[1::-1], **ends))
    return out[0], out[1]


def again(rng, image, mask, stage: str):
    """A crop seen before, turned or mirrored, on another grid and in other light."""
    k = int(rng.integers(4))
    image, mask = np.rot90(image, k), np.rot90(mask, k)
    if rng.random() < 0.5:
        image, mask = image[:, ::-1], mask[:, ::-1]
    image, mask = moved(rng, image, mask)
    cover = cover_of(mask)
    table = np.clip(
        255
        * np.linspace(0, 1, 256)[:, None] ** np.exp(rng.normal(0, 0.15))
        * np.exp(rng.normal(0, 0.05, 3) + rng.normal(0, 0.1)),
        0,
        255,
    ).astype(np.uint8)
    image = np.stack([table[image[..., c], c] for c in range(3)], -1)
    return image, cover, weights(cover, stage)


def weights(cover: np.ndarray, stage: str) -> np.ndarray:
    """1 where the truth is clear, 0 in the rim of a plant, less for stages that look like any green."""
    w = np.where((cover > IGNORE) & (cover < POSITIVE), 0.0, 1.0).astype(np.float32)
    if stage in ("rosette", "bolting", "dry"):
        w[cover >= POSITIVE] = 0.5
    return w


def loss_of(logits, cover, weight):
    """Focal loss over the cells (gamma 2, alpha 0.75), a count of positive cells as its unit."""
    target = (cover >= POSITIVE).float()
    p = torch.sigmoid(logits)
    ce = F.binary_cross_entropy_with_logits(logits, target, reduction="none")
    pt = p * target + (1 - p) * (1 - target)
    alpha = 0.75 * target + 0.25 * (1 - target)
    focal = alpha * (1 - pt) ** 2 * ce * weight
    return focal.sum() / torch.clamp((target * weight).sum(), min=4.0 * len(logits))


def scene_loss(logits, cover, weight):
    """What a crew sees of a crop: the best cell of its plot has to be high, the worst cell away from the plot has to be low."""
    shown = cover > IGNORE
    near = F.max_pool2d((cover > 0).float()[:, None], 3, 1, 1)[:, 0] > 0
    best = logits.masked_fill(~shown, -30).flatten(1).amax(1)
    worst = logits.masked_fill(near, -30).flatten(1).amax(1)
    stage = (weight * (cover >= POSITIVE)).flatten(1).amax(1)
    return (F.softplus(-best) * stage + F.softplus(worst)).mean()


def collate(items):
    """Stacks what the workers yield."""
    return tuple(np.stack(x) for x in zip(*items, strict=True))


def main() -> None:
    """Runs until the minutes are used up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", type=Path, default=Path("build/library"))
    parser.add_argument("--shared", type=Path)
    parser.add_argument(
        "--extra",
        type=Path,
        help="a folder of your own frames without poppy, as further backgrounds",
    )
    parser.add_argument(
        "--canopy",
        type=Path,
        help="the data folder of the wheel deepforest 2.1.0: real trees, as negatives",
    )
    parser.add_argument("--foliage", type=Path, help="rendered crowns (from papaver_train.canopy)")
    parser.add_argument(
        "--real", type=Path, help="further real frames and textures (from papaver_train.real)"
    )
    parser.add_argument("--mined", type=Path, help="hard negatives (from papaver_train.mine)")
    parser.add_argument("--run", type=Path, default=Path("build/run"))
    parser.add_argument(
        "--init",
        type=Path,
        help="weights to start from instead of ImageNet's: last.pt or an exported model",
    )
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=6e-4)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--replay",
        type=float,
        default=0.0,
        help="share of crops that are seen again, turned and in other light (saves rendering)",
    )
    parser.add_argument(
        "--freeze", type=int, default=0, help="blocks (of 8) after the stem that keep their weights"
    )
    parser.add_argument(
        "--scene",
        type=float,
        default=0.3,
        help="weight of the loss over the best cell of a plot and the worst one away from it",
    )
    parser.add_argument("--net", choices=list(VARIANTS), default="standard")
    parser.add_argument(
        "--steps",
        type=int,
        help="stop after so many steps instead of by the clock (to compare networks)",
    )
    parser.add_argument("--scratch", action="store_true", help="random weights (miniature only)")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(20261122)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    args.run.mkdir(parents=True, exist_ok=True)
    net = PoppyNet(args.net)
    if args.init:
        net.load(args.init)
    elif not args.scratch:
        net.load_imagenet()
    net = net.to(device, memory_format=torch.channels_last)
    average = copy.deepcopy(net)
    net.freeze(args.freeze)
    optimiser = torch.optim.AdamW(
        [p for p in net.parameters() if p.requires_grad], lr=args.lr, weight_decay=0.01
    )
    state = {"step": 0, "used": 0.0}
    last = args.run / "last.pt"
    if last.exists():
        saved = torch.load(last, map_location=device)
        if "optimiser" not in saved:
            raise SystemExit(
                f"error: {last} is a mean of runs, which no run can go on from\nhint: give another folder to --run, and this one's last.pt to --init"
            )
        net.load_state_dict(saved["net"])
        average.load_state_dict(saved["ema"])
        optimiser.load_state_dict(saved["optimiser"])
        state = saved["state"]
    crops = Crops(
        make_world(
            args.library, args.shared, "train", args.extra, args.canopy, args.foliage, args.real
        ),
        state["step"] * args.batch,
        args.mined,
        replay=args.replay,
    )
    loader = DataLoader(
        crops,
        batch_size=args.batch,
        num_workers=args.workers,
        collate_fn=collate,
        prefetch_factor=6 if args.workers else None,
    )
    fit(args, net, average, optimiser, state, loader, device, last)


def fit(args, net, average, optimiser, state, loader, device, last) -> None:
    """The loop: a learning rate that falls over the last three tenths of the time, exponential moving average of the weights."""
    total, begun, before, recent, saved_at = (
        args.minutes * 60,
        time.time(),
        state["used"],
        [],
        time.time(),
    )
    log = (args.run / "log.jsonl").open("a")
    for images, cover, weight in loader:
        done = state["step"] / args.steps if args.steps else (before + time.time() - begun) / total
        if done >= 1:
            break
        rate = args.lr * min(1.0, (state["step"] + 1) / 100) * min(1.0, (1 - done) / 0.3)
        for group in optimiser.param_groups:
            group["lr"] = max(rate, 1e-6)
        net.train()
        logits = net(standardise(images).to(device))[:, 0]
        cover, weight = torch.from_numpy(cover).to(device), torch.from_numpy(weight).to(device)
        loss = loss_of(logits, cover, weight) + args.scene * scene_loss(logits, cover, weight)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 2.0)
        optimiser.step()
        state["step"] += 1
        decay = min(0.998, state["step"] / (state["step"] + 20))
        with torch.no_grad():
            for a, b in zip(average.parameters(), net.parameters(), strict=True):
                a.lerp_(b, 1 - decay)
        recent.append(float(loss.detach()))
        if state["step"] % 25 == 0:
            log.write(
                json.dumps(
                    {
                        "step": state["step"],
                        "done": round(done, 4),
                        "loss": round(float(np.mean(recent[-25:])), 4),
                        "crops_s": round(
                            args.batch * 25 / max(1e-9, time.time() - state.pop("tick", 0.0)), 2
                        ),
                    }
                )
                + "\n"
            )
            log.flush()
            state["tick"] = time.time()
        if time.time() - saved_at > 60:
            save(
                last,
                net,
                average,
                optimiser,
                {"step": state["step"], "used": before + time.time() - begun},
            )
            saved_at = time.time()
    save(
        last, net, average, optimiser, {"step": state["step"], "used": before + time.time() - begun}
    )


def save(path: Path, net, average, optimiser, state) -> None:
    """Writes all that a run needs to go on."""
    write(
        path,
        {
            "net": net.state_dict(),
            "ema": average.state_dict(),
            "optimiser": optimiser.state_dict(),
            "state": state,
        },
    )


def write(path: Path, checkpoint: dict) -> None:
    """Writes a checkpoint whole or not at all."""
    part = path.with_suffix(".part")
    torch.save(checkpoint, part)
    part.rename(path)


if __name__ == "__main__":
    main()
