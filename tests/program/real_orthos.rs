//! Real orthomosaics, where they are at hand: in `../shared/data/orthos`, or below `PAPAVER_SHARED`.

use crate::results::{Results, close};
use crate::run::{ended, papaver};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn orthos() -> Option<PathBuf> {
    let shared = std::env::var_os("PAPAVER_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"),
        PathBuf::from,
    );
    let folder = shared.join("data/orthos");
    if !folder.is_dir() {
        println!("skipped: there are no orthomosaics in {}", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn the_coarse_one_is_refused_and_the_others_are_searched() {
    let Some(folder) = orthos() else { return };
    let out = TempDir::new().expect("temporary folder");
    let together = ended(
        papaver()
            .args(["scan", "-q", "-o"])
            .arg(out.path())
            .arg(&folder),
    );
    assert_eq!(together.code, Some(2), "{}", together.err);
    assert!(
        together
            .err
            .contains("florida_forest_10cm_utm17n.tif is too coarse: 10.0 cm a pixel"),
        "{}",
        together.err
    );
    assert!(together.err.contains("hint: fly lower"), "{}", together.err);
    let results = Results::read(out.path());
    // 400 by 400 pixels of 10 cm.
    close("too coarse", results.not_searched["too_coarse"], 1600.0);
    println!(
        "built-in model: {} candidates on both",
        results.candidates.len()
    );
}

#[test]
fn each_alone_is_searched_whole_or_refused_with_both_figures() {
    let Some(folder) = orthos() else { return };
    for (name, columns, rows, cm) in [
        ("australia_forest_1.8cm_utm53s.tif", 751.0, 708.0, 1.8),
        ("maize_2cm_utm33n_rgba.tif", 1243.0, 841.0, 2.0),
    ] {
        let out = TempDir::new().expect("temporary folder");
        let said = ended(
            papaver()
                .args(["scan", "-q", "-o"])
                .arg(out.path())
                .arg(folder.join(name)),
        );
        assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{name}");
        let results = Results::read(out.path());
        let gsd = results.record["sources"][0]["gsd_cm"].clone();
        let side = |i: usize| gsd[i].as_f64().expect("a number");
        assert!(
            (side(0) - cm).abs() < 0.1 && (side(1) - cm).abs() < 0.1,
            "{gsd}"
        );
        let all = columns * rows * side(0) * side(1) / 1e4;
        let known: f64 = results.searched_m2 + results.not_searched.values().sum::<f64>();
        close(name, known, all);
        println!(
            "{name}: {} candidates, {:.0} of {all:.0} m² searched, {:?}",
            results.candidates.len(),
            results.searched_m2,
            results.not_searched
        );
    }
    let out = TempDir::new().expect("temporary folder");
    let coarse = folder.join("florida_forest_10cm_utm17n.tif");
    let refused = ended(
        papaver()
            .args(["scan", "-q", "-o"])
            .arg(out.path())
            .arg(&coarse),
    );
    assert_eq!(refused.code, Some(1));
    assert!(
        refused.err.contains("10.0 cm") && refused.err.matches(" cm").count() >= 2,
        "{}",
        refused.err
    );
    let anyway = ended(
        papaver()
            .args(["scan", "-q", "--allow-coarse", "-o"])
            .arg(out.path())
            .arg(&coarse),
    );
    assert_eq!(anyway.code, Some(0), "{}", anyway.err);
    assert_eq!(
        Results::read(out.path()).record["sources"][0]["too_coarse"],
        true
    );
}
