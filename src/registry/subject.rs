//! What the author of an event about an office's affairs may speak of: districts at or below their unit.

use super::authority::Authority;
use super::body::Body;
use super::event::Event;
use super::refusal::Refusal;
use super::sound::sound;
use super::unit::is_below;

impl Authority {
    /// Whether the author of an event may speak of the districts that it names, and what it says can be; what it says of
    /// other events is judged with these.
    ///
    /// # Errors
    /// Why not.
    pub(super) fn affair(&self, event: &Event) -> Result<(), Refusal> {
        match &event.body {
            Body::Duty(duty) => self.over(event, &duty.district)?,
            Body::Round(round) => {
                for district in &round.districts {
                    self.over(event, district)?;
                }
            }
            Body::Finding(finding) => self.over(event, &finding.district)?,
            // Nobody takes a measure against themself.
            Body::Measure(measure) if !is_below(&measure.district, &event.actor.unit) => {
                return Err(Refusal::NotBelow {
                    unit: measure.district.clone(),
                });
            }
            // What was learnt elsewhere says nothing of a unit's ground.
            Body::Learnt(head) => self.over(event, &head.unit)?,
            Body::Tip(tip) => {
                if let Some(district) = &tip.district {
                    self.over(event, district)?;
                }
            }
            _ => {}
        }
        sound(event)
    }
}
