//! The arguments of `cargo bench`, as far as criterion does not answer to them.

/// Options of criterion that take a value, which is therefore no filter.
const VALUED: &[&str] = &[
    "-b",
    "-c",
    "-s",
    "--baseline",
    "--baseline-lenient",
    "--color",
    "--colour",
    "--confidence-level",
    "--format",
    "--load-baseline",
    "--logfile",
    "--measurement-time",
    "--noise-threshold",
    "--nresamples",
    "--output-format",
    "--plotting-backend",
    "--profile-time",
    "--sample-size",
    "--save-baseline",
    "--significance-level",
    "--warm-up-time",
];

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    filter: Option<String>,
    mode: Mode,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Measure,
    Test,
    List,
}

impl Arguments {
    /// Those of this process.
    pub fn of_this_process() -> Self {
        Self::read(std::env::args().skip(1))
    }

    fn read(arguments: impl Iterator<Item = String>) -> Self {
        // Cargo says `--bench`; what runs the targets as tests does not.
        let mut read = Self { filter: None, mode: Mode::Test };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--bench" if read.mode == Mode::Test => read.mode = Mode::Measure,
                "--test" => read.mode = Mode::Test,
                "--list" => read.mode = Mode::List,
                valued if VALUED.contains(&valued) => drop(arguments.next()),
                option if option.starts_with('-') => {}
                filter => read.filter = Some(filter.to_owned()),
            }
        }
        read
    }

    /// Whether a benchmark of this name is to be measured: its name contains the filter.
    pub fn wants(&self, name: &str) -> bool {
        self.mode != Mode::List && self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }

    /// Whether each benchmark only has to run once.
    pub fn is_test(&self) -> bool {
        self.mode == Mode::Test
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Arguments {
        Arguments::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_value_of_an_option_is_no_filter() {
        let arguments = read("--save-baseline main harness/clone --noplot --bench");
        assert!(arguments.wants("harness/clone of 376,212 rows"));
        assert!(!arguments.wants("main"));
        assert!(!arguments.is_test());
    }

    #[test]
    fn without_a_filter_everything_is_wanted_and_a_list_measures_nothing() {
        assert!(read("--bench").wants("medallion/store_day"));
        assert!(!read("--list --bench").wants("medallion/store_day"));
    }

    #[test]
    fn without_bench_it_is_a_test() {
        assert!(read("").is_test());
        assert!(read("--bench --test").is_test());
    }
}
