//! How a picture as stored is turned to stand upright.

/// How stored pixels are turned to stand upright (the EXIF tag's values 1 to 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orientation {
    /// Whether columns and rows change places (before the mirrorings).
    pub transposed: bool,
    /// Whether the upright image's columns run against the stored axis they come from.
    pub flip_x: bool,
    /// Whether the upright image's rows do.
    pub flip_y: bool,
}

impl Orientation {
    /// By the EXIF tag's value; any other value is upright.
    pub fn of_tag(value: u32) -> Self {
        let (transposed, flip_x, flip_y) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self {
            transposed,
            flip_x,
            flip_y,
        }
    }

    /// The size of the upright image.
    pub fn upright_size(self, stored: (u32, u32)) -> (u32, u32) {
        if self.transposed {
            (stored.1, stored.0)
        } else {
            stored
        }
    }

    /// A direction from the centre of the upright image, in the stored image's axes.
    pub fn to_stored(self, upright: (f64, f64)) -> (f64, f64) {
        let x = if self.flip_x { -upright.0 } else { upright.0 };
        let y = if self.flip_y { -upright.1 } else { upright.1 };
        if self.transposed { (y, x) } else { (x, y) }
    }

    /// The inverse of [`Orientation::to_stored`].
    pub fn to_upright(self, stored: (f64, f64)) -> (f64, f64) {
        let (x, y) = if self.transposed {
            (stored.1, stored.0)
        } else {
            stored
        };
        (
            if self.flip_x { -x } else { x },
            if self.flip_y { -y } else { y },
        )
    }
}
