//! A remedy: a sentence in one language with actions in it, which a face of the program puts into its own form.

use super::Action;
use std::cell::RefCell;
use std::fmt;

/// What a person can do, as a clause: words, and [`Action`]s at their places among them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Remedy {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Do(Action),
}

impl Remedy {
    /// The clause with every action as `shown` writes it.
    pub fn text(&self, mut shown: impl FnMut(&Action) -> String) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Words(words) => words.clone(),
                Piece::Do(action) => shown(action),
            })
            .collect()
    }

    /// Its actions, in the order of the clause.
    pub fn actions(&self) -> impl Iterator<Item = &Action> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Do(action) => Some(action),
            Piece::Words(_) => None,
        })
    }

    fn push(&mut self, words: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Words(last)) => last.push_str(words),
            _ => self.pieces.push(Piece::Words(words.to_owned())),
        }
    }
}

impl From<String> for Remedy {
    fn from(words: String) -> Self {
        Self {
            pieces: vec![Piece::Words(words)],
        }
    }
}

impl From<&str> for Remedy {
    fn from(words: &str) -> Self {
        words.to_owned().into()
    }
}

/// A clause that is being formatted: [`remedy!`](crate::remedy) writes its words and places its actions in it.
#[derive(Debug, Default)]
pub struct ClauseDraft(RefCell<Remedy>);

impl ClauseDraft {
    /// An action that stands where it is formatted.
    pub fn place(&self, action: Action) -> PlacedAction<'_> {
        PlacedAction {
            draft: self,
            action,
        }
    }

    /// Formats a sentence and gives it as a clause.
    pub fn finish(&self, sentence: fmt::Arguments<'_>) -> Remedy {
        // Neither words nor actions fail to be taken.
        let _ = fmt::write(&mut RemedyWords(self), sentence);
        self.0.take()
    }
}

/// An action at its place.
#[derive(Debug)]
pub struct PlacedAction<'a> {
    draft: &'a ClauseDraft,
    action: Action,
}

impl fmt::Display for PlacedAction<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        let action = Piece::Do(self.action.clone());
        self.draft.0.borrow_mut().pieces.push(action);
        Ok(())
    }
}

struct RemedyWords<'a>(&'a ClauseDraft);

impl fmt::Write for RemedyWords<'_> {
    fn write_str(&mut self, words: &str) -> fmt::Result {
        self.0.0.borrow_mut().push(words);
        Ok(())
    }
}

/// One of two sentences with actions in it:
/// `remedy!(lang, "begin one with {init}", "用 {init} 新建", init = Action::Init)`.
#[macro_export]
macro_rules! remedy {
    ($lang:expr, $english:literal, $chinese:literal $(, $name:ident = $action:expr)* $(,)?) => {{
        let draft = $crate::words::ClauseDraft::default();
        $( let $name = draft.place($action); )*
        match $lang {
            $crate::words::Lang::En => draft.finish(format_args!($english)),
            $crate::words::Lang::Zh => draft.finish(format_args!($chinese)),
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Choice, Lang};

    #[test]
    fn an_action_stands_where_its_language_puts_it() {
        let site = "7K3QF2-V";
        let remedy = |lang| {
            remedy!(
                lang,
                "first {show}, then {verify} for {site}",
                "{site}：先 {verify}，再 {show}",
                show = Action::Show { site: site.into() },
                verify = Action::Verify,
            )
        };
        let name = |action: &Action| match action {
            Action::Verify => "V".to_owned(),
            _ => "S".to_owned(),
        };
        assert_eq!(remedy(Lang::En).text(name), "first S, then V for 7K3QF2-V");
        assert_eq!(remedy(Lang::Zh).text(name), "7K3QF2-V：先 V，再 S");
        assert_eq!(remedy(Lang::Zh).actions().next(), Some(&Action::Verify));
    }

    #[test]
    fn words_of_a_file_are_never_taken_for_an_action() {
        let path = "{crs}.tif";
        let remedy = remedy!(
            Lang::En,
            "{path}: {crs}",
            "{path}：{crs}",
            crs = Action::Again(Choice::Crs(None))
        );
        assert_eq!(remedy.text(|_| "C".into()), "{crs}.tif: C");
        assert_eq!(remedy.actions().count(), 1);
    }
}
