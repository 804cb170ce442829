//! Non-negative least squares over a few terms, exactly.

/// How many terms a law may have at most.
pub(super) const TERMS: usize = 6;

/// A linear form over the terms, or a point: one number a term.
pub(super) type Terms = [f64; TERMS];

/// A measured figure, with what one term each would contribute, and how far off it may be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Observed {
    pub(super) terms: Terms,
    pub(super) value: f64,
    /// One standard deviation.
    pub(super) sigma: f64,
}

/// Least squares on one choice of terms, the others being zero.
#[derive(Debug, Clone)]
struct Face {
    /// Which terms.
    chosen: Vec<usize>,
    /// The best point, signs not looked at.
    best: Vec<f64>,
    /// The inverse of the normal matrix, row by row.
    inverse: Vec<Vec<f64>>,
    chi2: f64,
}

/// Every choice of the allowed terms. Non-negative coefficients are few enough to look at all faces of their cone, so
/// the optimum is exact (Lawson & Hanson, 1974, chapter 23, shows that it is the least-squares point of one of them).
#[derive(Debug, Clone)]
pub(super) struct Cone {
    faces: Vec<Face>,
}

/// A point of the cone and how badly it fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Best {
    pub(super) point: Terms,
    pub(super) chi2: f64,
    /// How many terms it uses.
    pub(super) used: usize,
}

impl Cone {
    /// All laws with `allowed` terms.
    pub(super) fn over(allowed: &[usize], observed: &[Observed]) -> Self {
        let choices = 0..(1_usize << allowed.len());
        let faces = choices.filter_map(|choice| {
            let chosen: Vec<usize> =
                allowed.iter().enumerate().filter(|(bit, _)| choice >> bit & 1 == 1).map(|(_, term)| *term).collect();
            Face::new(chosen, observed)
        });
        Self { faces: faces.collect() }
    }

    /// The law that fits best.
    pub(super) fn best(&self) -> Best {
        let points = self.faces.iter().filter(|face| face.best.iter().all(|coefficient| *coefficient >= 0.0));
        let best = points.min_by(|a, b| a.chi2.total_cmp(&b.chi2));
        best.map_or(Best { point: [0.0; TERMS], chi2: f64::INFINITY, used: 0 }, |face| Best {
            point: face.spread(&face.best),
            chi2: face.chi2,
            used: face.chosen.len(),
        })
    }

    /// The least and the greatest value of `form` among all laws that fit as well as `limit`.
    ///
    /// The extremes of a linear form over an ellipsoid and a cone lie on a face of the cone, and there they are the
    /// extremes over the ellipsoid alone (the Karush-Kuhn-Tucker conditions).
    pub(super) fn range(&self, form: &Terms, limit: f64) -> Option<(f64, f64)> {
        let mut range: Option<(f64, f64)> = None;
        for face in &self.faces {
            let slack = limit - face.chi2;
            if slack < 0.0 {
                continue;
            }
            let direction = face.direction(form);
            let length: f64 = face.chosen.iter().zip(&direction).map(|(term, step)| at(form, *term) * step).sum();
            let steps = if length > 0.0 { vec![-(slack / length).sqrt(), (slack / length).sqrt()] } else { vec![0.0] };
            for step in steps {
                let point: Vec<f64> =
                    face.best.iter().zip(&direction).map(|(best, along)| best + step * along).collect();
                if point.iter().all(|coefficient| *coefficient >= 0.0) {
                    let value: f64 = face.chosen.iter().zip(&point).map(|(term, c)| at(form, *term) * c).sum();
                    let (low, high) = range.unwrap_or((value, value));
                    range = Some((low.min(value), high.max(value)));
                }
            }
        }
        range
    }
}

/// The value of a law, or of a linear form of it.
pub(super) fn value(form: &Terms, point: &Terms) -> f64 {
    form.iter().zip(point).map(|(form, point)| form * point).sum()
}

fn at(terms: &Terms, term: usize) -> f64 {
    terms.get(term).copied().unwrap_or_default()
}

impl Face {
    fn new(chosen: Vec<usize>, observed: &[Observed]) -> Option<Self> {
        let weighted = |one: &Observed, term: usize| at(&one.terms, term) / one.sigma;
        let normal: Vec<Vec<f64>> = chosen
            .iter()
            .map(|a| {
                let row = chosen.iter().map(|b| observed.iter().map(|one| weighted(one, *a) * weighted(one, *b)).sum());
                row.collect()
            })
            .collect();
        let inverse = inverse(&normal)?;
        let right: Vec<f64> = chosen
            .iter()
            .map(|term| observed.iter().map(|one| weighted(one, *term) * one.value / one.sigma).sum())
            .collect();
        let best: Vec<f64> = inverse.iter().map(|row| row.iter().zip(&right).map(|(a, b)| a * b).sum()).collect();
        let chi2 = observed
            .iter()
            .map(|one| {
                let fitted: f64 = chosen.iter().zip(&best).map(|(term, c)| at(&one.terms, *term) * c).sum();
                ((one.value - fitted) / one.sigma).powi(2)
            })
            .sum();
        Some(Self { chosen, best, inverse, chi2 })
    }

    fn spread(&self, coefficients: &[f64]) -> Terms {
        let mut point = [0.0; TERMS];
        for (term, coefficient) in self.chosen.iter().zip(coefficients) {
            if let Some(slot) = point.get_mut(*term) {
                *slot = *coefficient;
            }
        }
        point
    }

    fn direction(&self, form: &Terms) -> Vec<f64> {
        let along = |row: &Vec<f64>| row.iter().zip(&self.chosen).map(|(a, term)| a * at(form, *term)).sum();
        self.inverse.iter().map(along).collect()
    }
}

/// Gauss-Jordan with the columns scaled to one; `None` where the terms can not be told apart at the sizes measured.
fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    const SINGULAR: f64 = 1e-10;
    let size = matrix.len();
    let scale: Vec<f64> = matrix.iter().enumerate().filter_map(|(i, row)| row.get(i).map(|d| d.sqrt())).collect();
    if scale.iter().any(|scale| *scale <= 0.0 || !scale.is_finite()) {
        return None;
    }
    let mut work: Vec<Vec<f64>> = matrix
        .iter()
        .zip(&scale)
        .enumerate()
        .map(|(i, (row, mine))| {
            let left = row.iter().zip(&scale).map(|(cell, other)| cell / mine / other);
            left.chain((0..size).map(|j| if i == j { 1.0 } else { 0.0 })).collect()
        })
        .collect();
    for column in 0..size {
        let magnitude = |row: &Vec<f64>| row.get(column).map_or(0.0, |cell| cell.abs());
        let pivot = (column..size).max_by(|a, b| {
            let of = |index: usize| work.get(index).map_or(0.0, magnitude);
            of(*a).total_cmp(&of(*b))
        })?;
        work.swap(column, pivot);
        let head = work.get(column)?.clone();
        let lead = *head.get(column)?;
        if lead.abs() < SINGULAR {
            return None;
        }
        let head: Vec<f64> = head.iter().map(|cell| cell / lead).collect();
        for (index, row) in work.iter_mut().enumerate() {
            if index == column {
                row.clone_from(&head);
            } else if let Some(factor) = row.get(column).copied() {
                row.iter_mut().zip(&head).for_each(|(cell, head)| *cell -= factor * head);
            }
        }
    }
    let unscaled = work
        .iter()
        .zip(&scale)
        .map(|(row, mine)| row.iter().skip(size).zip(&scale).map(|(cell, other)| cell / mine / other).collect());
    Some(unscaled.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn observed(points: &[(f64, f64)], sigma: f64) -> Vec<Observed> {
        let one = |&(x, value): &(f64, f64)| Observed { terms: [1.0, x, x * x, 0.0, 0.0, 0.0], value, sigma };
        points.iter().map(one).collect()
    }

    #[test]
    fn exact_data_give_back_their_coefficients() {
        let data = observed(&[(1.0, 6.0), (2.0, 11.0), (3.0, 18.0), (4.0, 27.0)], 1.0);
        let best = Cone::over(&[0, 1, 2], &data).best();
        for (found, expected) in best.point.iter().zip([3.0, 2.0, 1.0]) {
            assert!((found - expected).abs() < 1e-6, "{best:?}");
        }
    }

    #[test]
    fn a_coefficient_below_zero_is_not_taken_and_what_shrinks_is_a_constant() {
        let best = Cone::over(&[0, 1], &observed(&[(1.0, 9.0), (2.0, 6.0), (3.0, 3.0)], 1.0)).best();
        assert!((best.point[0] - 6.0).abs() < 1e-9 && best.point[1] == 0.0, "{best:?}");
    }

    /// The mean of n values with deviation 1 lies within one deviation of the mean, 1 / √n, at a limit of 1.
    #[test]
    fn the_range_of_a_mean_is_its_standard_error() {
        let data = observed(&[(1.0, 4.0), (2.0, 6.0), (3.0, 4.0), (4.0, 6.0)], 1.0);
        let cone = Cone::over(&[0], &data);
        let (low, high) = cone.range(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], cone.best().chi2 + 1.0).unwrap();
        assert!((low - 4.5).abs() < 1e-9 && (high - 5.5).abs() < 1e-9, "{low} {high}");
    }

    #[test]
    fn a_range_ends_where_a_coefficient_would_fall_below_zero() {
        let data = observed(&[(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)], 1.0);
        let cone = Cone::over(&[0, 1], &data);
        let (low, high) = cone.range(&[1.0, 0.0, 0.0, 0.0, 0.0, 0.0], 1.0).unwrap();
        assert!(low == 0.0 && high > 0.0, "{low} {high}");
    }
}
