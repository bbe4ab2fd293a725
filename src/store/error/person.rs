//! A person who is not known.

use crate::registry::people::People;
use crate::text::nearest;
use crate::words::{Action, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};

/// A person who is named as one that is known, and is not.
#[derive(Debug)]
pub struct UnknownPerson {
    /// What was given.
    pub name: String,
    /// The unit.
    pub unit: String,
    /// Who is most like it.
    pub meant: Option<String>,
    /// Those of the unit who are known.
    pub known: Vec<String>,
}

impl UnknownPerson {
    /// Somebody whom a unit does not know; nothing where it does.
    pub fn of(people: &People, unit: &str, name: &str) -> Option<Self> {
        if people.get(unit, name).is_some() {
            return None;
        }
        let known: Vec<String> = people
            .iter()
            .filter(|(of, ..)| *of == unit)
            .map(|(_, known, _)| known.to_owned())
            .collect();
        let meant = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
        Some(Self {
            name: name.to_owned(),
            unit: unit.to_owned(),
            meant,
            known,
        })
    }
}

impl Say for UnknownPerson {
    fn say(&self, lang: Lang) -> Said {
        let Self { name, unit, .. } = self;
        let said = Said::new(tr!(
            lang,
            "there is no {name} in unit {unit}",
            "单位 {unit} 没有名为“{name}”的人员"
        ));
        let known = self.known.join(lang.pick(", ", "、"));
        let said = match &self.meant {
            Some(meant) => said.hint(tr!(lang, "did you mean {meant}?", "是否指“{meant}”？")),
            None if known.is_empty() => said,
            None => said.hint(tr!(lang, "known are: {known}", "已有人员：{known}")),
        };
        said.hint(remedy!(
            lang,
            "{list} lists them; who is new is added by a supervisor: {add}",
            "{list} 列出全部人员；新人员由主管新增：{add}",
            list = Action::People,
            add = Action::AddPerson {
                person: Some(name.clone())
            },
        ))
    }

    fn fault(&self) -> Fault {
        Fault::Input
    }
}
speaking_error!(UnknownPerson);
