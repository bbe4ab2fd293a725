//! What can stand in the way of a crew's access.

use crate::words::{Action, Fault, Lang, Said, Say};
use crate::{remedy, speaking_error, tr};

/// A change of a crew's access that was not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldError {
    /// The person in whose name a crew's rows would be recorded holds a key: a password cannot sign for them.
    HoldsKey {
        /// The person.
        person: String,
    },
    /// No password of this crew holds.
    NoAccess {
        /// The crew.
        crew: String,
    },
}

impl Say for FieldError {
    fn say(&self, lang: Lang) -> Said {
        match self {
            Self::HoldsKey { person } => Said::new(tr!(
                lang,
                "{person} holds a key: what a crew sends under a password cannot be signed with it",
                "{person} 持有个人密钥：核查组凭口令上报的内容无法以该密钥签名"
            ))
            .hint(remedy!(
                lang,
                "name a person of the crew who holds none, or make the crew one: {add}",
                "请改用未持密钥的组员，或以核查组名义新增人员：{add}",
                add = Action::AddPerson { person: None },
            )),
            Self::NoAccess { crew } => Said::new(tr!(
                lang,
                "{crew} has no password that holds",
                "核查组 {crew} 没有有效口令"
            ))
            .hint(remedy!(
                lang,
                "see which crews have one: {list}",
                "查看哪些核查组有口令：{list}",
                list = Action::CrewPasswords,
            )),
        }
    }

    fn fault(&self) -> Fault {
        Fault::Input
    }
}
speaking_error!(FieldError, |_e| None);
