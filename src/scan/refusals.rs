//! What is said of sources that are refused: of each kind the first few by name, and how many more there are. A card of
//! photos that all lack their height is one matter, not five hundred.

use super::progress::Progress;
use crate::imagery::RasterError;
use crate::words::{Lang, Said, Say};
use crate::{speaking_error, tr};
use std::path::PathBuf;

/// How many of a kind are named.
const NAMED: usize = 5;

/// More files are refused than were named.
#[derive(Debug)]
pub struct FurtherFiles {
    /// How many.
    pub count: usize,
    /// One that was named, and is refused as they are.
    pub like: PathBuf,
}

impl Say for FurtherFiles {
    fn say(&self, lang: Lang) -> Said {
        let (count, like) = (self.count, self.like.display());
        Said::new(tr!(
            lang,
            "{files} refused as {like} is",
            "另有 {count} 个文件与 {like} 情况相同，均未搜索",
            files = (count, "further file is", "further files are"),
        ))
    }
}
speaking_error!(FurtherFiles);

/// Tells of refused sources. Those are of a kind for which the same is to be done.
pub fn tell(refused: &[RasterError], progress: &dyn Progress) {
    let mut kinds: Vec<(Said, Vec<&RasterError>)> = Vec::new();
    for error in refused {
        let said = error.say(Lang::En);
        match kinds
            .iter_mut()
            .find(|(known, _)| known.remedies == said.remedies)
        {
            Some((_, all)) => all.push(error),
            None => kinds.push((said, vec![error])),
        }
    }
    for (_, all) in kinds {
        // One more line would say no less than the file itself.
        let named = if all.len() > NAMED + 1 {
            NAMED
        } else {
            all.len()
        };
        for error in &all[..named] {
            progress.notice(*error);
        }
        if all.len() > named {
            progress.notice(&FurtherFiles {
                count: all.len() - named,
                like: all[0].path().clone(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::{ScanStage, Step};
    use std::sync::Mutex;

    #[derive(Default)]
    struct Heard(Mutex<Vec<String>>);

    impl Progress for Heard {
        fn stage(&self, _: ScanStage) {}
        fn step(&self, _: Step) {}
        fn notice(&self, what: &dyn Say) {
            self.0.lock().expect("whole").push(what.say(Lang::En).what);
        }
    }

    #[test]
    fn many_files_of_one_kind_are_counted_and_the_few_of_another_named() {
        let no_crs = |n: usize| RasterError::NoCrs {
            path: format!("{n}.tif").into(),
        };
        let mut refused: Vec<RasterError> = (0..500).map(no_crs).collect();
        refused.insert(
            7,
            RasterError::NoPlace {
                path: "odd.tif".into(),
            },
        );
        let heard = Heard::default();
        tell(&refused, &heard);
        let said = heard.0.into_inner().expect("whole");
        assert_eq!(said.len(), NAMED + 2, "{said:?}");
        assert_eq!(said[NAMED], "495 further files are refused as 0.tif is");
        assert!(said[NAMED + 1].contains("odd.tif"), "{said:?}");

        let heard = Heard::default();
        tell(&refused[..6], &heard);
        assert_eq!(heard.0.into_inner().expect("whole").len(), 6);
    }
}
