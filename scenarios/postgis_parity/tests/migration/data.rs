//! The legacy server's rows moved to the migrated database of another server, and compared between the two.

use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use pgproof::facts::{DifferenceKind, RelationParity, ServerParity};
use pgproof::observe::{Effort, RowSource, describe};
use pgproof::run::{ParityRequest, compare_servers};
use pgproof::server::{Places, Provider, Request, Server, Source};
use pgproof::sql::quote_identifier;
use pgproof::testing::{Ground, Subject};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::support::{Outcome, selection};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("move").join(name)
}

async fn run(connection: &mut PgConnection, sql: &str) -> Outcome {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await?;
    Ok(())
}

/// The legacy server, the migrated database, and connections to both.
struct Move {
    ground: Ground,
    server: Server,
    legacy: PgConnection,
    target: PgConnection,
}

impl Move {
    /// Migrates on `subject`, fills the legacy server, and copies every table.
    async fn done(subject: &Subject) -> Outcome<Self> {
        let ground = Ground::prepare(&postgis_parity::source()?, &selection()?, subject).await?;
        let steps = ground.migrate(None).await?;
        assert!(steps.iter().all(pgproof::facts::StepRun::succeeded), "{steps:#?}");
        let server = Provider::new(Source::Embedded, Request::default(), Places::from_environment()).start().await?;
        let mut legacy = server.connect(server.connector().maintenance()).await?;
        run(&mut legacy, &std::fs::read_to_string(file("legacy.sql"))?).await?;
        let mut target = ground.work().connect().await?;
        let mut copies: Vec<PathBuf> =
            std::fs::read_dir(file("copies"))?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
        copies.sort();
        for copy in copies {
            let name = copy.file_stem().and_then(|stem| stem.to_str()).ok_or("no name")?;
            let (_, table) = name.split_once('_').ok_or("no number")?;
            let select = std::fs::read_to_string(&copy)?;
            moved(&mut legacy, &mut target, &select, table).await.map_err(|error| format!("{name}: {error}"))?;
        }
        Ok(Self { ground, server, legacy, target })
    }

    async fn compare(&self, effort: Effort) -> Outcome<ServerParity> {
        let request = ParityRequest {
            legacy: self.server.secret_url(self.server.connector().maintenance()).parse()?,
            target: self.ground.work_url().parse()?,
            map: Some(toml::from_str(&std::fs::read_to_string(file("parity.toml"))?)?),
            effort,
            limit: 20,
            jobs: 2,
            finished: Vec::new(),
        };
        Ok(compare_servers(&request, &mut |_, _| ()).await?)
    }

    /// Rows are the same; then faults are planted on the target, and each is named.
    async fn proven_and_refuted(mut self) -> Outcome {
        for effort in [Effort::Buckets, Effort::Exact] {
            let parity = self.compare(effort).await?;
            let differing: Vec<_> = parity.relations.iter().filter(|relation| relation.differs()).collect();
            assert!(differing.is_empty(), "{effort:?}: {differing:#?}");
            let rows = |name| relation(&parity, name).map(|relation| relation.differences.after_rows);
            assert_eq!((rows("ocs_product_catalog")?, rows("stores")?, rows("delivery_zones")?), (5_388, 40, 80));
            assert_eq!(rows("ocs_inventory")?, 10_776);
        }
        run(&mut self.target, FAULTS).await?;
        let parity = self.compare(Effort::Buckets).await?;
        for (name, expected) in NAMED {
            assert_eq!(named(relation(&parity, name)?), [*expected], "{name}");
        }
        assert_eq!(parity.differing(), NAMED.len());
        drop((self.legacy, self.target));
        self.ground.clear().await?;
        Ok(())
    }
}

/// A price by a cent (its trigger leaves the moment), an area by a tenth of a metre, a shop by a metre, a row lost, an accent, a rate.
const FAULTS: &str = "
update ocs_product_catalog set unit_price = unit_price + 0.01 where ocs_variant_number = '004711_28g';
update delivery_zones set boundary = st_translate(boundary, 0.000001, 0)
where name = 'far' and store_id = (select id from stores where store_code = 'LG-003');
update stores set location = st_setsrid(st_translate(location::geometry, 0, 0.00001), 4326)::geography where store_code = 'LG-007';
delete from ocs_inventory
where store_id = (select id from stores where store_code = 'LG-002')
    and catalog_id = (select id from ocs_product_catalog where ocs_variant_number = '000002_7g');
update provinces_territories set name_fr = 'Quebec' where code = 'QC';
update tax_rates set rate = 0.15 where province_id = (select id from provinces_territories where code = 'ON');
";

const NAMED: &[(&str, &str)] = &[
    ("ocs_product_catalog", "004711_28g: unit_price updated_at"),
    ("delivery_zones", "LG-003,far: area"),
    ("stores", "LG-007: latitude"),
    ("ocs_inventory", "LG-002,000002_7g: missing"),
    ("provinces_territories", "QC: name_fr"),
    ("tax_rates", "ON,HST: rate"),
];

fn relation<'p>(parity: &'p ServerParity, name: &str) -> Outcome<&'p RelationParity> {
    Ok(parity.relations.iter().find(|relation| relation.target == name).ok_or(format!("{name} was not compared"))?)
}

/// The keys of the rows that were named, with the columns that differ.
fn named(relation: &RelationParity) -> Vec<String> {
    let shown = |row: &pgproof::facts::RowDifference| {
        let key: Vec<_> = row.key.iter().map(|(_, cell)| cell.as_deref().unwrap_or("NULL")).collect();
        let what = match &row.kind {
            DifferenceKind::Missing(_) => "missing".to_owned(),
            DifferenceKind::Changed(cells) => {
                cells.iter().map(|cell| cell.column.as_str()).collect::<Vec<_>>().join(" ")
            }
            other => format!("{other:?}"),
        };
        format!("{}: {what}", key.join(","))
    };
    relation.differences.named.iter().map(shown).collect()
}

/// Copies the rows of a query on one server into a table of another, column by name.
async fn moved(legacy: &mut PgConnection, target: &mut PgConnection, select: &str, table: &str) -> Outcome {
    let select = select.trim();
    let mut columns = describe(legacy, &RowSource::Query(select.to_owned())).await?;
    columns.sort_by_key(|column| column.position);
    let columns: Vec<_> = columns.iter().map(|column| quote_identifier(&column.name)).collect();
    let mut rows = legacy.copy_out_raw(&format!("copy ({select}) to stdout")).await?;
    let into = format!("copy public.{} ({}) from stdin", quote_identifier(table), columns.join(", "));
    let mut copy = target.copy_in_raw(&into).await?;
    while let Some(chunk) = rows.try_next().await? {
        copy.send(chunk).await?;
    }
    copy.finish().await?;
    Ok(())
}

#[tokio::test]
async fn the_legacy_servers_rows_arrive_in_a_database_of_the_same_major() -> Outcome {
    Move::done(&Subject::embedded(15)).await?.proven_and_refuted().await
}

#[tokio::test]
async fn docker_the_legacy_servers_rows_arrive_on_17() -> Outcome {
    match Subject::docker_or_skip("docker_the_legacy_servers_rows_arrive_on_17").await? {
        Some(subject) => Move::done(&subject).await?.proven_and_refuted().await,
        None => Ok(()),
    }
}
