//! What is wrong with a value of the form, in words. Pure.

use super::form::FORM;
use crate::registry::code_lists::{CodedWord, listed};
use crate::registry::quadrats::QuadratFlaw;
use crate::tr;
use crate::words::Lang;

/// A value that cannot be what its column asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFlaw {
    /// The column.
    pub key: &'static str,
    /// What was given.
    pub value: String,
    /// What is wrong.
    pub why: FormError,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FormError {
    /// Something is filled in, but not this.
    Missing,
    /// Not one of the list.
    NotListed(Vec<CodedWord>),
    /// Not a number, or not one it can be.
    NotANumber,
    /// Not a date or time, or one in the future.
    NotATime,
    /// A date that could be two.
    TwoDates,
    /// The number of a day, as spreadsheets count them.
    DayNumber,
    /// A formula instead of a value.
    Formula,
    /// A picture in the cell instead of a photograph's name.
    PictureInCell,
    /// Less than one per cent, or a share of one.
    Share,
    /// Quadrats that give no estimate.
    Quadrats(QuadratFlaw),
}

impl FormFlaw {
    /// In words.
    pub fn say(&self, lang: Lang) -> String {
        let column = FORM
            .iter()
            .find(|c| c.key == self.key)
            .map_or(self.key, |c| c.title(lang));
        let value = &self.value;
        match &self.why {
            FormError::Missing => tr!(lang, "“{column}” is not filled in", "“{column}”未填写"),
            FormError::NotListed(list) => {
                let list = listed(list, lang);
                tr!(
                    lang,
                    "“{column}”: {value} is not one of {list}",
                    "“{column}”：{value} 不在可选值中，可选值：{list}"
                )
            }
            FormError::NotANumber => tr!(
                lang,
                "“{column}”: {value} is not a number it can be",
                "“{column}”：{value} 不是有效数字"
            ),
            FormError::NotATime => tr!(
                lang,
                "“{column}”: {value} is not a time, such as 2026-05-03 10:21, or lies ahead",
                "“{column}”：{value} 不是有效时间（如 2026-05-03 10:21），或晚于当前时间"
            ),
            FormError::TwoDates => tr!(
                lang,
                "“{column}”: {value} could be two dates: write year, month, day, such as 2026-05-03",
                "“{column}”：{value} 可能指两个日期：请按年月日填写，如 2026-05-03"
            ),
            FormError::DayNumber => tr!(
                lang,
                "“{column}”: {value} is how a spreadsheet counts days: format the column as dates, or write 2026-05-03 10:21",
                "“{column}”：{value} 是表格软件的日期序号：请将该列设为日期格式，或写成 2026-05-03 10:21"
            ),
            FormError::Formula => tr!(
                lang,
                "“{column}” holds a formula: {value}; copy the column and paste it as values",
                "“{column}”中是公式：{value}；请复制该列并选择性粘贴为“值”"
            ),
            FormError::PictureInCell => tr!(
                lang,
                "“{column}” holds a picture in its cell, which is not read: put the photograph beside the file and write its name into the cell",
                "“{column}”单元格内是嵌入的图片，无法读取：请将照片文件放在表格旁，并在单元格中填写文件名"
            ),
            FormError::Share => tr!(
                lang,
                "“{column}”: is {value} a share or per cent? Write 80 or 80% for eight tenths",
                "“{column}”：{value} 是比例还是百分数？八成请写 80 或 80%"
            ),
            FormError::Quadrats(flaw) => quadrats(*flaw, column, value, lang),
        }
    }
}

fn quadrats(flaw: QuadratFlaw, column: &str, value: &str, lang: Lang) -> String {
    let why = flaw.say(lang);
    match flaw {
        QuadratFlaw::TooFew => tr!(
            lang,
            "“{column}”: {value}: {why}",
            "“{column}”：{value}：{why}"
        ),
        _ => why.to_owned(),
    }
}
