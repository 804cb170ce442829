//! Points on a map.

use super::draw::Draw;

/// A point and the reference system its coordinates are in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// East, or longitude.
    pub x: f64,
    /// North, or latitude.
    pub y: f64,
    /// The reference system's number; 4326 is longitude and latitude.
    pub srid: i32,
}

/// Where random points may fall.
#[derive(Debug, Clone, PartialEq)]
pub enum Area {
    /// From the south-west to the north-east corner.
    Box {
        /// Smallest x and y.
        low: [f64; 2],
        /// Largest x and y.
        high: [f64; 2],
    },
    /// Inside one ring of corners (closed by itself), even-odd rule.
    Polygon(Vec<[f64; 2]>),
}

/// A corner's and a size's worst case: a polygon that fills less than a ten-thousandth of its box.
const TRIES: u32 = 10_000;

impl Area {
    /// What is wrong with it, if anything.
    pub(super) fn mistake(&self) -> Option<&'static str> {
        let ([left, bottom], [right, top]) = self.bounds();
        if !(left.is_finite() && bottom.is_finite() && right.is_finite() && top.is_finite()) {
            return Some("a coordinate is not a number");
        }
        match self {
            Self::Box { .. } if left >= right || bottom >= top => {
                Some("the box is empty: expected [min x, min y, max x, max y]")
            }
            Self::Polygon(ring) if ring.len() < 3 => Some("a polygon needs three corners or more"),
            Self::Polygon(_) if left >= right || bottom >= top => Some("the polygon has no inside"),
            Self::Polygon(_) if self.pick(&mut Draw::of_cell(0, 0)).is_none() => {
                Some("the polygon fills less than a ten-thousandth of its bounding box")
            }
            _ => None,
        }
    }

    /// A point of the area, evenly; `None` when a polygon is too thin to be hit.
    pub(super) fn pick(&self, draw: &mut Draw) -> Option<[f64; 2]> {
        let ([left, bottom], [right, top]) = self.bounds();
        for _ in 0..TRIES {
            let point =
                [(right - left).mul_add(draw.fraction(), left), (top - bottom).mul_add(draw.fraction(), bottom)];
            if self.contains(point) {
                return Some(point);
            }
        }
        None
    }

    /// Whether the point lies inside.
    pub fn contains(&self, [x, y]: [f64; 2]) -> bool {
        let ring = match self {
            Self::Box { low: [left, bottom], high: [right, top] } => {
                return (*left..=*right).contains(&x) && (*bottom..=*top).contains(&y);
            }
            Self::Polygon(ring) => ring,
        };
        let mut inside = false;
        for (&[x1, y1], &[x2, y2]) in ring.iter().zip(ring.iter().cycle().skip(1)) {
            if (y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 {
                inside = !inside;
            }
        }
        inside
    }

    fn bounds(&self) -> ([f64; 2], [f64; 2]) {
        match self {
            Self::Box { low, high } => (*low, *high),
            Self::Polygon(ring) => {
                let far = [f64::INFINITY; 2];
                ring.iter().fold((far, far.map(|x| -x)), |([l, b], [r, t]), &[x, y]| {
                    ([l.min(x), b.min(y)], [r.max(x), t.max(y)])
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_point_falls_inside_its_polygon_and_both_arms_are_reached() {
        let arms = Area::Polygon(vec![
            [0.0, 0.0],
            [3.0, 0.0],
            [3.0, 3.0],
            [2.0, 3.0],
            [2.0, 1.0],
            [1.0, 1.0],
            [1.0, 3.0],
            [0.0, 3.0],
        ]);
        let points: Vec<_> = (0..2_000).filter_map(|row| arms.pick(&mut Draw::of_cell(2024, row))).collect();
        assert_eq!(points.len(), 2_000);
        assert!(points.iter().all(|&point| arms.contains(point)), "seed 2024");
        assert!(!points.iter().any(|[x, y]| (1.0..2.0).contains(x) && *y > 1.0), "seed 2024: a point between the arms");
        assert!(points.iter().any(|[x, y]| *x < 1.0 && *y > 1.0) && points.iter().any(|[x, y]| *x > 2.0 && *y > 1.0));
    }

    #[test]
    fn an_area_without_an_inside_is_a_mistake() {
        assert!(Area::Box { low: [1.0, 1.0], high: [0.0, 2.0] }.mistake().is_some());
        assert!(Area::Polygon(vec![[0.0, 0.0], [1.0, 1.0]]).mistake().is_some());
        assert!(Area::Polygon(vec![[0.0, 0.0], [1.0, 1.0], [2.0, 2.0]]).mistake().is_some());
        assert!(Area::Polygon(vec![[0.0, 0.0], [f64::NAN, 1.0], [2.0, 0.0]]).mistake().is_some());
        assert!(Area::Box { low: [116.9, 4.6], high: [126.6, 21.1] }.mistake().is_none());
    }
}
