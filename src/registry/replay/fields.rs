//! The fields that an event sets: what two authors may change at the same time.

use crate::registry::body::Body;

/// The fields that an event sets, with their values as text.
pub(super) fn fields(body: &Body) -> Vec<(&'static str, String)> {
    let mut set: Vec<(&'static str, String)> = Vec::new();
    let mut put = |field, value: Option<String>| set.extend(value.map(|value| (field, value)));
    match body {
        Body::Assign(assign) => {
            put("crew", Some(assign.crew.clone()));
            put("due", assign.due.clone());
        }
        Body::Visit(visit) => {
            put("outcome", Some(format!("{:?}", visit.outcome)));
            put(
                "plants",
                visit.count.as_ref().map(|count| count.plants().to_string()),
            );
            put("planted_area", visit.area_dm2.map(|area| area.to_string()));
            put("stage", visit.stage.map(|stage| format!("{stage:?}")));
            put("sap_cut", visit.sap_cut.map(|cut| cut.to_string()));
            put("habitat", visit.habitat.clone());
        }
        Body::Eradicate(eradicate) => put("percent", Some(eradicate.percent.to_string())),
        Body::Merge(merge) => put("merged_into", Some(merge.into.to_string())),
        Body::Correct(correct) => {
            put(
                "place",
                correct.place.as_ref().map(|place| format!("{place:?}")),
            );
            put("area", correct.area_dm2.map(|area| area.to_string()));
            put("name", correct.name.clone());
            put("plants", correct.plants.map(|plants| plants.to_string()));
            put("habitat", correct.habitat.clone());
        }
        _ => {}
    }
    set
}
