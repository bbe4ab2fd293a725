//! Which surveys are evaluated: imagery with its truth, or imagery of ground that has no poppy.

use super::error::EvaluateError;
use crate::files::has_ending;
use crate::platform;
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

/// The name of a truth file in a survey's folder.
const TRUTH: &str = "truth.geojson";

/// Imagery and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveySource {
    /// Its name in the report.
    pub name: String,
    /// Rasters, photos and folders of them.
    pub imagery: Vec<PathBuf>,
    /// The truth file; `None`: there is no poppy on it.
    pub truth: Option<PathBuf>,
}

/// An entry of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListEntry {
    name: Option<String>,
    imagery: Vec<PathBuf>,
    truth: Option<PathBuf>,
    #[serde(default)]
    no_poppy: bool,
}

/// Finds surveys: folders that hold imagery and `truth.geojson`, `*.json` lists of
/// `{"name", "imagery": [paths], "truth": path}` or `{…, "no_poppy": true}` with paths relative to the list, and
/// imagery in `no_poppy` that is known to show none.
///
/// # Errors
/// [`EvaluateError::NoTruth`], [`EvaluateError::List`].
pub fn find_surveys(
    surveys: &[PathBuf],
    no_poppy: &[PathBuf],
) -> Result<Vec<SurveySource>, EvaluateError> {
    let mut found = Vec::new();
    for path in surveys {
        if has_ending(path, "json") {
            found.extend(read_list(path)?);
        } else {
            let truth = path.join(TRUTH);
            if !truth.is_file() {
                return Err(EvaluateError::NoTruth { path: path.clone() });
            }
            found.push(SurveySource {
                name: name_of(path),
                imagery: vec![path.clone()],
                truth: Some(truth),
            });
        }
    }
    found.extend(no_poppy.iter().map(|path| SurveySource {
        name: name_of(path),
        imagery: vec![path.clone()],
        truth: None,
    }));
    let mut seen: Vec<String> = Vec::new();
    for survey in &mut found {
        let plain = survey.name.clone();
        let mut number = 2;
        while seen.contains(&survey.name) {
            survey.name = format!("{plain}-{number}");
            number += 1;
        }
        seen.push(survey.name.clone());
    }
    Ok(found)
}

fn read_list(path: &Path) -> Result<Vec<SurveySource>, EvaluateError> {
    let wrong = |why: String| EvaluateError::List {
        path: path.to_path_buf(),
        why,
    };
    let text = fs::read_to_string(path).map_err(|e| wrong(e.to_string()))?;
    let entries: Vec<ListEntry> = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
    let folder = path.parent().unwrap_or(Path::new("."));
    let beside = |p: &PathBuf| {
        if p.starts_with("/vsi") {
            p.clone()
        } else {
            folder.join(p)
        }
    };
    entries
        .into_iter()
        .map(|entry| {
            let first = entry
                .imagery
                .first()
                .ok_or_else(|| wrong("`imagery` is empty".into()))?;
            if entry.truth.is_some() == entry.no_poppy {
                let name = entry.name.unwrap_or_else(|| name_of(first));
                return Err(wrong(format!(
                    "{name} needs either `truth` or `no_poppy`: true"
                )));
            }
            Ok(SurveySource {
                name: entry.name.clone().unwrap_or_else(|| name_of(first)),
                imagery: entry.imagery.iter().map(beside).collect(),
                truth: entry.truth.as_ref().map(beside),
            })
        })
        .collect()
}

/// The last part of a path, fit to name a folder.
fn name_of(path: &Path) -> String {
    let named = platform::real_path(path).unwrap_or_else(|_gone| path.to_path_buf());
    named.file_stem().map_or_else(
        || "survey".into(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_needs_its_truth_and_equal_names_are_told_apart() {
        let folder = tempfile::TempDir::new().unwrap();
        let (a, b) = (folder.path().join("x/one"), folder.path().join("y/one"));
        for survey in [&a, &b] {
            fs::create_dir_all(survey).unwrap();
            fs::write(survey.join(TRUTH), "{}").unwrap();
        }
        let found = find_surveys(&[a.clone(), b], &[]).unwrap();
        assert_eq!(
            found.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(),
            ["one", "one-2"]
        );
        fs::remove_file(a.join(TRUTH)).unwrap();
        assert!(matches!(
            find_surveys(&[a], &[]),
            Err(EvaluateError::NoTruth { .. })
        ));
    }

    #[test]
    fn a_list_names_imagery_relative_to_itself() {
        let folder = tempfile::TempDir::new().unwrap();
        let list = folder.path().join("surveys.json");
        fs::write(&list, r#"[{"imagery":["a.tif"],"truth":"t.geojson"},{"name":"b","imagery":["b"],"no_poppy":true}]"#).unwrap();
        let found = find_surveys(std::slice::from_ref(&list), &[]).unwrap();
        assert_eq!(found[0].imagery, [folder.path().join("a.tif")]);
        assert_eq!((found[0].name.as_str(), &found[1].truth), ("a", &None));
        for bad in [
            r#"[{"imagery":["a.tif"]}]"#,
            r#"[{"imagery":[],"no_poppy":true}]"#,
            r#"[{"imagery":["a"],"no_poppi":true}]"#,
        ] {
            fs::write(&list, bad).unwrap();
            assert!(
                find_surveys(std::slice::from_ref(&list), &[]).is_err(),
                "{bad}"
            );
        }
    }
}
