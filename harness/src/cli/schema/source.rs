//! A schema as typed: where it is.

use std::path::Path;

use crate::load::sql_scripts;
use crate::run::schema::SchemaSource;
use crate::scenario::Mistake;
use crate::server::Source;

/// Reads what a person typed for a schema. A URL's text is in no message: it may hold a password.
///
/// # Errors
/// The mistakes in it, or in the files that it names.
pub(super) fn source(typed: &str) -> Result<SchemaSource, Vec<Mistake>> {
    if typed.contains("://") {
        return match typed.parse() {
            Ok(Source::External { url }) => Ok(SchemaSource::Server(url)),
            Ok(_) => Err(vec![Mistake::new("that is no address: postgres://user@host:port/database")]),
            Err(error) => Err(vec![Mistake::new(error.to_string())]),
        };
    }
    let path = Path::new(typed);
    if !path.exists() {
        return Err(vec![
            Mistake::new(format!("there is no `{typed}`"))
                .hint("a schema is a postgres:// URL, a directory of migrations, a file of SQL, or dumped JSON"),
        ]);
    }
    if path.join("scenario.toml").is_file() {
        return Err(vec![
            Mistake::new(format!("`{typed}` is a scenario, not a directory of migrations"))
                .hint("name its `legacy.sql`, or the directory of one of its paths"),
        ]);
    }
    if path.extension().is_some_and(|extension| extension == "json") {
        let text = std::fs::read_to_string(path)
            .map_err(|error| vec![Mistake::new(format!("can not read `{typed}`: {error}"))])?;
        let catalog = serde_json::from_str(&text)
            .map_err(|error| vec![Mistake::new(format!("`{typed}` is no dumped schema: {error}"))])?;
        return Ok(SchemaSource::Read(Box::new(catalog)));
    }
    sql_scripts(path).map(SchemaSource::Scripts)
}
