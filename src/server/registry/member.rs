//! Somebody who is logged in to the registry that they ask of: they read it, and act in it as themselves.

use super::asked::time;
use crate::office::{Office, Session};
use crate::registry::Role;
use crate::server::answer::{Answer, Refused};
use crate::server::desks::Sitting;
use crate::server::house::{Shared, reading};
use crate::server::library::LibraryPlace;
use crate::server::sessions::SessionUser;
use crate::server::visitors::LoggedIn;
use crate::store::Store;
use axum::Json;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde_json::{Value, json};

/// Who may screen.
const SCREENERS: [Role; 2] = [Role::Analyst, Role::Supervisor];

/// Somebody who is logged in to the registry that they ask of.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) house: Shared,
    pub(super) place: LibraryPlace,
    pub(super) person: SessionUser,
}

impl FromRequestParts<Shared> for Member {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, house: &Shared) -> Result<Self, Refused> {
        let LoggedIn(person) = LoggedIn::from_request_parts(parts, house).await?;
        let named = RawPathParams::from_request_parts(parts, house).await;
        let named = named.map_err(|_none| Refused::no_such_page())?;
        let asked = named.iter().find(|(name, _)| *name == "registry");
        let asked = asked.map(|(_, value)| value).unwrap_or_default();
        let place = house.registry(asked)?;
        if person.registry != place.id {
            return Err(Refused::new(
                StatusCode::FORBIDDEN,
                "other_registry",
                "you are logged in to another registry",
                "当前登录的是另一个登记库",
            )
            .hint(
                "log out, then log in to this one",
                "请先退出，再登录本登记库",
            ));
        }
        Ok(Self {
            house: house.clone(),
            place,
            person,
        })
    }
}

impl Member {
    /// Reads in the registry.
    pub async fn read<T: Send + 'static>(
        self,
        read: impl FnOnce(&Store, &Session) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let Self {
            house,
            place,
            person,
        } = self;
        reading(&house, place, move |store| {
            person.is_still(store)?;
            read(store, &person.session)
        })
        .await
    }

    /// Takes this person's seat among those who screen a survey; who may not screen looks on without one.
    pub fn sits(&self, survey: &str) -> Result<Sitting, Refused> {
        let list = (self.place.id.clone(), survey.to_owned());
        if !self.house.has_one_of(&self.person, &SCREENERS)? {
            return Ok(Sitting::default());
        }
        let author = self.person.session.author();
        Ok(self.house.desks.sit(list, &author.name))
    }

    /// When something happened, as events say it, where it was said.
    pub fn when(&self, said: Option<String>) -> Result<Option<String>, Refused> {
        let zone = self.person.session.zone();
        said.map(|text| time(&text, zone)).transpose()
    }

    /// Acts in the registry as this person, now or when they say that it happened; one after the other. What comes of it is
    /// answered, and those who listen are told.
    pub async fn act<T: Send + 'static>(
        self,
        happened: Option<String>,
        act: impl FnOnce(&mut Office, &Session) -> Result<T, Refused> + Send + 'static,
    ) -> Answer<T> {
        let told = json!({ "kind": "registry", "registry": self.place.id });
        self.act_telling(told, happened, act).await
    }

    /// The same for what is said of a candidate now: those who listen are told of which, and not what.
    pub async fn act_on<T: Send + 'static>(
        self,
        candidate: String,
        act: impl FnOnce(&mut Office, &Session) -> Result<T, Refused> + Send + 'static,
    ) -> Answer<T> {
        let told = json!({ "kind": "registry", "registry": self.place.id, "candidate": candidate });
        self.act_telling(told, None, act).await
    }

    async fn act_telling<T: Send + 'static>(
        self,
        told: Value,
        happened: Option<String>,
        act: impl FnOnce(&mut Office, &Session) -> Result<T, Refused> + Send + 'static,
    ) -> Answer<T> {
        let Self {
            house,
            place,
            person,
        } = self;
        let turn = house.turn(&place.id);
        let mut thread = turn.lock().await;
        let events = house.events.clone();
        let work = move || {
            let session = person.session.again(happened);
            let name = session.author().name.clone();
            house.kept.write(&place.path, &name, |office| {
                person.is_still(office.store())?;
                act(office, &session)
            })
        };
        let done = thread.write(work).await;
        drop(thread);
        if done.is_ok() {
            events.tell(told);
        }
        done.map(Json)
    }
}
