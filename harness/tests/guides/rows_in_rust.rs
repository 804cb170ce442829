use pgproof::load::Source;
use pgproof::scenario::seed::{Column, Fake, TableSeed};
use pgproof::scenario::{BatchJob, BatchOptions, BatchWork, RowTransform};
use pgproof::sql::RelationName;

/// The scenario with other drafts, and with a backfill that TOML can not say.
fn in_rust(source: Source) -> Source {
    let drafts = TableSeed::in_public("drafts", 5)
        .column("id", Column::serial(1).step(10))
        .column("text", Column::fake(Fake::Sentence).null_rate(0.2));
    let initials = BatchJob {
        relation: RelationName::new("public", "authors"),
        key: "id".to_owned(),
        size: 2,
        work: BatchWork::Rows {
            read: "select id::text, name from authors where id > $1::int and id <= $2::int".to_owned(),
            transform: RowTransform::new(|name| {
                let initials: String = name.split_whitespace().filter_map(|word| word.chars().next()).collect();
                if initials.is_empty() { Err("an author without a name".to_owned()) } else { Ok(initials) }
            }),
            write: "update authors set initials = n.initials
                    from unnest($1::text[], $2::text[]) as n(id, initials) where authors.id = n.id::int"
                .to_owned(),
        },
        down: Some("update authors set initials = null where id > $1::int and id <= $2::int".to_owned()),
        options: BatchOptions::default(),
    };
    source.with(|mut scenario| {
        scenario.seed.tables.retain(|table| table.name != drafts.name);
        scenario.seed.tables.push(drafts);
        scenario.with_job("015_initials", initials)
    })
}
