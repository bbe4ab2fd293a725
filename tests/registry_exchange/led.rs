//! Messages that lead somewhere, and what is questioned as it is entered.

use crate::office::{Office, photo, refusals};
use std::fs;

const FIND: &str = "图斑编号,经度（WGS 84）,纬度（WGS 84）,回填：核查结论,回填：核查时间,回填：核查人员（两人以上）,回填：株数（逐株）,回填：现场照片1\n,113.3,33.74,野生罂粟,2026-05-04 10:21,王五、李四,20,a.jpg\n";

fn districts(office: &Office) {
    let area = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"410423001","name":"甲镇"},"geometry":{"type":"Polygon","coordinates":[[[113.2,33.6],[113.5,33.6],[113.5,33.9],[113.2,33.9],[113.2,33.6]]]}}]}"#;
    fs::write(office.path("d.geojson"), area).expect("written");
    let read = ["registry", "districts", "d.geojson", "--vintage"];
    let refused = office.refused("chief", &[&read[..], &["abc"]].concat());
    assert!(
        refused.contains("--vintage") && refused.contains("2025"),
        "{refused}"
    );
    office.ok("chief", &[&read[..], &["2025"]].concat());
}

#[test]
fn a_find_by_a_crew_names_both_roles_that_it_takes() {
    let office = Office::begin();
    photo(&office.path("a.jpg"), 90);
    fs::write(office.path("a.csv"), FIND).expect("written");
    office.ok("chief", &["actor", "add", "一组", "verifier,eradicator"]);
    office.ok("chief", &["actor", "add", "desk", "analyst,eradicator"]);
    for (who, lacks) in [("一组", "analyst or supervisor"), ("desk", "verifier")] {
        let report = office.run(who, &["import", "a.csv", "--json"]).json();
        let why = format!("{:?}", refusals(&report));
        assert!(why.contains(lacks), "{why}");
        assert!(why.contains("both") && why.contains("papaver add"), "{why}");
    }
    let taken = office.ok("wang", &["import", "a.csv", "--json"]).json();
    assert_eq!(taken["rows"][0]["added"], true, "{taken}");
}

#[test]
fn a_copy_without_its_key_leads_to_the_backup_and_to_salvage() {
    let office = Office::begin();
    let site = office.patrolled(113.3, 33.74);
    fs::copy(office.path("a.papaver"), office.path("copy.papaver")).expect("copied");
    let note = ["note", &site, "x", "--registry", "copy.papaver"];
    let told = office.refused("chief", &note);
    assert!(told.contains("papaver restore BACKUP --to NEW"), "{told}");
    assert!(
        told.contains("papaver registry salvage copy.papaver --to NEW"),
        "{told}"
    );
}

#[test]
fn a_slip_in_the_actor_is_asked_about_and_no_role_is_offered_to_nobody() {
    let office = Office::begin();
    let site = office.patrolled(113.3, 33.74);
    let told = office.refused("wnag", &["note", &site, "x"]);
    assert!(told.contains("there is no wnag in unit 410423"), "{told}");
    assert!(
        told.contains("did you mean wang? `papaver actor list`"),
        "{told}"
    );
    assert!(!told.contains("actor grant"), "{told}");
}

#[test]
fn what_is_not_known_is_questioned_wherever_it_is_entered() {
    let office = Office::begin();
    districts(&office);
    for arguments in [
        &["duty", "sign", "410423099", "Zhou"][..],
        &[
            "tip",
            "add",
            "--channel",
            "phone",
            "--district",
            "410423099",
        ],
        &[
            "patrol",
            "--on",
            "2026-04-18",
            "--people",
            "5",
            "--district",
            "410423099",
            "--mu",
            "30",
        ],
    ] {
        let said = office.ok("wang", arguments);
        let asks = "the boundary file has no district 410423099";
        assert!(said.err.contains(asks), "{arguments:?}: {said:?}");
    }
    let made = ["bundle", "create", "x.bundle", "--district", "430182"];
    let told = office.refused("chief", &made);
    assert!(
        told.contains("nothing is known here in a district 430182"),
        "{told}"
    );
    assert!(!office.path("x.bundle").exists());
}

#[test]
fn a_crew_on_patrol_is_one_that_is_known_or_said_to_be_new() {
    let office = Office::begin();
    office.dispatched(113.3, 33.74);
    let patrol = [
        "patrol",
        "--on",
        "2026-04-18",
        "--people",
        "5",
        "--district",
        "410423001",
        "--zero",
        "--crew",
    ];
    let told = office.refused("wang", &[&patrol[..], &["壹组"]].concat());
    assert!(
        told.contains("一组") && told.contains("--new-crew"),
        "{told}"
    );
    office.ok("wang", &[&patrol[..], &["一组"]].concat());
    office.ok("wang", &[&patrol[..], &["网格员", "--new-crew"]].concat());
    office.ok("wang", &[&patrol[..], &["网格员"]].concat());
}

#[test]
fn a_round_that_ends_before_it_begins_and_a_second_voiding_are_said_to_be_so() {
    let office = Office::begin();
    let round = [
        "supervise",
        "round",
        "一",
        "--district",
        "410423001",
        "--member",
        "赵",
        "--on",
        "2026-06-03",
        "--until",
        "2026-06-01",
    ];
    let told = office.refused("chief", &round);
    assert!(
        told.contains("--until") && told.contains("2026-06-03"),
        "{told}"
    );
    let tip = [
        "tip",
        "add",
        "--channel",
        "phone",
        "--text",
        "东坡",
        "--when",
        "2026-04-25 09:30",
        "--json",
    ];
    let tip = office.ok("wang", &tip).json();
    let listed = office.ok("wang", &["tip", "list"]).out;
    assert!(listed.contains("told 2026-04-25 09:30 +08:00"), "{listed}");
    let entry = &tip["entry"].as_str().expect("a number")[..8];
    let void = ["void", entry, "--reason", "wrong"];
    let said = office.ok("wang", &void);
    assert!(
        said.err.contains("`log`") && !said.err.contains("`show`"),
        "{said:?}"
    );
    let told = office.refused("wang", &void);
    assert!(told.contains("is void already"), "{told}");
}

#[test]
fn files_of_another_kind_are_called_what_they_should_be() {
    let office = Office::begin();
    fs::write(office.path("d.geojson"), "{}").expect("written");
    let told = office.refused("wang", &["screen", "--from", "d.geojson"]);
    assert!(
        told.contains("is no file of decisions") && told.contains("review.html"),
        "{told}"
    );
    let told = office.refused("wang", &["quality", "--plot", "x.png"]);
    assert!(told.contains("--plot") && told.contains(".svg"), "{told}");
    fs::write(office.path("x.bundle"), "none").expect("written");
    let chinese = Office {
        lang: "zh",
        ..office
    };
    let told = chinese.run("wang", &["bundle", "inspect", "x.bundle"]).err;
    assert!(
        told.contains("不是数据包，或复制不完整") && !told.contains("archive"),
        "{told}"
    );
}

#[test]
fn a_dossier_tells_a_time_as_it_was_corrected() {
    let office = Office::begin();
    let site = office.dispatched(113.3, 33.74);
    let visit = [
        "visit",
        &site,
        "--outcome",
        "not_reached",
        "--when",
        "2026-05-05 10:00",
    ];
    office.ok("wang", &visit);
    let log = office.ok("wang", &["log", &site, "--json"]).out;
    let visit = log
        .lines()
        .find(|line| line.contains("\"visit\""))
        .expect("a visit");
    let visit: serde_json::Value = serde_json::from_str(visit).expect("JSON");
    let hash = visit["hash"]
        .as_str()
        .or(visit["event"].as_str())
        .expect("a hash");
    let correct = [
        "correct",
        &site,
        "--event",
        hash,
        "--happened",
        "2026-05-05 16:30",
        "--reason",
        "clock",
    ];
    office.ok("wang", &correct);
    office.ok("wang", &["dossier", &site, "-o", "d.html"]);
    let page = fs::read_to_string(office.path("d.html")).expect("there");
    let row = |time: &str| page.contains(&format!("<td class=\"when\">{time}"));
    assert!(
        row("2026-05-05 16:30 +08:00") && !row("2026-05-05 10:00"),
        "{page}"
    );
}

#[test]
fn who_records_a_visit_is_told_that_they_stand_among_its_officers_and_does_not_where_two_are_named()
{
    let office = Office::begin();
    let site = office.dispatched(113.3, 33.74);
    let visit = [
        "visit",
        &site,
        "--outcome",
        "not_reached",
        "--officer",
        "zhao",
        "--when",
        "2026-05-05",
    ];
    let said = office.ok("wang", &visit);
    assert!(
        said.err.contains("wang") && said.err.contains("--not-there"),
        "{said:?}"
    );
    let alone = office.dispatched(113.4, 33.74);
    let visit = [
        "visit",
        &alone,
        "--outcome",
        "not_reached",
        "--when",
        "2026-05-05",
    ];
    assert!(!office.ok("wang", &visit).err.contains("--not-there"));
    let typed = office.dispatched(113.5, 33.74);
    let visit = [
        "visit",
        &typed,
        "--outcome",
        "not_reached",
        "--officer",
        "zhao",
        "--officer",
        "qian",
        "--when",
        "2026-05-05",
    ];
    assert!(!office.ok("wang", &visit).err.contains("--not-there"));
    let seen = office.site(&typed);
    assert_eq!(
        seen["visits"][0][0]["officers"],
        serde_json::json!(["zhao", "qian"]),
        "who types it in is none of them"
    );
}
