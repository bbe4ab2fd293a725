//! The outline of a region of pixels: its border, edge by edge, as polygons.

use super::region::{PixelRun, Region, merge};
use geo::{Coord, LineString, MultiPolygon, Polygon};

pub(super) type Vertex = (u32, u32);

#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub(super) from: Vertex,
    pub(super) to: Vertex,
    pub(super) component: usize,
}

/// Chains edges into simple rings, each with its component. At a corner where two pixels touch the ring turns right,
/// and a ring that comes back to one of its vertices is cut there into two.
pub(super) fn rings(edges: &[Edge]) -> Vec<(usize, Vec<Vertex>)> {
    let mut order: Vec<usize> = (0..edges.len()).collect();
    order.sort_unstable_by_key(|i| (edges[*i].from, edges[*i].to));
    let mut used = vec![false; edges.len()];
    let mut found = Vec::new();
    for start in &order {
        if used[*start] {
            continue;
        }
        let mut path: Vec<Vertex> = Vec::new();
        let mut seen = std::collections::HashMap::new();
        let mut at = *start;
        loop {
            used[at] = true;
            let edge = edges[at];
            if let Some(position) = seen.get(&edge.from).copied() {
                let ring: Vec<Vertex> = path.drain(position..).collect();
                for vertex in &ring {
                    seen.remove(vertex);
                }
                found.push((edge.component, ring));
            }
            seen.insert(edge.from, path.len());
            path.push(edge.from);
            match next_edge(edges, &order, &used, &edge) {
                Some(next) => at = next,
                None => break,
            }
        }
        found.push((edges[*start].component, path));
    }
    found
        .into_iter()
        .map(|(c, ring)| (c, straighten(&ring)))
        .filter(|(_, ring)| ring.len() >= 4)
        .collect()
}

pub(super) fn next_edge(
    edges: &[Edge],
    order: &[usize],
    used: &[bool],
    edge: &Edge,
) -> Option<usize> {
    let first = order.partition_point(|i| edges[*i].from < edge.to);
    let heading = direction(edge.from, edge.to);
    order[first..]
        .iter()
        .take_while(|i| edges[**i].from == edge.to)
        .copied()
        .filter(|i| !used[*i])
        .max_by_key(|i| {
            let d = direction(edges[*i].from, edges[*i].to);
            // Positive for a right turn with y down.
            heading.0 * d.1 - heading.1 * d.0
        })
}

pub(super) fn direction(from: Vertex, to: Vertex) -> (i64, i64) {
    (
        (i64::from(to.0) - i64::from(from.0)).signum(),
        (i64::from(to.1) - i64::from(from.1)).signum(),
    )
}

/// Drops vertices in the middle of straight lines.
pub(super) fn straighten(ring: &[Vertex]) -> Vec<Vertex> {
    let n = ring.len();
    (0..n)
        .filter(|i| {
            direction(ring[(i + n - 1) % n], ring[*i]) != direction(ring[*i], ring[(i + 1) % n])
        })
        .map(|i| ring[i])
        .collect()
}

pub(super) fn twice_area(ring: &[Vertex]) -> i64 {
    let n = ring.len();
    (0..n)
        .map(|i| {
            let (a, b) = (ring[i], ring[(i + 1) % n]);
            i64::from(a.0) * i64::from(b.1) - i64::from(b.0) * i64::from(a.1)
        })
        .sum()
}

pub(super) fn line(ring: &[Vertex]) -> LineString {
    ring.iter()
        .chain(ring.first())
        .map(|v| Coord {
            x: f64::from(v.0),
            y: f64::from(v.1),
        })
        .collect()
}

impl Region {
    /// The polygons around it, in pixel coordinates with y down: one for each set of pixels joined by their sides.
    /// Every ring is simple; where two pixels meet only at a corner the polygons touch in that point.
    pub fn outline(&self) -> MultiPolygon {
        let (edges, components) = self.edges();
        let mut exteriors: Vec<Option<LineString>> = vec![None; components];
        let mut holes: Vec<Vec<LineString>> = vec![Vec::new(); components];
        for (component, ring) in rings(&edges) {
            if twice_area(&ring) > 0 {
                exteriors[component] = Some(line(&ring));
            } else {
                holes[component].push(line(&ring));
            }
        }
        exteriors
            .into_iter()
            .zip(holes)
            .filter_map(|(e, h)| e.map(|e| Polygon::new(e, h)))
            .collect()
    }

    /// The directed sides of the region with its inside on the right (y down), and the number of connected components.
    pub(super) fn edges(&self) -> (Vec<Edge>, usize) {
        let first = self.first_runs();
        let labels = self.components(&first);
        let empty: &[PixelRun] = &[];
        let mut edges = Vec::new();
        for (i, band) in self.bands.iter().enumerate() {
            for (k, run) in band.runs.iter().enumerate() {
                let component = labels.of[first[i] + k];
                edges.push(Edge {
                    from: (run.end, band.y0),
                    to: (run.end, band.y1),
                    component,
                });
                edges.push(Edge {
                    from: (run.start, band.y1),
                    to: (run.start, band.y0),
                    component,
                });
            }
            let above = i
                .checked_sub(1)
                .map(|p| &self.bands[p])
                .filter(|p| p.y1 == band.y0)
                .map_or(empty, |p| &p.runs);
            let below = self
                .bands
                .get(i + 1)
                .filter(|n| n.y0 == band.y1)
                .map_or(empty, |n| &n.runs);
            for (k, run) in band.runs.iter().enumerate() {
                let component = labels.of[first[i] + k];
                for open in merge(std::slice::from_ref(run), above, |a, b| a && !b) {
                    edges.push(Edge {
                        from: (open.start, band.y0),
                        to: (open.end, band.y0),
                        component,
                    });
                }
                for open in merge(std::slice::from_ref(run), below, |a, b| a && !b) {
                    edges.push(Edge {
                        from: (open.end, band.y1),
                        to: (open.start, band.y1),
                        component,
                    });
                }
            }
        }
        (edges, labels.count)
    }
}
