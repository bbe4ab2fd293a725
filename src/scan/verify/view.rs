//! Views of a place: turned, mirrored and moved, so that no score hangs on where the sampling grid falls.

/// Quarter turns counter-clockwise, then perhaps mirrored left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarterTurns {
    /// Quarter turns.
    pub turns: u8,
    /// Whether it is mirrored.
    pub mirrored: bool,
}

impl QuarterTurns {
    /// The row and the column of a square that a pixel of its view shows.
    pub fn source(self, side: usize, row: usize, column: usize) -> (usize, usize) {
        let column = if self.mirrored {
            side - 1 - column
        } else {
            column
        };
        (0..self.turns).fold((row, column), |(row, column), _| (column, side - 1 - row))
    }
}

/// Copies the view of a square whose first pixel is (`left`, `top`) of a plane of `width` columns.
pub(crate) fn copy_view<T: Copy>(
    plane: &[T],
    width: usize,
    (left, top): (usize, usize),
    attitude: QuarterTurns,
    out: &mut [T],
) {
    let side = out.len().isqrt();
    for (row, out) in out.chunks_exact_mut(side).enumerate() {
        for (column, out) in out.iter_mut().enumerate() {
            let (y, x) = attitude.source(side, row, column);
            *out = plane[(top + y) * width + left + x];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(turns: u8, mirrored: bool) -> Vec<u8> {
        let mut out = vec![0; 4];
        let attitude = QuarterTurns { turns, mirrored };
        // 0 1 2 / 3 4 5 / 6 7 8, of which 1 2 / 4 5 is seen.
        copy_view(&[0, 1, 2, 3, 4, 5, 6, 7, 8], 3, (1, 0), attitude, &mut out);
        out
    }

    #[test]
    fn a_turn_is_counter_clockwise_and_mirroring_comes_after_it() {
        assert_eq!(view(0, false), [1, 2, 4, 5]);
        assert_eq!(view(1, false), [2, 5, 1, 4]);
        assert_eq!(view(2, false), [5, 4, 2, 1]);
        assert_eq!(view(1, true), [5, 2, 4, 1]);
    }
}
