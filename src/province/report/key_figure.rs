//! One figure for all districts together, and what it is made of.

use super::table::{is_little, number};
use crate::exchange::cell::{Cell, ground};
use crate::ground::M2_PER_MU;
use crate::statistics::Share;
use crate::tr;
use crate::words::Lang;

/// How much of what.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// How much.
    pub value: Cell,
    /// Of what.
    pub what: String,
    /// The Chinese measure word; Chinese names the thing before its number.
    pub(super) unit: &'static str,
}

impl Quantity {
    pub(super) fn new(
        value: Cell,
        lang: Lang,
        (english, chinese): Words,
        unit: &'static str,
    ) -> Self {
        Self {
            value,
            what: lang.pick(english, chinese).to_owned(),
            unit,
        }
    }

    /// The ground of sites, in mu; little of it in square metres, so that it does not look like none.
    pub(super) fn of_ground(mu: f64, lang: Lang) -> Self {
        if !is_little(mu) {
            return Self::new(number(Some(mu), 2), lang, ("mu of ground", "面积"), "亩");
        }
        let m2 = mu * M2_PER_MU;
        let value = number(Some(m2), usize::from(m2 < 10.0));
        Self::new(value, lang, ("m² of ground", "面积"), "平方米")
    }

    /// Of what, with the unit of the number, for a table that holds the number in a cell of its own.
    pub(super) fn meaning(&self, lang: Lang) -> String {
        let unit = match (&self.value, lang) {
            (Cell::Ground(_), _) => "km²",
            (_, Lang::Zh) => self.unit,
            (_, Lang::En) => "",
        };
        if unit.is_empty() {
            return self.what.clone();
        }
        if let Some((what, more)) = self.what.split_once('（') {
            return format!("{what}（{unit}，{more}");
        }
        let what = &self.what;
        tr!(lang, "{what} ({unit})", "{what}（{unit}）")
    }

    pub(super) fn said(&self, lang: Lang) -> String {
        let value = match &self.value {
            Cell::Ground(m2) => ground(*m2),
            value => value.to_text(),
        };
        let what = &self.what;
        match lang {
            Lang::En => format!("{value} {what}"),
            Lang::Zh => {
                let gap = if what.ends_with('）') { "" } else { " " };
                format!("{what}{gap}{value} {}", self.unit)
                    .trim()
                    .to_owned()
            }
        }
    }
}

/// One figure for all districts.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyFigure {
    /// What it is.
    pub label: String,
    /// The figure.
    pub value: Cell,
    /// Its unit.
    pub unit: &'static str,
    /// The 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Its numerator, or what else is told of a count.
    pub first: Quantity,
    /// Its denominator, or what else is told of a count.
    pub second: Quantity,
    /// Whether the figure is the first over the second.
    pub is_quotient: bool,
    /// How to take it.
    pub remark: String,
}

impl KeyFigure {
    /// What a table says beside it: of a count what else is told, and how to take it.
    pub(super) fn in_words(&self, lang: Lang) -> String {
        let made_of = (!self.is_quotient).then(|| self.made_of(lang));
        let remark = Some(self.remark.clone()).filter(|remark| !remark.is_empty());
        let said: Vec<String> = made_of.into_iter().chain(remark).collect();
        said.join(lang.pick("; ", "；"))
    }

    /// What it is made of.
    pub fn made_of(&self, lang: Lang) -> String {
        let [first, second] = [&self.first, &self.second].map(|quantity| quantity.said(lang));
        if self.is_quotient {
            return format!("{first} ÷ {second}");
        }
        tr!(lang, "{first}, {second}", "{first}，{second}")
    }
}

/// A text in English and in Chinese.
pub(super) type Words = (&'static str, &'static str);

/// A count, with two more things that are told of it.
pub(super) fn counted(
    label: String,
    value: Cell,
    unit: &'static str,
    first: Quantity,
    second: Quantity,
) -> KeyFigure {
    KeyFigure {
        label,
        value,
        unit,
        interval: None,
        first,
        second,
        is_quotient: false,
        remark: String::new(),
    }
}

/// A share in per cent.
pub(super) fn share(label: String, of: Share, first: Quantity, second: Quantity) -> KeyFigure {
    KeyFigure {
        label,
        value: number(of.share.map(|s| s * 100.0), 1),
        unit: "%",
        interval: (of.of > 0).then_some((of.low * 100.0, of.high * 100.0)),
        first,
        second,
        is_quotient: true,
        remark: String::new(),
    }
}

pub(super) fn words(lang: Lang, (english, chinese): Words) -> String {
    lang.pick(english, chinese).to_owned()
}
