//! Scripts from a file of SQL, or from a directory of migrations.

use std::path::Path;

use super::files::Files;
use crate::scenario::Mistake;
use crate::sql::Script;

/// Reads a file of SQL, or the migrations of a directory in the order of their names: its `.up.sql` where it has any,
/// and otherwise every `.sql` that is neither `.down.sql` nor `.verify.sql`.
///
/// # Errors
/// Every mistake found: a file that can not be read or split, a directory with nothing to run.
pub fn sql_scripts(path: &Path) -> Result<Vec<Script>, Vec<Mistake>> {
    let shown = path.display();
    if !path.is_dir() {
        let files = Files::new(path.parent().unwrap_or(Path::new("")));
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        return files.script(&name).map(|script| vec![script]);
    }
    let files = Files::new(path);
    let names = files.list(".").map_err(|mistake| vec![mistake])?;
    let forward = |name: &&String| name.ends_with(".up.sql");
    let is_sql = |name: &str| Path::new(name).extension().is_some_and(|extension| extension == "sql");
    let other = |name: &&String| is_sql(name) && !name.ends_with(".down.sql") && !name.ends_with(".verify.sql");
    let mut chosen: Vec<&String> = names.iter().filter(forward).collect();
    if chosen.is_empty() {
        chosen = names.iter().filter(other).collect();
    }
    if chosen.is_empty() {
        return Err(vec![
            Mistake::new(format!("`{shown}` has no SQL to run")).hint("give a directory with `NNN_name.up.sql` files"),
        ]);
    }
    let (mut scripts, mut mistakes) = (Vec::new(), Vec::new());
    for name in chosen {
        match files.script(name) {
            Ok(script) => scripts.push(script),
            Err(found) => mistakes.extend(found),
        }
    }
    if mistakes.is_empty() { Ok(scripts) } else { Err(mistakes) }
}
