//! How long hits take to become plots: `cargo bench --bench clusters`. The time should grow about linearly.

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use papaver::ground::{LonLat, Quad};
use std::hint::black_box;

/// Degrees of latitude a metre.
const DEGREE: f64 = 1.0 / 111_195.0;

/// Cells of 32 cm strewn over a field of which they fill a twentieth, from a generator with a fixed seed.
fn hits(count: usize) -> Vec<Quad> {
    let side = (count as f64 * 0.32 * 0.32 * 20.0).sqrt();
    let mut state = 7_u64;
    let mut draw = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64 * side
    };
    (0..count)
        .map(|_| {
            let (x, y) = (draw(), draw());
            [(0.0, 0.0), (0.32, 0.0), (0.32, 0.32), (0.0, 0.32)].map(|(dx, dy)| LonLat {
                lon: 116.0 + (x + dx) * DEGREE / 34_f64.to_radians().cos(),
                lat: 34.0 + (y + dy) * DEGREE,
            })
        })
        .collect()
}

fn clustering(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("clusters");
    group.sample_size(10);
    for count in [10_000, 300_000] {
        let quads = hits(count);
        group.throughput(Throughput::Elements(count as u64));
        for radius in [0.5, 2.0] {
            let name = BenchmarkId::new(format!("within {radius} m"), count);
            group.bench_function(name, |bencher| {
                bencher.iter(|| papaver::scan::clusters(black_box(&quads), radius));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, clustering);
criterion_main!(benches);
