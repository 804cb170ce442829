//! A rollout whose texts and figures are checked: which request goes which way depends on the seed's number alone.

use serde::{Deserialize, Serialize};

use super::{Does, Rollout, RolloutRequest};
use crate::scenario::seed::{Draw, Scale, Seed};
use crate::scenario::workload::{Application, Kind, PlannedWorkload, Request, Stretch, Workload};
use crate::scenario::{Mistake, PlannedStep};
use crate::sql::ParameterText;

/// The multiples of the golden ratio, their whole parts left away, lie as evenly as any (Knuth, The Art of Computer
/// Programming, volume 3, section 6.4, theorem S).
const GOLDEN: f64 = 0.618_033_988_749_894_8;

/// What sets the draw of the way apart from the draw of the request.
const OF_THE_WAY: u64 = 0x726f_6c6c_6f75_7400;

/// The way a request goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// As before the migration.
    Old,
    /// As it is meant to be.
    New,
}

impl Way {
    /// One word.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

/// A rollout that can run.
#[derive(Debug)]
pub struct PlannedRollout {
    /// As it was written.
    pub declared: Rollout,
    old: PlannedWorkload,
    new: PlannedWorkload,
    number: u64,
}

impl Rollout {
    /// Compiles it against the rows of a seed.
    ///
    /// # Errors
    /// Every mistake found.
    pub fn plan(&self, steps: &[PlannedStep], seed: &Seed, scale: Scale) -> Result<PlannedRollout, Vec<Mistake>> {
        let mut mistakes = self.figures();
        if self.requests.is_empty() {
            mistakes.push(
                Mistake::new("`[rollout]` has no request")
                    .hint("add a `[[rollout.request]]` with its `old` and its `new` form"),
            );
            return Err(mistakes);
        }
        let old = self.one_way(|request| (request.name.clone(), request.old.clone(), request.weight));
        let old = old.plan(steps, seed, scale).map_err(|found| mistakes.extend(found));
        // What is wrong with the parameters or a weight is told once.
        if old.is_err() {
            return Err(mistakes);
        }
        let new = self.one_way(|request| (format!("{} (new)", request.name), request.new.clone(), 1.0));
        let new = new.plan(steps, seed, scale).map_err(|found| mistakes.extend(found));
        match (old, new) {
            (Ok(old), Ok(new)) if mistakes.is_empty() => {
                Ok(PlannedRollout { declared: self.clone(), old, new, number: seed.number })
            }
            _ => Err(mistakes),
        }
    }

    /// One form of all requests, as traffic that is there from the beginning.
    fn one_way(&self, form: impl Fn(&RolloutRequest) -> (String, String, f64)) -> Workload {
        let request = |request: &RolloutRequest| {
            let (name, sql, weight) = form(request);
            Request {
                name,
                application: Application::Old,
                sql,
                parameters: request.parameters.clone(),
                weight,
                role: request.role.clone(),
                from: None,
                until: None,
                ledger: None,
                ledger_back: None,
            }
        };
        Workload {
            rate: 1.0,
            clients: 1,
            rest_s: 1.0,
            soak_s: 0.0,
            patience_s: 1.0,
            requests: self.requests.iter().map(request).collect(),
            shadows: Vec::new(),
        }
    }

    fn figures(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        let mut wrong = |message: String, hint: &str| mistakes.push(Mistake::new(message).hint(hint));
        if !(self.rate.is_finite() && self.rate > 0.0 && self.rate <= 100_000.0) {
            wrong(format!("`[rollout]` has a rate of {}", self.rate), "requests a second: above 0, such as 50");
        }
        if !(1..=64).contains(&self.clients) {
            wrong(format!("`[rollout]` has {} clients", self.clients), "connections that the requests share: 1 to 64");
        }
        if !(self.phase_s.is_finite() && (0.1..=86_400.0).contains(&self.phase_s)) {
            wrong(format!("`[rollout]` has `phase_s = {}`", self.phase_s), "seconds, at least 0.1");
        }
        if self.window == 0 {
            wrong("`[rollout]` has `window = 0`".to_owned(), "how many answers the gates look at, such as 20");
        }
        let rising = match self.phases.split_last() {
            Some((0, shares)) => {
                !shares.is_empty()
                    && shares.iter().all(|share| (1..=100).contains(share))
                    && shares.windows(2).all(|pair| matches!(pair, [one, next] if one < next))
            }
            _ => false,
        };
        if !rising {
            wrong(
                format!("`[rollout]` has `phases = {:?}`", self.phases),
                "percentages that rise and go back to 0 at last: `phases = [10, 50, 100, 0]`",
            );
        }
        for (name, share) in [("error_rate", self.gates.error_rate), ("creation_success", self.gates.creation_success)]
        {
            if !(0.0..=1.0).contains(&share) {
                wrong(format!("the gate `{name}` is {share}"), "a share from 0 to 1, such as 0.01");
            }
        }
        if !(self.gates.response_ms.is_finite() && self.gates.response_ms > 0.0) {
            wrong(format!("the gate `response_ms` is {}", self.gates.response_ms), "milliseconds, above 0");
        }
        mistakes
    }
}

impl PlannedRollout {
    /// How many requests are due in a phase, at least one.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "both factors are checked and positive"
    )]
    pub fn requests_of_a_phase(&self) -> u64 {
        (self.declared.rate * self.declared.phase_s).ceil().max(1.0) as u64
    }

    /// The place of the kind that request number `index` is of.
    pub fn pick(&self, index: u64) -> usize {
        self.old.pick(index, Stretch::at(0)).map_or(0, |(place, _)| place)
    }

    /// The kind at a place.
    pub fn request(&self, place: usize) -> Option<&RolloutRequest> {
        self.declared.requests.get(place)
    }

    /// What the kind at a place is for.
    pub fn does(&self, place: usize) -> Does {
        self.request(place).map_or(Does::Ask, |request| request.does)
    }

    /// Which way request number `index` goes while the flag stands at `share` percent. A request that goes the new way
    /// at one share goes it at every greater one. Those that do are spread evenly, so that a short phase has its share.
    pub fn way(&self, index: u64, share: u8) -> Way {
        let first = Draw::of_cell(self.number ^ OF_THE_WAY, 0).fraction();
        // An index is far from where a float stops telling neighbours apart.
        #[allow(clippy::cast_precision_loss, reason = "a rollout has no 2^52 requests")]
        let drawn = (first + index as f64 * GOLDEN).fract();
        if drawn * 100.0 < f64::from(share) { Way::New } else { Way::Old }
    }

    /// The statements of a form.
    pub fn statements(&self, place: usize, way: Way) -> &[ParameterText] {
        let workload = match way {
            Way::Old => &self.old,
            Way::New => &self.new,
        };
        workload.kinds().get(place).map(Kind::statements).unwrap_or_default()
    }

    /// The values of request number `index`, as SQL literals.
    pub fn literals(&self, place: usize, index: u64) -> Vec<String> {
        self.old.literals(place, index)
    }
}
