//! Who screens which list now, so that several begin at different places of it. Nothing of it is kept: it is a courtesy, and a list
//! that two judge is as right without it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Who has asked nothing and said nothing for so long has gone.
const GONE: Duration = Duration::from_secs(600);

/// A registry and a survey.
type List = (String, String);

/// Somebody at a list.
#[derive(Debug)]
struct Taken {
    seat: usize,
    person: String,
    seen: Instant,
}

/// Those who screen.
#[derive(Debug, Default)]
pub(super) struct Desks(Mutex<HashMap<List, Vec<Taken>>>);

/// Where somebody sits, and who else does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sitting {
    /// The first seat that nobody else has, from 0.
    pub seat: usize,
    /// Names of the others, by their seats.
    pub others: Vec<String>,
}

impl Desks {
    /// Takes a person's seat at a list, the same as before where they had one.
    pub fn sit(&self, list: List, person: &str) -> Sitting {
        self.sit_at(list, person, Instant::now())
    }

    fn sit_at(&self, list: List, person: &str, now: Instant) -> Sitting {
        let mut desks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        desks.retain(|_, taken| {
            taken.retain(|one| now.duration_since(one.seen) < GONE);
            !taken.is_empty()
        });
        let taken = desks.entry(list).or_default();
        let own = taken.iter().position(|one| one.person == person);
        let before = own.map(|own| taken.swap_remove(own).seat);
        let is_free = |seat: &usize| taken.iter().all(|one| one.seat != *seat);
        // Of one seat more than are taken, one is free.
        let free = || (0..=taken.len()).find(is_free);
        let seat = before.or_else(free).unwrap_or_default();
        taken.sort_by_key(|one| one.seat);
        let others = taken.iter().map(|one| one.person.clone()).collect();
        taken.push(Taken {
            seat,
            person: person.to_owned(),
            seen: now,
        });
        Sitting { seat, others }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_seat_of_their_own_until_they_have_gone() {
        let desks = Desks::default();
        let begun = Instant::now();
        let sit = |survey: &str, person, minutes: u64| {
            let list = ("r".to_owned(), survey.to_owned());
            let Sitting { seat, others } =
                desks.sit_at(list, person, begun + Duration::from_secs(60 * minutes));
            (seat, others.join(" "))
        };
        let is = |seat, others: &str| (seat, others.to_owned());
        assert_eq!(sit("a", "li", 0), is(0, ""));
        assert_eq!(sit("a", "sun", 1), is(1, "li"));
        assert_eq!(sit("b", "wang", 1), is(0, ""));
        assert_eq!(sit("a", "sun", 2), is(1, "li"));
        assert_eq!(sit("a", "wang", 3), is(2, "li sun"));
        // Li has gone, and the first seat is free.
        assert_eq!(sit("a", "sun", 11), is(1, "wang"));
        assert_eq!(sit("a", "zhao", 12), is(0, "sun wang"));
    }
}
