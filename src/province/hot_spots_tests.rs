use super::*;
use crate::province::cells::outline;
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

/// A field of cells around a place, each searched by a share between 12 and 100 % that differs wildly.
fn field(rng: &mut SmallRng, rings: u32) -> Vec<(CellIndex, f64)> {
    let middle = cell_at(LonLat::new(113.3, 33.74), Resolution::Seven).expect("on earth");
    let mut cells = middle.grid_disk::<Vec<_>>(rings);
    cells.sort_unstable();
    cells
        .into_iter()
        .map(|cell| (cell, 0.12 + 0.88 * rng.random::<f64>().powi(3)))
        .collect()
}

fn poisson(rng: &mut SmallRng, mean: f64) -> usize {
    let (mut k, mut left) = (0, mean);
    loop {
        left += rng.random::<f64>().ln();
        if left < 0.0 {
            return k;
        }
        k += 1;
    }
}

/// Gamma with shape one half times a number of degrees: a sum of squared normals.
fn gamma(rng: &mut SmallRng, degrees: u32) -> f64 {
    let mut sum = 0.0;
    for _ in 0..degrees {
        let (u, v): (f64, f64) = (rng.random(), rng.random());
        let normal = (-2.0 * u.max(1e-300).ln()).sqrt() * (std::f64::consts::TAU * v).cos();
        sum += normal * normal;
    }
    sum / f64::from(degrees)
}

fn made(
    field: &[(CellIndex, f64)],
    mut count: impl FnMut(CellIndex, f64) -> usize,
) -> Vec<HotCell> {
    field
        .iter()
        .map(|(cell, share)| {
            let searched_km2 = share * cell_km2(*cell);
            HotCell {
                cell: *cell,
                searched_km2,
                share: *share,
                sites: count(*cell, searched_km2),
                figures: None,
            }
        })
        .collect()
}

fn judge(cells: Vec<HotCell>) -> Result<HotSpots, NotEnough> {
    let sites = cells.iter().map(|c| c.sites).sum();
    judged(cells, sites, Resolution::Seven, HotSpotOptions::default())
}

/// How many of 200 random fields show a hot cell. `degrees` of the gamma distribution that rates come from; `None`: all the same.
fn false_fields(mean: f64, degrees: Option<u32>) -> usize {
    (0..200_u64)
        .filter(|seed| {
            let mut rng = SmallRng::seed_from_u64(*seed);
            let field = field(&mut rng, 10);
            let cells = made(&field, |_, km2| {
                let rate = degrees.map_or(1.0, |d| gamma(&mut rng, d));
                poisson(&mut rng, mean * rate * km2)
            });
            judge(cells).is_ok_and(|found| !found.hot().is_empty())
        })
        .count()
}

#[test]
fn of_200_random_fields_at_most_a_tenth_shows_a_hot_cell() {
    // Rates from rare (a third of cells empty of any) to common, with the same rate everywhere and with rates that differ
    // from cell to cell without a pattern.
    for (mean, degrees) in [
        (0.05, None),
        (0.3, None),
        (3.0, None),
        (0.3, Some(8)),
        (1.0, Some(3)),
    ] {
        let shown = false_fields(mean, degrees);
        eprintln!("mean {mean} per km², gamma {degrees:?}: {shown} of 200 fields show a hot cell");
        assert!(shown <= 20, "mean {mean}, {degrees:?}: {shown} of 200");
    }
}

#[test]
fn the_normal_approximation_of_gi_star_would_show_many() {
    // Why the probability is that of a count: with the textbook's z, most fields of rare sites show something.
    let shown = (0..50_u64)
        .filter(|seed| {
            let mut rng = SmallRng::seed_from_u64(*seed);
            let field = field(&mut rng, 10);
            let cells = made(&field, |_, km2| poisson(&mut rng, 0.05 * km2));
            let Ok(found) = judge(cells) else {
                return false;
            };
            let p: Vec<f64> = found
                .cells
                .iter()
                .filter_map(|c| c.figures?.gi_star)
                .map(|z| statrs::function::erf::erfc(z / std::f64::consts::SQRT_2) / 2.0)
                .collect();
            false_discovery(&p).iter().any(|q| *q <= 0.05)
        })
        .count();
    eprintln!("by the normal approximation {shown} of 50 fields show a hot cell");
    assert!(shown > 15, "{shown} of 50");
}

#[test]
fn planted_hot_spots_are_found_and_nothing_far_from_them() {
    let centre = cell_at(LonLat::new(113.42, 33.80), Resolution::Seven).expect("on earth");
    let planted = centre.grid_disk::<Vec<_>>(1);
    let near = centre.grid_disk::<Vec<_>>(2);
    let (mut found_fields, mut far) = (0, 0);
    // Six times the rate in seven cells, of which a third is searched.
    for seed in 0..50 {
        let mut rng = SmallRng::seed_from_u64(seed);
        let field = field(&mut rng, 10);
        assert!(field.iter().any(|(cell, _)| *cell == centre));
        let cells = made(&field, |cell, km2| {
            let times = if planted.contains(&cell) { 6.0 } else { 1.0 };
            poisson(&mut rng, 0.5 * times * km2)
        });
        let found = judge(cells).expect("enough");
        let hot = found.hot();
        found_fields += usize::from(hot.iter().any(|c| planted.contains(&c.cell)));
        far += hot.iter().filter(|c| !near.contains(&c.cell)).count();
    }
    eprintln!("planted hot spots found in {found_fields} of 50 fields; {far} hot cells elsewhere");
    assert!(found_fields >= 45 && far <= 5, "{found_fields}, {far}");
}

#[test]
fn cells_hardly_searched_are_masked_and_never_zero() {
    let mut rng = SmallRng::seed_from_u64(1);
    let mut field = field(&mut rng, 5);
    field[3].1 = 0.01;
    let cells = made(&field, |_, _| 1);
    let found = judge(cells).expect("enough");
    assert_eq!(found.cells[3].figures, None);
    assert_eq!(found.counted(), (90, 1));
    assert_eq!(found.sites_left_out, 1);
}

#[test]
fn the_chance_of_a_count_is_that_of_its_distribution() {
    // P(X >= 3), X Poisson of mean 2: 1 - 5e^-2.
    let p = chance(3, &[1.0, 1.0], 1.0, 0.0);
    assert!((p - (1.0 - 5.0 * (-2.0_f64).exp())).abs() < 1e-12, "{p}");
    // P(X >= 2), X geometric of mean 1 (a gamma of variance 1): 1/4.
    let p = chance(2, &[1.0], 1.0, 1.0);
    assert!((p - 0.25).abs() < 1e-12, "{p}");
    let p = chance(0, &[1.0], 1.0, 1.0);
    assert!((p - 1.0).abs() < 1e-12, "{p}");
}

#[test]
fn too_few_cells_or_sites_are_refused() {
    let mut rng = SmallRng::seed_from_u64(2);
    let few = field(&mut rng, 2);
    let refused = judge(made(&few, |_, _| 3)).expect_err("19 cells");
    assert_eq!(
        refused,
        NotEnough::Cells {
            cells: 19,
            resolution: 7
        }
    );
    let many = field(&mut rng, 5);
    let refused = judge(made(&many, |_, _| 0)).expect_err("no sites");
    assert_eq!(refused, NotEnough::Sites { sites: 0 });
    assert_eq!(
        hot_spots(&[], &[], HotSpotOptions::default()),
        Err(NotEnough::Ground)
    );
    for lang in [Lang::En, Lang::Zh] {
        assert!(!refused.say(lang).remedies.is_empty());
    }
}

#[test]
fn flights_and_sites_give_cells_with_their_counts() {
    // A block of 40 km², flown twice with an overlap, 60 sites in its middle third.
    let middle = cell_at(LonLat::new(113.3, 33.74), Resolution::Seven).expect("on earth");
    let flights: Vec<MultiPolygon> = middle
        .grid_disk::<Vec<_>>(4)
        .into_iter()
        .map(|cell| MultiPolygon::new(vec![outline(cell)]))
        .collect();
    let areas: Vec<&MultiPolygon> = flights.iter().chain(&flights).collect();
    let sites: Vec<LonLat> = (0..60)
        .map(|i| {
            LonLat::new(
                113.3 + f64::from(i % 8) * 0.002,
                33.74 + f64::from(i / 8) * 0.002,
            )
        })
        .chain([LonLat::new(120.0, 30.0)])
        .collect();
    let options = HotSpotOptions {
        resolution: Some(Resolution::Seven),
        ..HotSpotOptions::default()
    };
    let found = hot_spots(&areas, &sites, options).expect("enough");
    assert_eq!((found.sites, found.sites_left_out), (60, 1));
    assert_eq!(found.counted().0, 61);
    assert!(found.cells.iter().all(|c| c.share > 0.9999));
    assert!(found.hot().iter().any(|c| c.cell == middle));
    let chosen = hot_spots(&areas, &sites, HotSpotOptions::default()).expect("enough");
    assert_eq!(chosen.resolution, Resolution::Seven);
}
