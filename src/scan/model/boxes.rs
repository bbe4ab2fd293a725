//! How a detector tells its boxes: recognised by what its metadata says, else by the sizes of its output.

use super::error::ModelError;
use super::input_shape::words;
use super::keys::Keys;
use serde_json::Value;

/// What stands where in a detector's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoxForm {
    /// `[N,4+C,A]`: each box a column of middle, size and a score a class. YOLO v8 to v11 as Ultralytics exports them.
    ClassesDown,
    /// `[N,A,4+C]`: the same, each box a row.
    ClassesAcross,
    /// `[N,A,5+C]`: each box a row of middle, size, the score of being anything, and a score a class. YOLO v5 to v7.
    Objectness,
    /// `[N,K,6]`: corners, score and class of the boxes that are left, suppression being inside the model. YOLO v10, and
    /// Ultralytics with `nms=True`.
    EndToEnd,
}

impl BoxForm {
    const ALL: [Self; 4] = [
        Self::ClassesDown,
        Self::Objectness,
        Self::EndToEnd,
        Self::ClassesAcross,
    ];

    /// Its name as a value of `papaver_boxes`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClassesDown => "classes_down",
            Self::ClassesAcross => "classes_across",
            Self::Objectness => "objectness",
            Self::EndToEnd => "end_to_end",
        }
    }

    /// Columns of a row before those of the classes.
    pub(super) fn before_classes(self) -> u32 {
        match self {
            Self::ClassesDown | Self::ClassesAcross => 4,
            Self::Objectness => 5,
            Self::EndToEnd => 6,
        }
    }

    /// The number of classes that it leaves room for in an output of these sizes, where it may be of this form.
    fn classes(self, (down, across): (u32, u32)) -> Option<u32> {
        match self {
            Self::EndToEnd => (across == 6).then_some(0),
            Self::ClassesDown => down.checked_sub(4),
            Self::ClassesAcross => across.checked_sub(4),
            Self::Objectness => across.checked_sub(5),
        }
        .filter(|count| *count > 0 || self == Self::EndToEnd)
    }
}

/// How boxes are read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoxLayout {
    /// What stands where.
    pub form: BoxForm,
    /// Whether there is a box, or three, for each place of the grids of a tile.
    pub(super) is_grid: bool,
    /// Whether coordinates are shares of the tile and not pixels; `None` where that is told by the numbers.
    pub normalised: Option<bool>,
    /// The overlap, as a share of what both cover, from which two boxes of one tile are one thing.
    pub same: f32,
}

/// The overlap from which boxes are one thing where the model does not say.
const SAME: f64 = 0.5;
/// A model that suppresses by itself gives no more boxes than this.
const MOST_LEFT: u32 = 1000;

/// The layout of a detector's first output, and how many classes it has; `None` where the output does not tell.
///
/// # Errors
/// [`ModelError::BoxShape`], [`ModelError::TwoLayouts`], [`ModelError::OtherBoxes`], [`ModelError::NoClassNames`],
/// [`ModelError::BadValue`].
pub(super) fn layout(
    keys: &Keys,
    sizes: &[Option<u32>],
    tile: u32,
) -> Result<(BoxLayout, Option<u32>), ModelError> {
    let named = named(keys)?;
    let wrong = || ModelError::BoxShape {
        found: words(sizes),
        classes: named,
    };
    let [_, Some(down), Some(across)] = *sizes else {
        return Err(wrong());
    };
    let fits = |form: &BoxForm| {
        let room = form.classes((down, across));
        room.is_some_and(|room| room == 0 || named.is_none_or(|named| named == room))
    };
    let forms: Vec<BoxForm> = said(keys)?.into_iter().filter(fits).collect();
    let form = likeliest(&forms, (down, across), tile, named).ok_or_else(wrong)?;
    let is_grid = is_grid(down, tile);
    // Where nothing but the number of rows could tell, and that is neither.
    let is_open = form == BoxForm::Objectness && across == 6 && !is_grid;
    if is_open && forms.contains(&BoxForm::EndToEnd) {
        return Err(ModelError::TwoLayouts {
            found: words(sizes),
        });
    }
    if form == BoxForm::EndToEnd && named.is_none() {
        return Err(ModelError::NoClassNames);
    }
    let room = form.classes((down, across)).filter(|room| *room > 0);
    let same = keys.number("det_iou_thresh")?.unwrap_or(SAME);
    keys.must(same > 0.0 && same <= 1.0, "det_iou_thresh")?;
    #[expect(clippy::cast_possible_truncation, reason = "a share of one")]
    let layout = BoxLayout {
        form,
        is_grid,
        normalised: normalised(keys)?,
        same: same as f32,
    };
    Ok((layout, room.or(named)))
}

/// How many classes are named; some models carry the key with nothing in it.
fn named(keys: &Keys) -> Result<Option<u32>, ModelError> {
    let count = match keys.0.get("class_names") {
        None => return Ok(None),
        Some(Value::Object(map)) => map.len(),
        Some(Value::Array(list)) => list.len(),
        Some(_) => return Err(keys.wrong("class_names")),
    };
    Ok(u32::try_from(count).ok().filter(|count| *count > 0))
}

/// The forms that the metadata leaves open.
fn said(keys: &Keys) -> Result<Vec<BoxForm>, ModelError> {
    use BoxForm::{ClassesAcross, ClassesDown, EndToEnd, Objectness};
    if let Some(name) = keys.text("papaver_boxes")? {
        let form = BoxForm::ALL.into_iter().find(|form| form.name() == name);
        return form
            .map(|form| vec![form])
            .ok_or_else(|| keys.wrong("papaver_boxes"));
    }
    match keys.text("det_type")?.as_deref() {
        None => Ok(BoxForm::ALL.to_vec()),
        Some("YOLO_v5_or_v7_default" | "YOLO_v6") => Ok(vec![Objectness]),
        Some("YOLO_v8" | "YOLO_v9" | "YOLO_Ultralytics") => {
            Ok(vec![ClassesDown, EndToEnd, ClassesAcross])
        }
        Some(other) => Err(ModelError::OtherBoxes { kind: other.into() }),
    }
}

/// The first form that fits. Rows of six are of a model of one class with a score of being anything where there is one for
/// each place of a grid; else they are what is left after suppression.
fn likeliest(
    forms: &[BoxForm],
    (down, across): (u32, u32),
    tile: u32,
    named: Option<u32>,
) -> Option<BoxForm> {
    // Without names, the shorter side is that of the columns.
    let is_short = |form: &&BoxForm| match form {
        BoxForm::ClassesDown => named.is_some() || down < across,
        _ => named.is_some() || across < down || forms.len() == 1,
    };
    let mut fitting = forms.iter().filter(is_short).copied();
    let first = fitting.next()?;
    let is_one = first == BoxForm::Objectness && across == 6 && forms.contains(&BoxForm::EndToEnd);
    if is_one && down <= MOST_LEFT && !is_grid(down, tile) {
        return Some(BoxForm::EndToEnd);
    }
    Some(first)
}

/// Whether so many boxes are one or three for each place of the grids of a tile.
fn is_grid(boxes: u32, tile: u32) -> bool {
    let places = |strides: &[u32]| strides.iter().map(|s| (tile / s).pow(2)).sum::<u32>();
    let strides: [&[u32]; 4] = [&[8, 16, 32], &[8, 16, 32, 64], &[16, 32], &[4, 8, 16, 32]];
    let grids = strides.map(places);
    grids.iter().any(|grid| boxes == *grid || boxes == 3 * grid)
}

fn normalised(keys: &Keys) -> Result<Option<bool>, ModelError> {
    match keys.text("papaver_box_units")?.as_deref() {
        None => Ok(None),
        Some("pixels") => Ok(Some(false)),
        Some("shares") => Ok(Some(true)),
        Some(_) => Err(keys.wrong("papaver_box_units")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Metadata, the sizes of the output, and what it is.
    type Case<'a> = (&'a [(&'a str, &'a str)], (u32, u32), BoxForm);

    fn form(pairs: &[(&str, &str)], down: u32, across: u32) -> Result<BoxForm, ModelError> {
        let metadata: BTreeMap<String, String> = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        let keys = Keys::parse(&metadata)?;
        Ok(layout(&keys, &[Some(1), Some(down), Some(across)], 640)?
            .0
            .form)
    }

    #[test]
    fn the_layouts_of_yolo_are_told_by_sizes_names_and_det_type() {
        use BoxForm::{ClassesAcross, ClassesDown, EndToEnd, Objectness};
        let one = ("class_names", r#"{"0":"poppy"}"#);
        let two = ("class_names", r#"{"0":"poppy","1":"tulip"}"#);
        let python = ("names", "{0: 'poppy', 1: 'tulip'}");
        let v5 = ("det_type", "\"YOLO_v5_or_v7_default\"");
        let v8 = ("det_type", "\"YOLO_Ultralytics\"");
        let cases: [Case; 15] = [
            (&[], (84, 8400), ClassesDown),
            (&[], (25_200, 85), Objectness),
            (&[one], (5, 8400), ClassesDown),
            (&[one], (25_200, 6), Objectness),
            (&[one], (8400, 6), Objectness),
            (&[one], (300, 6), EndToEnd),
            (&[one, v5], (300, 6), Objectness),
            (&[two], (6, 8400), ClassesDown),
            (&[python], (6, 8400), ClassesDown),
            (&[two], (25_200, 7), Objectness),
            (&[two], (300, 6), EndToEnd),
            (&[two, v8], (300, 6), EndToEnd),
            (&[two, v8], (6, 8400), ClassesDown),
            (
                &[python, ("papaver_boxes", "\"classes_across\"")],
                (300, 6),
                ClassesAcross,
            ),
            (&[("class_names", "{}"), v8], (5, 8400), ClassesDown),
        ];
        for (metadata, (down, across), expected) in cases {
            let found = form(metadata, down, across);
            assert_eq!(
                found.as_ref().ok(),
                Some(&expected),
                "{metadata:?} {down} {across}: {found:?}"
            );
        }
    }

    #[test]
    fn what_is_no_known_layout_is_refused() {
        let two = ("class_names", r#"{"0":"poppy","1":"tulip"}"#);
        assert!(matches!(
            form(&[two], 9, 8400),
            Err(ModelError::BoxShape { .. })
        ));
        assert!(matches!(form(&[], 300, 6), Err(ModelError::NoClassNames)));
        let one = ("class_names", r#"{"0":"poppy"}"#);
        let said = ("papaver_boxes", "\"objectness\"");
        assert!(matches!(
            form(&[one], 1600, 6),
            Err(ModelError::TwoLayouts { .. })
        ));
        assert!(form(&[one, said], 1600, 6).is_ok());
        let obb = ("det_type", "\"YOLO_Ultralytics_obb\"");
        assert!(matches!(
            form(&[obb], 7, 8400),
            Err(ModelError::OtherBoxes { .. })
        ));
        let names = ("papaver_boxes", "\"rows\"");
        assert!(matches!(
            form(&[names], 7, 8400),
            Err(ModelError::BadValue { .. })
        ));
    }
}
