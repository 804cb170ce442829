//! By which law the cost of a step grows with the rows.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Bytes, Cost, StepCost};

/// A path taken at one size, once or several times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SizeCost {
    /// What row counts were multiplied by.
    pub scale: f64,
    /// Rows of the largest seeded relation.
    pub rows: u64,
    /// What each way forward cost.
    pub costs: Vec<Cost>,
}

/// How a figure grows with the number of rows, beside a part that is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Law {
    /// Not at all.
    Constant,
    /// As the square root of the rows: what is counted by kinds, which repeat.
    Root,
    /// As the rows.
    Linear,
    /// As sorting: n log n.
    LinearLog,
    /// As pairs of rows.
    Quadratic,
    /// Faster than pairs of rows.
    Cubic,
}

impl Law {
    /// As a formula.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Root => "√n",
            Self::Linear => "n",
            Self::LinearLog => "n log n",
            Self::Quadratic => "n²",
            Self::Cubic => "n³",
        }
    }
}

/// A figure of a step that is followed from size to size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Bytes of write-ahead log.
    Wal,
    /// Bytes that the database grew by.
    Disk,
    /// Rows and index entries read from tables.
    RowsRead,
    /// Wall-clock time in milliseconds.
    Duration,
    /// The longest transaction in milliseconds, which bounds every lock.
    LongestTransaction,
}

impl Measure {
    /// All of them, the ones that hardly vary from run to run first.
    pub const ALL: [Self; 5] = [Self::Wal, Self::Disk, Self::RowsRead, Self::Duration, Self::LongestTransaction];

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Wal => "WAL",
            Self::Disk => "disk",
            Self::RowsRead => "rows read",
            Self::Duration => "duration",
            Self::LongestTransaction => "longest transaction",
        }
    }

    /// Whether two runs at the same size give nearly the same, however busy the machine is.
    pub const fn is_steady(self) -> bool {
        matches!(self, Self::Wal | Self::Disk | Self::RowsRead)
    }

    /// The figure; `None` where the server does not tell. What shrank did not grow.
    #[expect(clippy::cast_precision_loss, reason = "figures far below 2⁵³")]
    pub fn of(self, cost: &StepCost) -> Option<f64> {
        match self {
            Self::Wal => Some(cost.wal_bytes as f64),
            Self::Disk => Some(cost.grown_bytes().max(0) as f64),
            Self::RowsRead => cost.rows_read.map(|rows| rows as f64),
            Self::Duration => Some(cost.duration_ms),
            Self::LongestTransaction => Some(cost.longest_transaction_ms),
        }
    }

    /// A value with its unit.
    pub fn shown(self, value: f64) -> String {
        match self {
            Self::Wal | Self::Disk => Bytes(value.round()).to_string(),
            Self::RowsRead => rounded(value),
            Self::Duration | Self::LongestTransaction => duration(value),
        }
    }
}

impl fmt::Display for Measure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a figure becomes, and between which bounds, at 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// By the law that was found.
    pub estimate: f64,
    /// The least that fits what was measured.
    pub low: f64,
    /// The most that fits what was measured.
    pub high: f64,
}

/// Whether a figure grows faster than sorting does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Steepness {
    /// No.
    Gentle,
    /// What was measured fits both.
    Undecided,
    /// Yes: no sum of a constant, √n, n and n log n fits.
    Steep,
}

/// How one figure of a step grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// The figure.
    pub measure: Measure,
    /// The simplest law that fits.
    pub law: Law,
    /// Whether it is steeper than n log n.
    pub steepness: Steepness,
    /// The slope on paper with logarithms on both sides, as a check on the law; `None` where there is too little.
    pub exponent: Option<f64>,
    /// At the largest size measured: the mean.
    pub measured: f64,
    /// How much of it grows with n² or faster: from, to, between 0 and 1.
    pub steep_share: (f64, f64),
    /// At the size asked for.
    pub predicted: Prediction,
    /// The most at the size asked for if a steep part hides below what can be told apart.
    pub hidden_high: f64,
}

/// How a step grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepGrowth {
    /// `NNN_name`.
    pub step: String,
    /// The worst of its figures.
    pub steepness: Steepness,
    /// Its figures, in the order of [`Measure::ALL`].
    pub growths: Vec<Growth>,
}

impl StepGrowth {
    /// One of its figures.
    pub fn growth(&self, measure: Measure) -> Option<&Growth> {
        self.growths.iter().find(|growth| growth.measure == measure)
    }
}

/// Milliseconds as people say them.
fn duration(ms: f64) -> String {
    let seconds = ms / 1_000.0;
    match seconds {
        s if s < 0.01 => format!("{ms:.1} ms"),
        s if s < 1.0 => format!("{ms:.0} ms"),
        s if s < 90.0 => format!("{s:.1} s"),
        s if s < 5_400.0 => format!("{:.0} min", s / 60.0),
        s if s < 172_800.0 => format!("{:.1} h", s / 3_600.0),
        s => format!("{:.0} days", s / 86_400.0),
    }
}

/// A count as people say it.
fn rounded(count: f64) -> String {
    match count {
        c if c < 1_000.0 => format!("{c:.0}"),
        c if c < 1e6 => format!("{:.1} k", c / 1e3),
        c if c < 1e9 => format!("{:.1} M", c / 1e6),
        c if c < 1e12 => format!("{:.1} G", c / 1e9),
        c => format!("{:.1} T", c / 1e12),
    }
}
