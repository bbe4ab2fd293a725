//! The texts of a spreadsheet of before XLSX: with eight or sixteen bits a sign, and parted over several records.

use std::rc::Rc;

/// Bytes in parts, read one after another.
pub(super) struct TextParts<'a> {
    parts: std::vec::IntoIter<&'a [u8]>,
    now: &'a [u8],
}

impl<'a> TextParts<'a> {
    pub(super) fn new(parts: Vec<&'a [u8]>) -> Self {
        Self {
            parts: parts.into_iter(),
            now: &[],
        }
    }

    /// All texts of the table that a book's cells name by their number.
    pub(super) fn table(mut self) -> Vec<Rc<str>> {
        let mut all = Vec::new();
        if self.skip(8).is_some() {
            while let Some(text) = self.text() {
                all.push(text.into());
            }
        }
        all
    }

    /// A text with its length in two bytes, and with marks of its looks that are passed over.
    pub(super) fn text(&mut self) -> Option<String> {
        let signs = usize::from(self.u16()?);
        let flags = self.byte()?;
        let runs = if flags & 8 == 0 {
            0
        } else {
            self.u16()?.into()
        };
        let more = if flags & 4 == 0 {
            0
        } else {
            usize::from(self.u16()?) | usize::from(self.u16()?) << 16
        };
        let text = self.signs(signs, flags & 1 != 0)?;
        self.skip(4 * runs)?;
        self.skip(more)?;
        Some(text)
    }

    fn signs(&mut self, mut left: usize, mut is_wide: bool) -> Option<String> {
        let mut units: Vec<u16> = Vec::new();
        while left > 0 {
            if self.now.is_empty() {
                self.now = self.parts.next()?;
                // Each part says anew how wide its signs are.
                is_wide = self.byte()? & 1 != 0;
            }
            let width = if is_wide { 2 } else { 1 };
            let whole = (self.now.len() / width).min(left);
            let (own, rest) = self.now.split_at(whole * width);
            if is_wide {
                let pairs = own.chunks_exact(2);
                units.extend(pairs.map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
            } else {
                units.extend(own.iter().map(|byte| u16::from(*byte)));
            }
            // Half a sign at the end of a part is none.
            self.now = if whole == 0 { &[] } else { rest };
            left -= whole;
        }
        Some(String::from_utf16_lossy(&units))
    }

    fn byte(&mut self) -> Option<u8> {
        while self.now.is_empty() {
            self.now = self.parts.next()?;
        }
        let (first, rest) = self.now.split_first()?;
        self.now = rest;
        Some(*first)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }

    fn skip(&mut self, mut bytes: usize) -> Option<()> {
        while bytes > 0 {
            if self.now.is_empty() {
                self.now = self.parts.next()?;
            }
            let own = bytes.min(self.now.len());
            self.now = &self.now[own..];
            bytes -= own;
        }
        Some(())
    }
}

/// A text with its length in one byte, as the names of sheets are.
pub(super) fn short_text(data: &[u8]) -> Option<String> {
    let (signs, rest) = data.split_first()?;
    let (flags, rest) = rest.split_first()?;
    let mut parts = TextParts {
        parts: Vec::new().into_iter(),
        now: rest,
    };
    parts.signs((*signs).into(), flags & 1 != 0)
}
