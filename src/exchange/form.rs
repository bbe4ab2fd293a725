//! The visit form: the columns that a crew fills in, and the words of their lists.
//!
//! `GeoPackage`, XLSX, CSV and `GeoJSON` have the same columns, so what comes back is read in one way (`form_parse`).

use crate::registry::body::{GrowthStage, Outcome};
use crate::registry::code_lists::{Coded, HABITATS};
use crate::words::Lang;

/// How a column is filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Widget {
    /// A value of a list.
    List,
    /// A date and time.
    Time,
    /// A line of words.
    Line,
    /// Several lines of words.
    Lines,
    /// A counted number.
    Count,
    /// A measured number.
    Number,
    /// The path of a photograph.
    Photo,
}

/// What a column is about: the columns of each begin with its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnSubject {
    /// What the crew found.
    Visit,
    /// What it uprooted.
    Eradication,
}

/// A column of the form.
#[derive(Debug, Clone, Copy)]
pub struct FormColumn {
    /// Its name in files.
    pub key: &'static str,
    /// Its English title.
    pub english: &'static str,
    /// Its Chinese title.
    pub chinese: &'static str,
    /// How it is filled in.
    pub widget: Widget,
}

impl FormColumn {
    /// What it is about.
    pub fn about(&self) -> ColumnSubject {
        if self.key.starts_with("erad_") {
            ColumnSubject::Eradication
        } else {
            ColumnSubject::Visit
        }
    }

    /// Its title.
    pub fn title(&self, lang: Lang) -> &'static str {
        lang.pick(self.english, self.chinese)
    }

    /// The values of its list: code and word.
    pub fn list(&self, lang: Lang) -> Vec<(&'static str, &'static str)> {
        fn of<T: Coded>(lang: Lang) -> Vec<(&'static str, &'static str)> {
            T::LIST
                .iter()
                .map(|(value, code, ..)| (*code, value.label(lang)))
                .collect()
        }
        match self.key {
            "visit_outcome" => of::<Outcome>(lang),
            "visit_stage" => of::<GrowthStage>(lang),
            "visit_sap_cut" => vec![
                ("yes", lang.pick("yes", "是")),
                ("no", lang.pick("no", "否")),
            ],
            "visit_habitat" => HABITATS
                .iter()
                .map(|(code, english, chinese)| (*code, lang.pick(*english, *chinese)))
                .collect(),
            _ => Vec::new(),
        }
    }
}

macro_rules! form {
    ($($key:literal $english:literal $chinese:literal $widget:ident;)*) => {
        /// The columns that a crew fills in.
        pub const FORM: &[FormColumn] = &[$(FormColumn {
            key: $key, english: $english, chinese: $chinese, widget: Widget::$widget,
        }),*];
    };
}

form! {
    "visit_outcome" "visit: outcome" "回填：核查结论" List;
    "visit_at" "visit: when" "回填：核查时间" Time;
    "visit_officers" "visit: officers (two or more)" "回填：核查人员（两人以上）" Line;
    "visit_witness" "visit: witness" "回填：见证人" Line;
    "visit_species" "visit: look-alike species" "回填：混淆植物" Line;
    "visit_stage" "visit: growth stage" "回填：生长期" List;
    "visit_sap_cut" "visit: sap cut" "回填：是否割浆" List;
    "visit_plants" "visit: plants, each counted" "回填：株数（逐株）" Count;
    "visit_quadrats" "visit: plants in each quadrat, as 4,6,5" "回填：样方株数（如 4,6,5）" Line;
    "visit_quadrat_m2" "visit: size of a quadrat in m²" "回填：样方面积（㎡）" Number;
    "visit_area_m2" "visit: planted area in m²" "回填：种植面积（㎡）" Number;
    "visit_habitat" "visit: habitat" "回填：生境" List;
    "visit_photo_1" "visit: photograph 1" "回填：现场照片1" Photo;
    "visit_photo_2" "visit: photograph 2" "回填：现场照片2" Photo;
    "visit_photo_3" "visit: photograph 3" "回填：现场照片3" Photo;
    "visit_photo_4" "visit: photograph 4" "回填：现场照片4" Photo;
    "visit_note" "visit: note" "回填：核查备注" Lines;
    "erad_percent" "eradication: percent of the plants" "回填：铲除比例（%）" Number;
    "erad_at" "eradication: when" "回填：铲除时间" Time;
    "erad_officers" "eradication: who took part" "回填：铲除人员" Line;
    "erad_method" "eradication: how" "回填：铲除方式" Line;
    "erad_photo_1" "eradication: photograph from after it, 1" "回填：铲除后照片1" Photo;
    "erad_photo_2" "eradication: photograph from after it, 2" "回填：铲除后照片2" Photo;
}
