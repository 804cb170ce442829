//! From a workload as written to one that can run, or to everything that is wrong with it.

use std::collections::BTreeSet;

use super::planned::{Kind, Ledger, PARAMETERS, PlannedWorkload, Work, column_of, table_of};
use super::{Application, Request, Shadow, Workload};
use crate::scenario::seed::{Column, Scale, Seed, TableSeed};
use crate::scenario::{Mistake, PlannedStep};
use crate::sql::{ParameterText, Script, TransactionUse};

/// More requests than any run sends; parameters are rows of a table of this size.
const REQUESTS: u64 = 1 << 32;

/// More than any server of ours has connections for.
const MOST_CLIENTS: u16 = 64;

impl Workload {
    /// Compiles it against the steps of a path and the rows of a seed.
    ///
    /// # Errors
    /// Every mistake found.
    pub fn plan(&self, steps: &[PlannedStep], seed: &Seed, scale: Scale) -> Result<PlannedWorkload, Vec<Mistake>> {
        let names: Vec<&str> = steps.iter().map(|step| step.name.as_str()).collect();
        let mut check = Check { steps: &names, mistakes: Vec::new() };
        check.settings(self);
        let mut kinds = Vec::new();
        let mut with_parameters = seed.clone();
        let requests = self.requests.iter().map(|request| (check.request(request), &request.parameters));
        let requests: Vec<_> = requests.collect();
        let shadows: Vec<_> = self.shadows.iter().map(|shadow| (check.shadow(shadow), &shadow.parameters)).collect();
        for (place, (kind, parameters)) in requests.into_iter().chain(shadows).enumerate() {
            if !parameters.is_empty() {
                with_parameters = with_parameters.table(table(place, parameters));
            }
            kinds.push(kind);
        }
        // What is wrong with the seed itself is told by the seed's own check.
        let generator = with_parameters.generator(scale).map_err(|found| {
            for mistake in found.into_iter().filter(|mistake| mistake.table.schema() == PARAMETERS) {
                let place = mistake.table.name().parse().ok();
                let name = place.and_then(|place: usize| kinds.get(place)).map(|kind| kind.name.clone());
                let parameter = mistake.column.map(|column| format!(", parameter `{column}`")).unwrap_or_default();
                check.mistakes.push(Mistake::new(format!(
                    "request `{}`{parameter}: {}",
                    name.unwrap_or_default(),
                    mistake.message
                )));
            }
        });
        match generator {
            Ok(generator) if check.mistakes.is_empty() => {
                Ok(PlannedWorkload { declared: self.clone(), kinds, generator, number: seed.number })
            }
            _ => Err(check.mistakes),
        }
    }
}

fn table(place: usize, parameters: &[Column]) -> TableSeed {
    let mut table = TableSeed::new(table_of(place), REQUESTS).fixed();
    for (number, column) in (1..).zip(parameters) {
        table = table.column(&column_of(number), column.clone());
    }
    table
}

struct Check<'a> {
    steps: &'a [&'a str],
    mistakes: Vec<Mistake>,
}

impl Check<'_> {
    fn wrong(&mut self, message: String, hint: &str) {
        self.mistakes.push(Mistake::new(message).hint(hint));
    }

    fn settings(&mut self, workload: &Workload) {
        if !(workload.rate.is_finite() && workload.rate > 0.0 && workload.rate <= 100_000.0) {
            self.wrong(
                format!("`[workload]` has a rate of {}", workload.rate),
                "requests a second, in all: a number above 0, such as 200",
            );
        }
        if workload.clients == 0 || workload.clients > MOST_CLIENTS {
            self.wrong(
                format!("`[workload]` has {} clients", workload.clients),
                "connections that the requests share: from 1 to 64",
            );
        }
        let times = [("rest_s", workload.rest_s), ("soak_s", workload.soak_s), ("patience_s", workload.patience_s)];
        for (name, seconds) in times {
            let least = if name == "soak_s" { 0.0 } else { 0.1 };
            if !(seconds.is_finite() && (least..=86_400.0).contains(&seconds)) {
                self.wrong(
                    format!("`[workload]` has `{name} = {seconds}`"),
                    "seconds; `rest_s` and `patience_s` are at least 0.1",
                );
            }
        }
        let old = workload.requests.iter().any(|request| request.application == Application::Old);
        if !old && workload.shadows.is_empty() {
            self.wrong(
                "`[workload]` has no request of the old application".to_owned(),
                "add a `[[workload.request]]`: without one there is no traffic before the first step",
            );
        }
        let mut seen = BTreeSet::new();
        let names = workload.requests.iter().map(|request| &request.name);
        for name in names.chain(workload.shadows.iter().map(|shadow| &shadow.name)) {
            if name.trim().is_empty() {
                self.wrong("a request of the workload has no name".to_owned(), "reports call it by its name");
            } else if !seen.insert(name) {
                self.wrong(format!("two requests are called `{name}`"), "reports tell them apart by their names");
            }
        }
    }

    fn request(&mut self, request: &Request) -> Kind {
        let name = &request.name;
        self.weight(name, request.weight);
        let from = request.from.as_ref().and_then(|step| self.step(name, "from", step));
        let until = request.until.as_ref().and_then(|step| self.step(name, "until", step));
        match (request.application, &request.from) {
            (Application::Old, Some(_)) => self.wrong(
                format!("request `{name}` of the old application has a `from`"),
                "the old application works from the beginning; is it `application = \"new\"`?",
            ),
            (Application::New, None) => self.wrong(
                format!("request `{name}` of the new application does not say `from` which step on it works"),
                "add `from = \"NNN_name\"`",
            ),
            _ => {}
        }
        if let (Some(from), Some(until)) = (from, until)
            && until <= from
        {
            self.wrong(
                format!("request `{name}` works from behind a step that is not before its `until`"),
                "it works behind `from` and before `until`",
            );
        }
        let statements = self.statements(name, &request.sql, request.parameters.len());
        let ledger = self.ledger(request);
        Kind {
            name: name.clone(),
            application: request.application,
            role: request.role.clone(),
            work: Work::Request { statements, ledger },
            weight: request.weight,
            works: (from.map_or(0, |from| from + 1), until.unwrap_or(self.steps.len())),
            parameters: request.parameters.len(),
        }
    }

    fn shadow(&mut self, shadow: &Shadow) -> Kind {
        let name = &shadow.name;
        self.weight(name, shadow.weight);
        let from = self.step(name, "from", &shadow.from).map_or(0, |from| from + 1);
        let rising = shadow.share.windows(2).all(|pair| matches!(pair, [one, next] if one <= next));
        if shadow.share.is_empty() || !rising || shadow.share.iter().any(|share| !(0.0..=1.0).contains(share)) {
            self.wrong(
                format!("shadow `{name}` has a share of {:?}", shadow.share),
                "rising numbers from 0 to 1, such as `share = [0.1, 0.5, 1.0]`",
            );
        }
        let mut one = |sql: &str| {
            let mut statements = self.statements(name, sql, shadow.parameters.len());
            if statements.len() > 1 {
                self.wrong(
                    format!("shadow `{name}` asks {} statements at once", statements.len()),
                    "a shadow is one question; make a request of several statements",
                );
            }
            statements.pop().unwrap_or_else(|| ParameterText::parse(""))
        };
        let (old, new) = (one(&shadow.old), one(&shadow.new));
        Kind {
            name: name.clone(),
            application: Application::Old,
            role: shadow.role.clone(),
            work: Work::Shadow { old, new, from, share: spread(&shadow.share, self.steps.len() + 1 - from) },
            weight: shadow.weight,
            works: (0, self.steps.len()),
            parameters: shadow.parameters.len(),
        }
    }

    fn weight(&mut self, name: &str, weight: f64) {
        if !(weight.is_finite() && weight > 0.0) {
            self.wrong(
                format!("request `{name}` has a weight of {weight}"),
                "a number above 0; leave a request out that should not come",
            );
        }
    }

    fn step(&mut self, name: &str, key: &str, wanted: &str) -> Option<usize> {
        let found = self.steps.iter().position(|step| *step == wanted);
        if found.is_none() {
            let near = self
                .steps
                .iter()
                .max_by(|a, b| strsim::jaro_winkler(a, wanted).total_cmp(&strsim::jaro_winkler(b, wanted)));
            let hint = near.map_or_else(|| "the path has no step".to_owned(), |near| format!("did you mean `{near}`?"));
            self.wrong(format!("request `{name}` has a `{key}` that is no step: `{wanted}`"), &hint);
        }
        found
    }

    fn statements(&mut self, name: &str, sql: &str, parameters: usize) -> Vec<ParameterText> {
        let script = match Script::parse_alone(name, sql) {
            Ok(script) => script,
            Err(errors) => {
                for error in errors {
                    self.wrong(format!("request `{name}` can not be read: {}", error.message), "mend its SQL");
                }
                return Vec::new();
            }
        };
        let texts: Vec<ParameterText> =
            script.statements().map(|statement| ParameterText::parse(&statement.text)).collect();
        for statement in script.statements() {
            if statement.transaction_use() != TransactionUse::Inside || statement.copy_data.is_some() {
                self.wrong(
                    format!("request `{name}` has a `{}`, which is no traffic", statement.command()),
                    "several statements of a request already run in one transaction",
                );
            }
        }
        if texts.is_empty() {
            self.wrong(format!("request `{name}` asks nothing"), "give it a statement");
        }
        let used: BTreeSet<usize> = texts.iter().flat_map(ParameterText::parameters).collect();
        if let Some(number) = used.iter().find(|number| !(1..=parameters).contains(*number)) {
            self.wrong(
                format!("request `{name}` uses `${number}` and has {parameters} parameters"),
                "`parameters` is the list of the recipes of `$1`, `$2`, …",
            );
        }
        texts
    }

    fn ledger(&mut self, request: &Request) -> Option<Ledger> {
        let name = &request.name;
        let mut query = |key: &str, sql: &Option<String>| {
            let text = ParameterText::parse(sql.as_deref()?.trim().trim_end_matches(';'));
            let used: BTreeSet<usize> = text.parameters().collect();
            if used != BTreeSet::from([1]) {
                self.wrong(
                    format!("the `{key}` of request `{name}` does not ask for `$1` alone"),
                    "`$1` is a text array of the keys: `select id::text from t where id::text = any($1)`",
                );
            }
            Some(text)
        };
        let forward = query("ledger", &request.ledger);
        let back = query("ledger_back", &request.ledger_back);
        let Some(forward) = forward else {
            if back.is_some() {
                self.wrong(format!("request `{name}` has a `ledger_back` and no `ledger`"), "give it both");
            }
            return None;
        };
        let same = (request.application == Application::Old).then(|| forward.clone());
        Some(Ledger { back: back.or(same), forward })
    }
}

/// The shares, each for as many numbers of applied steps.
fn spread(share: &[f64], places: usize) -> Vec<f64> {
    (0..places)
        .filter_map(|place| share.get((place * share.len() / places.max(1)).min(share.len().saturating_sub(1))))
        .copied()
        .collect()
}

#[cfg(test)]
mod tests;
