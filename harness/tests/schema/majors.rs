//! The same script on another major version.

use crate::workbench::{Outcome, RICH, catalog_after, docker, embedded, template};

#[tokio::test]
async fn the_same_script_reads_the_same_on_another_major() -> Outcome {
    let Some(newer) = docker("the_same_script_reads_the_same_on_another_major").await? else { return Ok(()) };
    let older = embedded().await?;
    let mut texts = Vec::new();
    for server in [&older, &newer] {
        let template = template(server, "schema_majors", RICH).await?;
        let catalog = catalog_after(&template, "alter extension postgis update").await?;
        // The extension's version is the server's, not the script's.
        let text: Vec<String> = catalog
            .to_text()
            .lines()
            .filter(|line| !line.starts_with("extension postgis"))
            .map(str::to_owned)
            .collect();
        texts.push(text.join("\n"));
    }
    newer.stop().await?;
    older.stop().await?;
    let [of_older, of_newer] = texts.as_slice() else { return Err("two servers, two texts".into()) };
    if let Some((old, new)) = of_older.lines().zip(of_newer.lines()).find(|(old, new)| old != new) {
        return Err(format!("first difference:\n  {old}\n  {new}").into());
    }
    assert_eq!(of_older, of_newer);
    Ok(())
}
