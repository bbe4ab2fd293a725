//! A row of the form as a crew filled it in, read as a visit, an eradication or both. Pure.

use super::form::{ColumnSubject, FORM, Widget};
use super::form_flaw::{FormError, FormFlaw};
use super::names::names;
use super::table::Row;
use crate::registry::body::{Count, Eradicate, GrowthStage, Outcome, Visit};
use crate::registry::code_lists::{Coded, habitat_code};
use crate::registry::quadrats::{QuadratFlaw, estimate};
use crate::text::Field;
use crate::text::{DateFlaw, date_time, half_width, number, percent};

/// A filled row, before anything of the registry was asked; it has one part or both.
#[derive(Debug, Clone, PartialEq)]
pub struct FormValues {
    /// What the crew found.
    pub visit: Option<FormPart<Visit>>,
    /// What it uprooted.
    pub eradication: Option<FormPart<Eradicate>>,
}

/// One thing that a row reports.
#[derive(Debug, Clone, PartialEq)]
pub struct FormPart<B> {
    /// What.
    pub body: B,
    /// When, RFC 3339; `None` where the row does not say.
    pub at: Option<String>,
    /// Names of its photographs.
    pub photos: Vec<String>,
}

/// Whether a crew filled anything in.
pub fn is_filled(row: &Row) -> bool {
    tells_of(row, ColumnSubject::Visit) || tells_of(row, ColumnSubject::Eradication)
}

/// Whether a row says anything of a visit or an eradication; the times alone are what some forms set by themselves.
fn tells_of(row: &Row, about: ColumnSubject) -> bool {
    FORM.iter()
        .filter(|column| column.about() == about && column.widget != Widget::Time)
        .any(|column| !row.field(column.key).is_empty())
}

struct FormReader<'a>(&'a Row);

impl FormReader<'_> {
    fn flaw(&self, key: &'static str, why: FormError) -> FormFlaw {
        FormFlaw {
            key,
            value: self.0.field(key).to_text(),
            why,
        }
    }

    /// Words of a column; a formula is none.
    fn text(&self, key: &'static str) -> Result<Option<String>, FormFlaw> {
        let field = self.0.field(key);
        let text = field.to_text();
        let text = text.trim();
        if is_photo(key) && is_picture(text) {
            return Err(self.flaw(key, FormError::PictureInCell));
        }
        if matches!(field, Field::Formula(_)) {
            return Err(self.flaw(key, FormError::Formula));
        }
        // What an export set off comes back as it was; what somebody typed as a formula does not pass.
        if text.starts_with('=') {
            return Err(self.flaw(key, FormError::Formula));
        }
        let plain = text
            .strip_prefix('\'')
            .filter(|rest| rest.starts_with(['=', '+', '-', '@']))
            .unwrap_or(text);
        Ok((!plain.is_empty()).then(|| plain.to_owned()))
    }

    fn list<T: Coded>(&self, key: &'static str) -> Result<Option<T>, FormFlaw> {
        self.text(key)?
            .map(|text| {
                T::read(&half_width(&text))
                    .ok_or_else(|| self.flaw(key, FormError::NotListed(T::choices())))
            })
            .transpose()
    }

    fn number(&self, key: &'static str, most: f64) -> Result<Option<f64>, FormFlaw> {
        let read = if key == "erad_percent" {
            percent
        } else {
            number
        };
        let wrong = || self.flaw(key, FormError::NotANumber);
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let text = half_width(&text);
        let number = read(unit_off(key, &text)).ok_or_else(wrong)?;
        // Four fifths, or four fifths of a hundredth?
        let is_share = key == "erad_percent" && number > 0.0 && number < 1.0;
        if is_share && !text.contains('%') {
            return Err(self.flaw(key, FormError::Share));
        }
        if (0.0..=most).contains(&number) {
            Ok(Some(number))
        } else {
            Err(wrong())
        }
    }

    fn whole(&self, key: &'static str) -> Result<Option<u64>, FormFlaw> {
        match self.number(key, 1e9)? {
            None => Ok(None),
            Some(number) if number.fract() == 0.0 => Ok(Some(whole(number))),
            Some(_) => Err(self.flaw(key, FormError::NotANumber)),
        }
    }

    fn dm2(&self, key: &'static str) -> Result<Option<u64>, FormFlaw> {
        Ok(self
            .number(key, 1e9)?
            .filter(|m2| *m2 > 0.0)
            .map(|m2| whole((m2 * 100.0).round())))
    }

    fn count(&self, area_dm2: Option<u64>) -> Result<Option<Count>, FormFlaw> {
        let each = self.whole("visit_plants")?;
        let Some(text) = self.text("visit_quadrats")? else {
            return Ok(each.map(|plants| Count::Each { plants }));
        };
        if each.is_some() {
            return Err(self.flaw(
                "visit_quadrats",
                FormError::Quadrats(QuadratFlaw::CountedToo),
            ));
        }
        let counts = half_width(&text)
            .split([',', '，', '、', ';', '；', ' ', '/'])
            .filter(|part| !part.trim().is_empty())
            .map(|part| part.trim().parse::<u64>())
            .collect::<Result<Vec<u64>, _>>()
            .map_err(|_not_a_number| self.flaw("visit_quadrats", FormError::NotANumber))?;
        let quadrat = self.dm2("visit_quadrat_m2")?.unwrap_or(0);
        estimate(&counts, quadrat, area_dm2.unwrap_or(0))
            .map(Some)
            .map_err(|flaw| self.flaw("visit_quadrats", FormError::Quadrats(flaw)))
    }

    fn yes_or_no(&self, key: &'static str) -> Result<Option<bool>, FormFlaw> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        match half_width(&text).trim().to_lowercase().as_str() {
            "yes" | "y" | "true" | "1" | "是" | "有" | "√" => Ok(Some(true)),
            "no" | "n" | "false" | "0" | "否" | "无" | "没有" | "×" => Ok(Some(false)),
            _ => {
                let choices = vec![("yes", "yes", "是"), ("no", "no", "否")];
                Err(self.flaw(key, FormError::NotListed(choices)))
            }
        }
    }

    /// Photographs of one part of the form.
    fn photos(&self, about: ColumnSubject) -> Result<Vec<String>, FormFlaw> {
        FORM.iter()
            .filter(|column| column.widget == Widget::Photo && column.about() == about)
            .filter_map(|column| self.text(column.key).transpose())
            .collect()
    }

    fn time(&self, key: &'static str, now: &jiff::Zoned) -> Result<Option<String>, FormFlaw> {
        match self.0.field(key) {
            field if field.is_empty() => Ok(None),
            field => {
                // A formula is none, whatever it would give.
                self.text(key)?;
                let read = time(&field.to_text(), now);
                read.map(Some).map_err(|why| self.flaw(key, why))
            }
        }
    }

    fn visit(&self, now: &jiff::Zoned) -> Result<FormPart<Visit>, FormFlaw> {
        let outcome: Outcome = self
            .list("visit_outcome")?
            .ok_or_else(|| self.flaw("visit_outcome", FormError::Missing))?;
        let sap_cut = self.yes_or_no("visit_sap_cut")?;
        let area_dm2 = self.dm2("visit_area_m2")?;
        let body = Visit {
            outcome,
            officers: names(&self.text("visit_officers")?.unwrap_or_default()),
            witness: self.text("visit_witness")?,
            species: self.text("visit_species")?,
            stage: self.list::<GrowthStage>("visit_stage")?,
            sap_cut,
            count: self.count(area_dm2)?,
            area_dm2,
            habitat: self
                .text("visit_habitat")?
                .map(|text| habitat_code(&text).to_owned()),
            note: self.text("visit_note")?,
            forced: None,
            imported: None,
        };
        Ok(FormPart {
            body,
            at: self.time("visit_at", now)?,
            photos: self.photos(ColumnSubject::Visit)?,
        })
    }

    /// Without names or a time of its own it was done by the visit's crew, at the visit's time.
    fn eradication(&self, now: &jiff::Zoned) -> Result<FormPart<Eradicate>, FormFlaw> {
        let percent = self
            .number("erad_percent", 100.0)?
            .ok_or_else(|| self.flaw("erad_percent", FormError::Missing))?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to lie between 0 and 100; what is not whole is not all"
        )]
        let percent = percent.floor() as u8;
        let officers = match self.text("erad_officers")? {
            Some(text) => names(&text),
            None => names(&self.text("visit_officers")?.unwrap_or_default()),
        };
        let body = Eradicate {
            percent,
            method: self.text("erad_method")?,
            officers,
            note: None,
            forced: None,
            imported: None,
        };
        let at = match self.time("erad_at", now)? {
            Some(at) => Some(at),
            None => self.time("visit_at", now)?,
        };
        Ok(FormPart {
            body,
            at,
            photos: self.photos(ColumnSubject::Eradication)?,
        })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked to lie between 0 and 1e11"
)]
fn whole(number: f64) -> u64 {
    number as u64
}

/// Reads a filled row. `now` bounds its times, and its zone is that of times without one.
///
/// # Errors
/// The first value that will not do.
pub fn read(row: &Row, now: &jiff::Zoned) -> Result<FormValues, FormFlaw> {
    let reader = FormReader(row);
    let visit = tells_of(row, ColumnSubject::Visit).then(|| reader.visit(now));
    let eradication = tells_of(row, ColumnSubject::Eradication).then(|| reader.eradication(now));
    Ok(FormValues {
        visit: visit.transpose()?,
        eradication: eradication.transpose()?,
    })
}

/// Whether a column names photographs.
fn is_photo(key: &str) -> bool {
    let mut named = FORM.iter().filter(|column| column.widget == Widget::Photo);
    named.any(|column| column.key == key)
}

/// Whether a cell holds a picture and no name: what WPS puts into it (`DISPIMG`), and what of Excel's is told to others.
fn is_picture(text: &str) -> bool {
    text.contains("DISPIMG(") || text.trim_start_matches('=') == "#VALUE!"
}

/// Takes the unit that a column has anyway off a number; any other stays, and makes it none.
fn unit_off<'a>(key: &str, text: &'a str) -> &'a str {
    let text = text.trim();
    let mut units = units_of(key).iter();
    let number = units.find_map(|unit| text.strip_suffix(unit));
    number.unwrap_or(text)
}

fn units_of(key: &str) -> &'static [&'static str] {
    match key {
        "visit_plants" => &["株", "棵"],
        "visit_area_m2" | "visit_quadrat_m2" => &["㎡", "m²", "m2", "平方米", "平米"],
        _ => &[],
    }
}

/// A time as forms and people write it, as RFC 3339, a day alone as its noon.
///
/// # Errors
/// [`Wrong::NotATime`] where it is none or lies more than a day ahead, [`Wrong::TwoDates`] where it could be two,
/// [`Wrong::DayNumber`] where it is a spreadsheet's number of a day.
fn time(text: &str, now: &jiff::Zoned) -> Result<String, FormError> {
    const WRITTEN: &str = "%Y-%m-%dT%H:%M:%S%:z";
    // The days of this century, counted from 1900 or from 1904: which of them, only the spreadsheet knows.
    let counted = number(text).is_some_and(|days| (35_000.0..75_000.0).contains(&days));
    let written = date_time(text).map_err(|flaw| match flaw {
        DateFlaw::NoDate if counted => FormError::DayNumber,
        DateFlaw::NoDate => FormError::NotATime,
        DateFlaw::TwoWays => FormError::TwoDates,
    })?;
    let zone = written
        .zone
        .map_or_else(|| now.time_zone().clone(), jiff::tz::TimeZone::fixed);
    let at = written.time.map_or_else(
        || written.day.at(12, 0, 0, 0),
        |time| written.day.to_datetime(time),
    );
    let zoned = at
        .to_zoned(zone)
        .map_err(|_out_of_range| FormError::NotATime)?;
    let ahead = zoned.timestamp().as_second() - now.timestamp().as_second();
    if ahead < 86_400 && zoned.year() > 2000 {
        Ok(zoned.strftime(WRITTEN).to_string())
    } else {
        Err(FormError::NotATime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[(&str, Field)]) -> Row {
        Row {
            line: 2,
            fields: fields
                .iter()
                .map(|(key, field)| ((*key).to_owned(), field.clone()))
                .collect(),
            position: None,
        }
    }

    fn text(text: &str) -> Field {
        Field::Text(text.into())
    }

    fn now() -> jiff::Zoned {
        "2026-05-10T12:00:00+08:00[+08:00]".parse().expect("time")
    }

    #[test]
    fn a_filled_row_is_read_in_either_language() {
        let filled = read(
            &row(&[
                ("visit_outcome", text("种植罂粟")),
                ("visit_at", text("2026/05/03 10:21:00+08")),
                ("visit_officers", text("王、李；赵")),
                ("visit_stage", text("flowering")),
                ("visit_sap_cut", text("否")),
                ("visit_quadrats", text("4，6,5")),
                ("visit_quadrat_m2", Field::Number(1.0)),
                ("visit_area_m2", Field::Number(102.0)),
                ("visit_habitat", text("菜地")),
                ("visit_photo_2", text("DCIM/a.jpg")),
                ("visit_note", text("'=looks odd")),
            ]),
            &now(),
        )
        .expect("read");
        assert_eq!(filled.eradication, None);
        let visit = filled.visit.expect("a visit");
        assert_eq!(visit.at.as_deref(), Some("2026-05-03T10:21:00+08:00"));
        assert_eq!(visit.body.officers, ["王", "李", "赵"]);
        assert_eq!(visit.body.count.as_ref().map(Count::plants), Some(510));
        assert_eq!(visit.body.habitat.as_deref(), Some("vegetable_garden"));
        assert_eq!(visit.body.sap_cut, Some(false));
        assert_eq!(visit.photos, ["DCIM/a.jpg"]);
        assert_eq!(visit.body.note.as_deref(), Some("=looks odd"));
    }

    #[test]
    fn yes_and_no_are_read_in_any_case_and_width() {
        let cut = |text: &str| {
            let fields = [
                ("visit_outcome", Field::Text("wild".into())),
                ("visit_sap_cut", Field::Text(text.into())),
            ];
            let filled = read(&row(&fields), &now())?;
            Ok::<_, FormFlaw>(filled.visit.and_then(|visit| visit.body.sap_cut))
        };
        for text in ["yes", "Yes", "YES", "True", "Ｙ", "1", "是", "有", "√"] {
            assert_eq!(cut(text), Ok(Some(true)), "{text}");
        }
        for text in ["no", "No", "FALSE", "０", "否", "无"] {
            assert_eq!(cut(text), Ok(Some(false)), "{text}");
        }
        assert!(cut("maybe").is_err() && cut("不详").is_err());
    }

    #[test]
    fn a_unit_in_a_cells_format_is_a_unit() {
        let area = |number: f64, format: &str| {
            let cell = crate::text::shown(number, format);
            let fields = [("visit_outcome", text("wild")), ("visit_area_m2", cell)];
            let filled = read(&row(&fields), &now());
            filled.map(|filled| filled.visit.and_then(|visit| visit.body.area_dm2))
        };
        for format in ["0", "0.00", "0\"㎡\"", "0.0\" 平方米\"", "#,##0"] {
            assert_eq!(area(2.0, format), Ok(Some(200)), "{format}");
        }
        for format in [
            "0\"亩\"",
            "0.0\\ \"亩\"",
            "General\"亩\"",
            "0!.0,\"万\"",
            "0,\"千平米\"",
        ] {
            let flaw = area(2.0, format).expect_err(format);
            assert_eq!(flaw.why, FormError::NotANumber, "{format}");
        }
    }

    #[test]
    fn pictures_in_cells_and_shares_of_one_are_refused_by_name() {
        let why = |key: &'static str, field: Field| {
            let fields = [("visit_outcome", text("wild")), (key, field)];
            read(&row(&fields), &now()).expect_err("refused").why
        };
        for cell in [
            Field::Formula("_xlfn.DISPIMG(\"ID_8F3A\",1)".into()),
            text("=DISPIMG(\"ID_8F3A\",1)"),
            Field::Formula("#VALUE!".into()),
        ] {
            assert_eq!(why("visit_photo_1", cell), FormError::PictureInCell);
        }
        assert_eq!(why("visit_note", text("=1+1")), FormError::Formula);
        for cell in [Field::Number(0.8), text("0.95"), text("０．５")] {
            assert_eq!(why("erad_percent", cell), FormError::Share);
        }
        let none = read(&row(&[("erad_percent", text("0.4%"))]), &now()).expect("read");
        assert_eq!(none.eradication.expect("an eradication").body.percent, 0);
    }

    #[test]
    fn an_eradication_takes_crew_and_time_of_the_visit_unless_it_has_its_own() {
        let visit = [
            ("visit_outcome", text("wild")),
            ("visit_at", text("2026-05-03 10:21")),
            ("visit_officers", text("王、李")),
        ];
        let both = |own: &[(&'static str, Field)]| {
            let fields: Vec<_> = visit.iter().chain(own).cloned().collect();
            read(&row(&fields), &now())
        };
        let filled = both(&[
            ("erad_percent", Field::Number(99.6)),
            ("erad_photo_1", text("after.jpg")),
        ])
        .expect("read");
        assert_eq!(filled.visit.expect("a visit").photos, [""; 0]);
        let eradication = filled.eradication.expect("an eradication");
        assert_eq!(eradication.body.percent, 99, "nearly all is not all");
        assert_eq!(eradication.body.officers, ["王", "李"]);
        assert_eq!(eradication.at.as_deref(), Some("2026-05-03T10:21:00+08:00"));
        assert_eq!(eradication.photos, ["after.jpg"]);
        let own = [
            ("erad_percent", Field::Number(100.0)),
            ("erad_at", text("2026-05-04")),
            ("erad_officers", text("赵")),
        ];
        let eradication = both(&own)
            .expect("read")
            .eradication
            .expect("an eradication");
        assert_eq!(eradication.body.officers, ["赵"]);
        assert_eq!(eradication.at.as_deref(), Some("2026-05-04T12:00:00+08:00"));
        let alone = read(&row(&own), &now()).expect("read");
        assert!(alone.visit.is_none() && alone.eradication.is_some());
        let missing = both(&[("erad_method", text("pulled"))]).expect_err("refused");
        assert_eq!(
            (missing.key, missing.why),
            ("erad_percent", FormError::Missing)
        );
        let above = both(&[("erad_percent", Field::Number(120.0))]).expect_err("refused");
        assert_eq!(above.why, FormError::NotANumber);
    }

    #[test]
    fn times_are_read_as_people_and_programs_write_them() {
        for (written, read) in [
            ("2026-05-03", "2026-05-03T12:00:00+08:00"),
            ("2026-05-03 10:21", "2026-05-03T10:21:00+08:00"),
            ("2026-05-03T10:21:05", "2026-05-03T10:21:05+08:00"),
            ("2026-05-03T02:21:00Z", "2026-05-03T02:21:00+00:00"),
            ("2026/05/03 10:21:00+08", "2026-05-03T10:21:00+08:00"),
            ("2026-05-03T10:21:00+08:00", "2026-05-03T10:21:00+08:00"),
        ] {
            assert_eq!(time(written, &now()).as_deref(), Ok(read), "{written}");
        }
        for wrong in ["yesterday", "2026-13-01", "2027-01-01", "450000"] {
            assert_eq!(time(wrong, &now()), Err(FormError::NotATime), "{wrong}");
        }
        for counted in ["46145", "46145.43"] {
            assert_eq!(
                time(counted, &now()),
                Err(FormError::DayNumber),
                "{counted}"
            );
        }
        assert_eq!(time("4/5/2026", &now()), Err(FormError::TwoDates));
    }

    #[test]
    fn numbers_are_read_with_their_own_unit_and_no_other() {
        let wild = ("visit_outcome", text("野生罂粟"));
        let count = |value: Field| {
            let filled = read(&row(&[wild.clone(), ("visit_plants", value)]), &now());
            filled.map(|f| {
                f.visit
                    .expect("a visit")
                    .body
                    .count
                    .as_ref()
                    .map(Count::plants)
            })
        };
        for plants in ["200", "２００", "200株", " 200 棵"] {
            assert_eq!(count(text(plants)), Ok(Some(200)), "{plants}");
        }
        for wrong in ["2亩", "1，5", "约200", "100%", "２.５"] {
            assert_eq!(
                count(text(wrong)).expect_err(wrong).why,
                FormError::NotANumber
            );
        }
        let percent = |value: &str| {
            let filled = read(&row(&[("erad_percent", text(value))]), &now());
            filled.map(|f| f.eradication.expect("one").body.percent)
        };
        assert_eq!(percent("100%"), Ok(100));
        assert_eq!(percent("８０％"), Ok(80));
        assert_eq!(percent("1"), Ok(1));
        assert!(percent("110%").is_err());
    }

    #[test]
    fn what_cannot_be_is_named() {
        let why = |fields: &[(&str, Field)]| read(&row(fields), &now()).expect_err("refused").why;
        assert_eq!(
            why(&[("visit_plants", Field::Number(3.0))]),
            FormError::Missing
        );
        let wild = ("visit_outcome", text("wild"));
        assert!(matches!(
            why(&[("visit_outcome", text("tulip"))]),
            FormError::NotListed(_)
        ));
        assert_eq!(
            why(&[wild.clone(), ("visit_plants", Field::Number(3.5))]),
            FormError::NotANumber
        );
        assert_eq!(
            why(&[
                wild.clone(),
                ("visit_note", text("=HYPERLINK(\"http://a\")"))
            ]),
            FormError::Formula
        );
        assert_eq!(
            why(&[wild.clone(), ("visit_note", Field::Formula("1+1".into()))]),
            FormError::Formula
        );
        for formula in [text("=TODAY()"), Field::Formula("TODAY()".into())] {
            let at = ("visit_at", formula);
            assert_eq!(why(&[wild.clone(), at]), FormError::Formula);
        }
        assert_eq!(
            why(&[
                wild.clone(),
                ("visit_plants", Field::Number(3.0)),
                ("visit_quadrats", text("1,2"))
            ]),
            FormError::Quadrats(QuadratFlaw::CountedToo)
        );
        assert_eq!(
            why(&[wild, ("visit_quadrats", text("1,2"))]),
            FormError::Quadrats(QuadratFlaw::NoSize)
        );
    }
}
