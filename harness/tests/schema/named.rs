//! An object of every kind missing, changed and extra is named when two schemas are compared.

use pgproof::database::Database;
use pgproof::observe::schema::read_catalog;
use pgproof::schema::{Catalog, Change, Comparison, Kind, Object};
use sqlx::Connection;

use crate::workbench::{Outcome, RICH, embedded, run};

const SCARCE: &str = include_str!("scarce.sql");

/// The catalog without one object; its parts stay.
fn without(catalog: &Catalog, object: &Object) -> Catalog {
    catalog.objects().filter(|other| other.id != object.id).cloned().collect()
}

fn changed(catalog: &Catalog, object: &Object) -> Catalog {
    let mut other = catalog.clone();
    other.insert(object.clone().with("comment", "planted"));
    other
}

/// The one difference, and the counts of its kind; nothing else may differ.
fn only(before: &Catalog, after: &Catalog, kind: Kind) -> Outcome<(String, Change, [usize; 3])> {
    let comparison = Comparison::of(before, after, Vec::new());
    let [difference] = comparison.differences.as_slice() else {
        return Err(format!("{kind}: {} differences", comparison.differences.len()).into());
    };
    let count = comparison.kinds.get(&kind).ok_or("the kind is not counted")?;
    assert!(!comparison.is_same() && comparison.parity_per_mille() < 1000, "{kind}");
    Ok((difference.object.to_string(), difference.change.clone(), [count.added, count.removed, count.changed]))
}

#[tokio::test]
async fn an_object_of_every_kind_missing_changed_or_extra_is_named() -> Outcome {
    let server = embedded().await?;
    let mut catalog = Catalog::default();
    for script in [RICH, SCARCE] {
        let database = Database::create_empty(&server, None).await?;
        let mut connection = database.connect().await?;
        run(&mut connection, script).await?;
        read_catalog(&mut connection, &[]).await?.objects().for_each(|object| catalog.insert(object.clone()));
        connection.close().await?;
    }
    assert!(Comparison::of(&catalog, &catalog, Vec::new()).is_same());
    for kind in Kind::ALL {
        let object = catalog.objects().find(|object| object.id.kind == *kind).ok_or(format!("there is no {kind}"))?;
        let name = object.id.to_string();
        let less = without(&catalog, object);
        assert_eq!(only(&catalog, &less, *kind)?, (name.clone(), Change::Removed, [0, 1, 0]));
        assert_eq!(only(&less, &catalog, *kind)?, (name.clone(), Change::Added, [1, 0, 0]));
        let (told, change, counts) = only(&catalog, &changed(&catalog, object), *kind)?;
        assert_eq!((told, counts), (name, [0, 0, 1]));
        assert!(matches!(change, Change::Changed { after: Some(after), .. } if after == "planted"));
    }
    server.stop().await?;
    Ok(())
}
