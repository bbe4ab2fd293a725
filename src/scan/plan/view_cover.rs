//! Which parts of overlapping photos have to be searched so that each square metre is seen a number of times, where the
//! photos allow it. Pure, and the same on every machine.
//!
//! The ground is cut into squares of a metre. A photo sees a square when it shows all of it. Parts are given up one by
//! one, whole photos first, then the worst views; a part is given up only when every square it shows is still seen as
//! often as asked (or as often as all photos together see it), and every square of which it shows a piece is still seen
//! whole by another. Squares of which no photo shows all are looked at in sixteenths, each by its middle. Hence the union of
//! what is searched stays what it was, but for shreds narrower than a quarter of a metre along the edges of photos.

use super::lattice::{Lattice, Square};
use super::photo_view::PhotoView;
use geo::{BoundingRect, MultiPolygon};
use std::collections::{BTreeSet, HashMap};
use std::ops::{ControlFlow, Range};

/// A number for each square, kept in blocks so that photos far apart cost nothing between them.
#[derive(Clone, Default)]
struct Counts {
    blocks: HashMap<Square, Box<[u16; BLOCK * BLOCK]>>,
}

/// Squares along a block's side.
const BLOCK: usize = 32;
/// The same, to reckon with rows and columns.
const SIDE: i64 = 32;

impl Counts {
    fn key((x, y): Square) -> (Square, usize) {
        let within = (y.rem_euclid(SIDE) * SIDE + x.rem_euclid(SIDE)).unsigned_abs();
        (
            (x.div_euclid(SIDE), y.div_euclid(SIDE)),
            usize::try_from(within).unwrap_or(0),
        )
    }

    fn of(&self, square: Square) -> u16 {
        let (block, within) = Self::key(square);
        self.blocks.get(&block).map_or(0, |b| b[within])
    }

    fn change(&mut self, square: Square, by: i16) {
        let (block, within) = Self::key(square);
        let block = self
            .blocks
            .entry(block)
            .or_insert_with(|| Box::new([0; BLOCK * BLOCK]));
        block[within] = block[within].saturating_add_signed(by);
    }
}

/// The ground that counts: all of it, or what a boundary holds.
struct CountedGround<'a> {
    lattice: &'a Lattice,
    boundary: Option<&'a MultiPolygon>,
    rows: std::cell::RefCell<HashMap<i64, Vec<f64>>>,
}

impl CountedGround<'_> {
    /// Whether any corner of a square lies inside.
    fn holds(&self, (column, row): Square) -> bool {
        let Some(boundary) = self.boundary else {
            return true;
        };
        let mut rows = self.rows.borrow_mut();
        [row, row + 1].into_iter().any(|row| {
            let crossings = rows
                .entry(row)
                .or_insert_with(|| self.lattice.crossings(boundary, row));
            [column, column + 1].into_iter().any(|column| {
                let x = column as f64 * self.lattice.step.x;
                crossings.partition_point(|c| *c <= x) % 2 == 1
            })
        })
    }
}

/// The state of the choice.
struct CoverState<'a> {
    lattice: &'a Lattice,
    shown: &'a [PhotoView<'a>],
    wanted: CountedGround<'a>,
    least: u16,
    /// How often all photos together see a square.
    possible: Counts,
    /// How often the parts still kept see it.
    seen: Counts,
    /// The same of the pieces at the rim.
    possible_pieces: Counts,
    seen_pieces: Counts,
    /// Which parts of each photo are kept.
    kept: Vec<Vec<bool>>,
}

/// The parts of each photo, row by row, that are searched so that every square metre is seen at least `least` times
/// where the photos allow it; with a boundary, only ground inside it counts.
pub fn needed(
    shown: &[PhotoView<'_>],
    boundary: Option<&MultiPolygon>,
    least: u16,
) -> Vec<BTreeSet<usize>> {
    let latitude = shown
        .iter()
        .find_map(|s| s.outline.bounding_rect())
        .map_or(0.0, |r| r.center().y);
    // In whole degrees, so that the squares of a survey do not hang on its first photo.
    let lattice = Lattice::about(latitude.round());
    let mut choice = CoverState {
        lattice: &lattice,
        shown,
        wanted: CountedGround {
            lattice: &lattice,
            boundary,
            rows: std::cell::RefCell::default(),
        },
        least: least.max(1),
        possible: Counts::default(),
        seen: Counts::default(),
        possible_pieces: Counts::default(),
        seen_pieces: Counts::default(),
        kept: shown.iter().map(|s| vec![true; s.parts()]).collect(),
    };
    choice.count();
    for photo in 0..shown.len() {
        choice.give_up_photo(photo);
    }
    let mut parts: Vec<(usize, usize)> = (0..shown.len())
        .flat_map(|photo| (0..shown[photo].parts()).map(move |part| (photo, part)))
        .filter(|(photo, part)| choice.kept[*photo][*part])
        .collect();
    parts.sort_by(|a, b| {
        let poorness = |(photo, part): (usize, usize)| shown[photo].poorness[part];
        poorness(*b).total_cmp(&poorness(*a)).then(a.cmp(b))
    });
    for (photo, part) in parts {
        choice.give_up_part(photo, part);
    }
    choice
        .kept
        .iter()
        .map(|kept| (0..kept.len()).filter(|part| kept[*part]).collect())
        .collect()
}

impl CoverState<'_> {
    fn count(&mut self) {
        for shown in self.shown {
            let _ = self.lattice.squares(shown, None, |square, whole, _| {
                if whole && self.wanted.holds(square) {
                    self.possible.change(square, 1);
                }
                ControlFlow::<()>::Continue(())
            });
        }
        self.seen = self.possible.clone();
        for shown in self.shown {
            let _ = self.lattice.squares(shown, None, |square, _, _| {
                if self.is_rim(square) {
                    for (piece, _) in self.lattice.pieces(shown, square) {
                        self.possible_pieces.change(piece, 1);
                    }
                }
                ControlFlow::<()>::Continue(())
            });
        }
        self.seen_pieces = self.possible_pieces.clone();
    }

    /// Whether no photo shows all of a square that counts.
    fn is_rim(&self, square: Square) -> bool {
        self.possible.of(square) == 0 && self.wanted.holds(square)
    }

    /// Whether the pieces of a square at the rim can spare a photo, or one of its parts.
    fn spares_pieces(&self, shown: &PhotoView<'_>, square: Square, part: Option<usize>) -> bool {
        let pieces = self.lattice.pieces(shown, square);
        pieces.iter().all(|(piece, of)| {
            part.is_some_and(|p| p != *of)
                || self.seen_pieces.of(*piece) > self.possible_pieces.of(*piece).min(self.least)
        })
    }

    fn give_up_pieces(&mut self, shown: &PhotoView<'_>, square: Square, part: Option<usize>) {
        for (piece, of) in self.lattice.pieces(shown, square) {
            if part.is_none_or(|p| p == of) {
                self.seen_pieces.change(piece, -1);
            }
        }
    }

    /// Whether a square can spare a view. Where it is seen whole by the part in question that view is counted; where it
    /// is not, another must see it whole.
    fn spares(&self, square: Square, counted: bool) -> bool {
        let seen = self.seen.of(square);
        if counted {
            seen > self.possible.of(square).min(self.least)
        } else {
            seen > 0
        }
    }

    fn give_up_photo(&mut self, photo: usize) {
        let shown = &self.shown[photo];
        if !shown.searched.is_empty() {
            return;
        }
        let spared = self.lattice.squares(shown, None, |square, whole, _| {
            let fine = if self.is_rim(square) {
                self.spares_pieces(shown, square, None)
            } else {
                !self.wanted.holds(square) || self.spares(square, whole)
            };
            if fine {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        if spared.is_break() {
            return;
        }
        self.kept[photo].fill(false);
        let _ = self.lattice.squares(shown, None, |square, whole, _| {
            if self.is_rim(square) {
                self.give_up_pieces(shown, square, None);
            } else if whole && self.wanted.holds(square) {
                self.seen.change(square, -1);
            }
            ControlFlow::<()>::Continue(())
        });
    }

    fn give_up_part(&mut self, photo: usize, part: usize) {
        let shown = &self.shown[photo];
        if shown.searched.contains(&part) {
            return;
        }
        let across = shown.columns.len() - 1;
        let (i, j) = (part % across, part / across);
        let bounds = Some(shown.part_bounds(part));
        let kept = self.kept[photo].clone();
        let met = |(columns, rows): &(Range<usize>, Range<usize>)| {
            columns.contains(&i) && rows.contains(&j)
        };
        // A square across two parts is seen only while both are kept.
        let counted = |(columns, rows): &(Range<usize>, Range<usize>)| {
            rows.clone()
                .all(|j| columns.clone().all(|i| kept[j * across + i]))
        };
        let spared = self.lattice.squares(shown, bounds, |square, whole, takes| {
            let fine = if !met(&takes) || !self.wanted.holds(square) {
                true
            } else if self.is_rim(square) {
                self.spares_pieces(shown, square, Some(part))
            } else {
                self.spares(square, whole && counted(&takes))
            };
            if fine {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        });
        if spared.is_break() {
            return;
        }
        let _ = self.lattice.squares(shown, bounds, |square, whole, takes| {
            if met(&takes) && self.is_rim(square) {
                self.give_up_pieces(shown, square, Some(part));
            } else if met(&takes) && whole && counted(&takes) && self.wanted.holds(square) {
                self.seen.change(square, -1);
            }
            ControlFlow::<()>::Continue(())
        });
        self.kept[photo][part] = false;
    }
}

#[cfg(test)]
mod tests;
