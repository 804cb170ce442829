//! A checked, hashed scenario: the only thing the runner takes.

use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::seed::{Scale, Seed};
use super::{
    Assertion, Budget, Exception, Identity, Isolation, LegacyStatement, Mistake, NamedQuery, ParityPair,
    PlannedRollout, PlannedStep, PlannedWorkload, Regrant, Repair, Requires, Retired, Retyped, Rollback, Scenario,
    StepWork, TransactionMode, Variant, Volatile,
};
use crate::sql::{RelationName, Script, Statement, TransactionUse};

/// What loading found: a scenario, the chosen path and the texts of every file.
#[derive(Debug)]
pub struct PlanParts {
    /// The scenario.
    pub scenario: Scenario,
    /// The index of the chosen path.
    pub path: usize,
    /// The chosen variant and its script.
    pub variant: Option<(Variant, Script)>,
    /// The baseline's scripts.
    pub baseline: Vec<Script>,
    /// What is run behind the seed.
    pub seeded: Vec<Script>,
    /// The steps in order.
    pub steps: Vec<PlannedStep>,
    /// What row counts are multiplied by.
    pub scale: Scale,
    /// The agreed schema text, where there is one.
    pub schema_snapshot: Option<String>,
    /// What the agreed schema is called in reports.
    pub schema_snapshot_name: String,
}

/// A scenario whose every mistake that can be found without a server has been looked for.
#[derive(Debug)]
pub struct Plan {
    /// The scenario's name.
    pub scenario: String,
    /// The path's name.
    pub path: String,
    /// What the server must have.
    pub requires: Requires,
    /// The baseline's scripts.
    pub baseline: Vec<Script>,
    /// What is run behind the seed.
    pub seeded: Vec<Script>,
    /// The legacy data.
    pub seed: Seed,
    /// What row counts are multiplied by.
    pub scale: Scale,
    /// The chosen variant and its script.
    pub variant: Option<(Variant, Script)>,
    /// The steps in order.
    pub steps: Vec<PlannedStep>,
    /// The queries whose latency is compared.
    pub queries: Vec<NamedQuery>,
    /// The old application's statements.
    pub statements: Vec<LegacyStatement>,
    /// Callers by whom row security is put to the test.
    pub identities: Vec<Identity>,
    /// Rows that nobody but their owner may see.
    pub isolations: Vec<Isolation>,
    /// What belongs to what.
    pub parity: Vec<ParityPair>,
    /// The traffic meanwhile.
    pub workload: Option<Arc<PlannedWorkload>>,
    /// How requests are turned over to the new way behind the last step.
    pub rollout: Option<Arc<PlannedRollout>>,
    /// What it may cost.
    pub budget: Budget,
    /// Queries and the answers they must give.
    pub assertions: Vec<Assertion>,
    /// Relations taken away on purpose.
    pub retired: Vec<Retired>,
    /// Relations whose grants change on purpose.
    pub regranted: Vec<Regrant>,
    /// Columns that are meant to get another type.
    pub retyped: Vec<Retyped>,
    /// Columns that no two applications fill alike.
    pub volatile: Vec<Volatile>,
    /// The agreed schema text, where there is one.
    pub schema_snapshot: Option<String>,
    /// What the agreed schema is called in reports.
    pub schema_snapshot_name: String,
    hash: String,
}

impl Plan {
    /// Checks the parts.
    ///
    /// # Errors
    /// Every mistake found, in the order of the files.
    pub fn new(parts: PlanParts) -> Result<Self, Vec<Mistake>> {
        let PlanParts {
            scenario,
            path,
            variant,
            baseline,
            seeded,
            steps,
            scale,
            schema_snapshot,
            schema_snapshot_name,
        } = parts;
        let mut mistakes = Vec::new();
        if scenario.name.is_empty()
            || !scenario.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        {
            mistakes.push(
                Mistake::new(format!("`{}` can not name a scenario", scenario.name))
                    .hint("use lower-case letters, digits and underscores: the name becomes part of database names"),
            );
        }
        mistakes.extend(scenario.seed.check().into_iter().map(|mistake| Mistake::new(mistake.to_string())));
        let mut parity = Vec::new();
        for map in &scenario.parity {
            match map.pair() {
                Ok(pair) => parity.push(pair),
                Err(mistake) => mistakes.push(mistake),
            }
        }
        for variant in &scenario.variants {
            mistakes.extend(variant.check(&scenario));
        }
        mistakes.extend(super::identity::check(&scenario));
        for step in &steps {
            check_step(step, &mut mistakes);
        }
        let Some(path) = scenario.paths.get(path).cloned() else {
            mistakes.push(Mistake::new("the scenario has no path").hint("add a `[[path]]` table to scenario.toml"));
            return Err(mistakes);
        };
        for waiver in &path.waive {
            if !steps.iter().any(|step| step.name == waiver.step) {
                mistakes.push(Mistake::new(format!("the waiver for `{}` names no step", waiver.step)));
            }
        }
        let workload = scenario.workload.as_ref().and_then(|workload| {
            workload.plan(&steps, &scenario.seed, scale).map_err(|found| mistakes.extend(found)).ok().map(Arc::new)
        });
        let rollout = scenario.rollout.as_ref().and_then(|rollout| {
            rollout.plan(&steps, &scenario.seed, scale).map_err(|found| mistakes.extend(found)).ok().map(Arc::new)
        });
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let hash = template_hash([&baseline, &seeded], &scenario.seed, scale, variant.as_ref());
        Ok(Self {
            scenario: scenario.name,
            path: path.name,
            requires: scenario.requires,
            baseline,
            seeded,
            seed: scenario.seed,
            scale,
            variant,
            steps,
            queries: scenario.queries,
            statements: scenario.statements,
            identities: scenario.identities,
            isolations: scenario.isolations,
            parity,
            workload,
            rollout,
            budget: scenario.budget,
            assertions: scenario.assertions,
            retired: path.retire,
            regranted: path.regrant,
            retyped: path.retype,
            volatile: path.volatile,
            schema_snapshot,
            schema_snapshot_name,
            hash,
        })
    }

    /// Sixteen hexadecimal digits that name everything the template is made of: the baseline's texts, the seed, the
    /// scale and the variant. The steps are no part of it, so editing a migration does not seed anew.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The first statement of the way forward that inserts into a relation of this name, shown as
    /// [`RelationName`] shows it; views count by their creation.
    ///
    /// Found by the text alone: what a function or a trigger writes is not seen.
    pub fn writer_of(&self, relation: &str) -> Option<&Statement> {
        let name = relation.to_lowercase();
        let places = [format!("public.{name}"), name];
        let forward = self.steps.iter().filter_map(|step| match &step.work {
            StepWork::Sql { script, .. } => Some(script),
            StepWork::Batches { .. } => None,
        });
        forward.flat_map(Script::statements).find(|statement| {
            let words: Vec<String> =
                statement.text.split(|c: char| c.is_whitespace() || c == '(').map(str::to_lowercase).collect();
            let wrote = |verb: &str, at: usize| {
                words.windows(at + 1).any(|window| {
                    window.first().is_some_and(|word| word == verb)
                        && window.last().is_some_and(|word| places.contains(word))
                })
            };
            match statement.command().as_str() {
                "INSERT" | "MERGE" => wrote("into", 1),
                "COPY" => wrote("copy", 1),
                "CREATE VIEW" | "CREATE MATERIALIZED VIEW" => wrote("view", 1),
                "CREATE TABLE AS" | "SELECT INTO" => wrote("table", 1) || wrote("into", 1),
                _ => false,
            }
        })
    }

    /// Whether the path takes `relation` away on purpose, and why.
    pub fn retired(&self, relation: &RelationName) -> Option<&str> {
        self.retired.iter().find(|retired| retired.relation == *relation).map(|retired| retired.reason.as_str())
    }

    /// Whether the path changes the grants on `relation` on purpose.
    pub fn regrants(&self, relation: &RelationName) -> bool {
        self.regranted.iter().any(|regranted| regranted.relation == *relation)
    }

    /// The rows of `rows_of` (a parity map or a relation) that the variant allows to differ.
    pub fn repairs<'p>(&'p self, rows_of: &'p str) -> impl Iterator<Item = &'p Repair> {
        let variant = self.variant.iter().flat_map(|(variant, _)| &variant.repairs);
        variant.filter(move |repair| repair.rows_of == rows_of)
    }

    /// Whether the chosen variant excuses another answer to a statement.
    pub fn excepts_statement(&self, name: &str) -> bool {
        self.exceptions().iter().any(|exception| exception.statements.iter().any(|statement| statement == name))
    }

    /// Whether the chosen variant excuses that roles see other rows of a relation.
    pub fn excepts_sight(&self, relation: &RelationName) -> bool {
        self.exceptions().iter().any(|exception| exception.relations.contains(relation))
    }

    /// What the old application may see otherwise in the chosen variant.
    pub fn exceptions(&self) -> &[Exception] {
        self.variant.as_ref().map_or(&[], |(variant, _)| &variant.exceptions)
    }

    /// Words of the message with which a step has to refuse the chosen variant.
    pub fn expected_refusal(&self) -> Option<&str> {
        self.variant.as_ref().and_then(|(variant, _)| variant.refusal.as_deref())
    }
}

fn check_step(step: &PlannedStep, mistakes: &mut Vec<Mistake>) {
    if let StepWork::Sql { script, transaction } = &step.work {
        check_transaction(script, *transaction, mistakes);
    }
    for script in [&step.down, &step.verify].into_iter().flatten() {
        check_transaction(script, TransactionMode::of(script), mistakes);
    }
    let undone = step.down.is_some()
        || matches!(&step.work, StepWork::Batches { job, .. } if job.down.is_some())
        || matches!(step.rollback, Rollback::Waived(_));
    if !undone {
        mistakes.push(Mistake::new(format!("step `{}` has no way back", step.name)).hint(format!(
            "write `{0}.down.sql`, or waive it: `[[path.waive]] step = \"{0}\", reason = \"…\"`",
            step.name
        )));
    }
}

fn check_transaction(script: &Script, mode: TransactionMode, mistakes: &mut Vec<Mistake>) {
    if mode != TransactionMode::PerFile {
        return;
    }
    for statement in script.statements() {
        let message = match statement.transaction_use() {
            TransactionUse::Inside => continue,
            TransactionUse::Outside => format!("`{}` can not run inside a transaction", statement.command()),
            TransactionUse::Control => {
                format!("`{}` would end the transaction that the file runs in", statement.command())
            }
        };
        mistakes.push(point_at(statement, message).hint("start the file with the line `-- no-transaction`"));
    }
}

/// A mistake whose place is the first line of `statement`.
pub(crate) fn point_at(statement: &Statement, message: String) -> Mistake {
    let position = statement.position.clone();
    let start = usize::try_from(position.column).unwrap_or(1).saturating_sub(1);
    let line = statement.line_text(position.line);
    let end = line.chars().count().max(start + 1);
    Mistake::new(message).in_line(line, start, end).at(position)
}

fn template_hash(scripts: [&[Script]; 2], seed: &Seed, scale: Scale, variant: Option<&(Variant, Script)>) -> String {
    let mut hasher = Sha256::new();
    let mut feed = |part: &str| {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    };
    feed(env!("CARGO_PKG_VERSION"));
    for script in scripts.into_iter().flatten().chain(variant.map(|(_, script)| script)) {
        for statement in script.statements() {
            feed(&statement.text);
            feed(statement.copy_data.as_deref().unwrap_or_default());
        }
    }
    feed(&format!("{seed:?}"));
    feed(&format!("{scale:?}"));
    let first = hasher.finalize().iter().take(8).fold(0_u64, |bits, byte| (bits << 8) | u64::from(*byte));
    format!("{first:016x}")
}
