//! The QGIS style (QML) of the visits: the form in which a crew fills in what it found, with the site's pictures.

use super::style::{
    PICTURE, aliases, categorised, document, editable, marker, option, picture_titles,
    picture_widgets, widget,
};
use crate::exchange::form::{FORM, FormColumn, Widget};
use crate::exchange::ledger::{COLUMNS, FOR_PROGRAMS, LedgerColumn};
use crate::exchange::pictures::PICTURES;
use crate::printable::escape;
use crate::registry::State;
use crate::words::Lang;
use std::fmt::Write as _;

fn form_widget(field: &FormColumn, lang: Lang) -> String {
    let flag =
        |name: &str, on: bool| format!("<Option type=\"bool\" name=\"{name}\" value=\"{on}\"/>");
    match field.widget {
        Widget::List => {
            let mut map = String::from("<Option type=\"List\" name=\"map\">");
            // QGIS stores this word as NULL.
            let empty = ("{2839923C-8B7D-419E-B84B-CA2FE9B80EC7}", "—");
            for (code, word) in std::iter::once(empty).chain(field.list(lang)) {
                let _ = write!(
                    map,
                    "<Option type=\"Map\">{}</Option>",
                    option(&escape(word), code)
                );
            }
            map += "</Option>";
            widget(field.key, "ValueMap", &map)
        }
        Widget::Time => widget(
            field.key,
            "DateTime",
            &[
                flag("allow_null", true),
                flag("calendar_popup", true),
                option("display_format", "yyyy-MM-dd HH:mm"),
                option("field_format", "yyyy-MM-dd HH:mm:ss"),
                flag("field_iso_format", false),
            ]
            .concat(),
        ),
        Widget::Lines => widget(
            field.key,
            "TextEdit",
            &[flag("IsMultiline", true), flag("UseHtml", false)].concat(),
        ),
        Widget::Photo => widget(field.key, "ExternalResource", PICTURE),
        Widget::Line | Widget::Count | Widget::Number => widget(
            field.key,
            "TextEdit",
            &[flag("IsMultiline", false), flag("UseHtml", false)].concat(),
        ),
    }
}

/// The layer in which visits are filled in.
pub const VISIT_LAYER: &str = "visits";
/// Its columns that name the site, as they are shown.
const NAMES: [&str; 4] = ["site", "state", "due", "crew"];

/// The columns of the layer that say which site a row is about.
pub(super) fn columns() -> impl Iterator<Item = &'static LedgerColumn> {
    COLUMNS
        .iter()
        .filter(|c| NAMES.contains(&c.key) || FOR_PROGRAMS.contains(&c.key))
}

/// The style of the visits: a ring where nothing is filled in yet, a tick where it is; and the form.
pub fn visits(lang: Lang) -> String {
    let fixed = columns().map(|c| c.key).chain(PICTURES);
    document(&[
        rings(lang),
        widgets(lang),
        aliases(titles(lang)),
        "<defaults>\n<default field=\"visit_at\" expression=\"if(&quot;visit_at&quot; IS NULL, format_date(now(), 'yyyy-MM-dd HH:mm:ss'), &quot;visit_at&quot;)\" applyOnUpdate=\"1\"/>\n</defaults>\n".into(),
        editable(fixed.map(|key| (key, false)).chain(FORM.iter().map(|f| (f.key, true)))),
        form(lang),
        "<previewExpression>\"site\" || coalesce(' · ' || \"visit_outcome\", '')</previewExpression>\n".into(),
    ])
}

fn rings(lang: Lang) -> String {
    let empty = marker(0, "circle", "255,255,255,0", "30,30,30,255", "6", "0.6");
    let filled = marker(1, "circle", "255,255,255,0", "26,127,55,255", "6", "1.2");
    let category = |value: &str, english: &str, chinese: &str, ring| {
        (
            value.to_owned(),
            lang.pick(english, chinese).to_owned(),
            ring,
        )
    };
    categorised(
        "CASE WHEN \"visit_outcome\" IS NULL THEN 'to do' ELSE 'done' END",
        &[
            category("to do", "to be filled in", "待填写", empty),
            category("done", "filled in", "已填写", filled),
        ],
    )
}

fn widgets(lang: Lang) -> String {
    let mut fields = String::from("<fieldConfiguration>\n");
    for column in columns() {
        fields += &match column.key {
            key if FOR_PROGRAMS.contains(&key) => widget(key, "Hidden", ""),
            "state" => state_widget(lang),
            key => widget(key, "TextEdit", ""),
        };
    }
    for field in FORM {
        fields += &form_widget(field, lang);
    }
    fields + &picture_widgets() + "</fieldConfiguration>\n"
}

fn state_widget(lang: Lang) -> String {
    let states = State::ALL.map(|state| {
        let option = option(&escape(state.label(lang)), state.name());
        format!("<Option type=\"Map\">{option}</Option>")
    });
    let states = states.concat();
    let map = format!("<Option type=\"List\" name=\"map\">{states}</Option>");
    widget("state", "ValueMap", &map)
}

/// The titles of the columns in their order. The tabs of the form say what it is about.
fn titles(lang: Lang) -> impl Iterator<Item = (&'static str, &'static str)> {
    let form = FORM.iter().map(move |field| {
        let short = field
            .title(lang)
            .trim_start_matches("visit: ")
            .trim_start_matches("eradication: ")
            .trim_start_matches("回填：");
        (field.key, short)
    });
    columns()
        .map(move |c| (c.key, c.title(lang)))
        .chain(form)
        .chain(picture_titles(lang))
}

/// The form in tabs, each with its columns: what was found, the count, the photographs, the eradication, and before
/// them the pictures by which the crew knows the place.
fn form(lang: Lang) -> String {
    let found: Vec<&str> = NAMES.into_iter().chain(FOUND).collect();
    [
        "<editform tolerant=\"1\"></editform>\n<editorlayout>tablayout</editorlayout>\n<attributeEditorForm>\n".to_owned(),
        tab(lang.pick("Visit", "核查"), &found),
        tab(lang.pick("Pictures", "影像"), &PICTURES),
        tab(lang.pick("Count", "计数"), &COUNT),
        tab(lang.pick("Photographs", "照片"), &PHOTOGRAPHS),
        tab(lang.pick("Eradication", "铲除"), &ERADICATION),
        "</attributeEditorForm>\n".to_owned(),
    ]
    .concat()
}

const FOUND: [&str; 9] = [
    "visit_outcome",
    "visit_at",
    "visit_officers",
    "visit_witness",
    "visit_species",
    "visit_stage",
    "visit_sap_cut",
    "visit_habitat",
    "visit_note",
];
const COUNT: [&str; 4] = [
    "visit_plants",
    "visit_quadrats",
    "visit_quadrat_m2",
    "visit_area_m2",
];
const PHOTOGRAPHS: [&str; 4] = [
    "visit_photo_1",
    "visit_photo_2",
    "visit_photo_3",
    "visit_photo_4",
];
const ERADICATION: [&str; 6] = [
    "erad_percent",
    "erad_at",
    "erad_officers",
    "erad_method",
    "erad_photo_1",
    "erad_photo_2",
];

fn tab(title: &str, keys: &[&str]) -> String {
    let mut out = format!(
        "<attributeEditorContainer name=\"{}\" groupBox=\"0\" columnCount=\"1\" showLabel=\"1\" visibilityExpressionEnabled=\"0\" visibilityExpression=\"\">\n",
        escape(title)
    );
    for key in keys {
        let _ = writeln!(
            out,
            "<attributeEditorField name=\"{key}\" index=\"-1\" showLabel=\"1\"/>"
        );
    }
    out + "</attributeEditorContainer>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_style_is_xml_and_the_form_has_every_column_and_the_pictures() {
        for lang in [Lang::En, Lang::Zh] {
            let qml = visits(lang);
            let options = roxmltree::ParsingOptions {
                allow_dtd: true,
                ..roxmltree::ParsingOptions::default()
            };
            roxmltree::Document::parse_with_options(&qml, options).expect("XML");
            for key in FORM.iter().map(|field| field.key).chain(PICTURES) {
                let placed = format!("<attributeEditorField name=\"{key}\"");
                assert!(qml.contains(&placed), "{key}");
            }
        }
    }
}
