//! The schemas under `docs/schema/` are those of the types. With `PAPAVER_UPDATE_SCHEMAS` set they are written anew.

use super::{
    CandidateProperties, CoverageProperties, Decisions, FeaturesRecord, FileMembers, LearntRecord,
    PlanRecord, ScanRecord, ScoreLine,
};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, json_schema};
use serde_json::Value;
use std::path::Path;

/// The schema of what is written.
fn written<T: JsonSchema>(title: &str) -> Value {
    let generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    schema.to_value()
}

/// The schema of a feature collection whose features have certain properties.
fn collection<P: JsonSchema>(title: &str) -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator();
    let (properties, members) = (
        generator.subschema_for::<P>(),
        generator.subschema_for::<FileMembers>(),
    );
    let definitions = generator.take_definitions(true);
    json_schema!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": "A GeoJSON feature collection (RFC 7946), WGS 84 longitude and latitude.",
        "type": "object",
        "allOf": [members],
        "properties": {
            "type": {"const": "FeatureCollection"},
            "features": {"type": "array", "items": {
                "type": "object",
                "properties": {
                    "type": {"const": "Feature"},
                    "id": {"type": "string"},
                    "geometry": {"type": "object", "properties": {
                        "type": {"enum": ["Polygon", "MultiPolygon"]},
                        "coordinates": {"type": "array"},
                    }, "required": ["type", "coordinates"]},
                    "properties": properties,
                },
                "required": ["type", "id", "geometry", "properties"],
            }},
        },
        "required": ["type", "features"],
        "$defs": definitions,
    })
    .to_value()
}

#[test]
fn the_published_schemas_are_those_of_the_types() {
    let schemas = [
        (
            "scan.schema.json",
            written::<ScanRecord>("scan.json, papaver.scan/1"),
        ),
        (
            "candidates.schema.json",
            collection::<CandidateProperties>("candidates.geojson of papaver.scan/1"),
        ),
        (
            "coverage.schema.json",
            collection::<CoverageProperties>("coverage.geojson of papaver.scan/1"),
        ),
        (
            "decisions.schema.json",
            written::<Decisions>("decisions-UNIT-DAY-SCANID.json, papaver.decisions/1"),
        ),
        (
            "features.schema.json",
            written::<FeaturesRecord>("features.json, papaver.features/1"),
        ),
        (
            "learnt.schema.json",
            written::<LearntRecord>("what `learn` writes, papaver.learnt/1"),
        ),
        (
            "scores.schema.json",
            written::<ScoreLine>("a line of scores.jsonl after its CRC-32, papaver.scores/1"),
        ),
        (
            "plan.schema.json",
            written::<PlanRecord>("plan.json, papaver.plan/1"),
        ),
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let update = std::env::var_os("PAPAVER_UPDATE_SCHEMAS").is_some();
    for (name, schema) in schemas {
        let text = format!("{schema:#}\n");
        let path = folder.join(name);
        if update {
            std::fs::write(&path, &text).expect("written");
        }
        let published = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            published == text,
            "{name} is stale: run the test with PAPAVER_UPDATE_SCHEMAS=1 and commit what it writes"
        );
    }
}
