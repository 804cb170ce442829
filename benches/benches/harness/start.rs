//! From nothing to the first answer.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use pgproof::server::{Installation, Placement, Places, Provider, Request, Source};
use pgproof::testing::docker_source;
use pgproof_benches::{Failure, Target};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Executor as _};
use tokio::runtime::Runtime;

use crate::bench::{Bench, tell};
use crate::by_hand::ByHand;

pub(crate) fn measure(bench: &mut Bench) -> Result<(), Failure> {
    let places = Places::from_environment();
    let memory = places.memory.clone().map(|directory| ("start in memory", Placement::Memory, directory));
    let disk = Some(("start on disk", Placement::Disk(places.disk.clone()), places.disk.clone()));
    for (work, placement, directory) in [memory, disk].into_iter().flatten() {
        if bench.wants(work) {
            embedded(bench, &places, work, placement, &directory)?;
        }
    }
    docker(bench, places)
}

fn embedded(
    bench: &mut Bench,
    places: &Places,
    work: &str,
    placement: Placement,
    directory: &Path,
) -> Result<(), Failure> {
    let request = Request { placement, ..Request::default() };
    let installation = Installation::choose(places, &request)?;
    let provider = Provider::new(Source::Embedded, request, places.clone());
    let runtime = bench.runtime();
    // The first start fills the cache that the other side copies from.
    ours(&runtime, &provider)?;
    let by_hand = ByHand::new(places, &installation)?;
    let mut reference = || {
        let started = Instant::now();
        let server = by_hand.start(directory)?;
        runtime.block_on(async {
            let mut connection = server.options.connect().await?;
            connection.execute("select 1").await?;
            Ok(started.elapsed())
        })
    };
    bench
        .compare(work, "copy and spawn", Target::TimeAtMost(1.2), 20, &mut reference, &mut || ours(&runtime, &provider))
}

fn ours(runtime: &Runtime, provider: &Provider) -> Result<Duration, Failure> {
    runtime.block_on(async {
        let started = Instant::now();
        let server = provider.start().await?;
        let mut connection = server.connect(server.connector().maintenance()).await?;
        connection.execute("select 1").await?;
        let elapsed = started.elapsed();
        drop(connection);
        server.stop().await?;
        Ok(elapsed)
    })
}

fn docker(bench: &mut Bench, places: Places) -> Result<(), Failure> {
    let work = "start in docker";
    if !bench.wants(work) {
        return Ok(());
    }
    let runtime = bench.runtime();
    let provider = Provider::new(docker_source(), Request::default(), places);
    // Ours first: it knows which image stands in for the usual one where that is not on the machine.
    let image = runtime.block_on(async {
        let server = provider.start().await?;
        let container = server.container().unwrap_or_default().to_owned();
        let image = said(Command::new("docker").args(["inspect", "--format", "{{.Config.Image}}", &container]));
        server.stop().await?;
        image
    });
    let image = match image {
        Ok(image) => image,
        Err(error) => {
            tell(&format!("skipped: {work}: {error}"));
            return Ok(());
        }
    };
    let mut reference = || by_docker_run(&runtime, &image);
    bench.compare(work, "docker run", Target::None, 5, &mut reference, &mut || ours(&runtime, &provider))
}

/// `docker run`, then asked until it answers over its published port.
fn by_docker_run(runtime: &Runtime, image: &str) -> Result<Duration, Failure> {
    let started = Instant::now();
    let run = ["run", "--detach", "--rm", "--publish", "127.0.0.1::5432", "--env", "POSTGRES_PASSWORD=by-hand", image];
    let container = said(Command::new("docker").args(run))?;
    let answered = said(Command::new("docker").args(["port", &container, "5432/tcp"])).and_then(|published| {
        let port = published.lines().next().and_then(|line| line.rsplit(':').next()).unwrap_or_default().parse()?;
        runtime.block_on(async {
            let mut connection = answering(port).await?;
            connection.execute("select 1").await?;
            Ok(started.elapsed())
        })
    });
    said(Command::new("docker").args(["kill", &container]))?;
    answered
}

async fn answering(port: u16) -> Result<PgConnection, Failure> {
    let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(port).username("postgres");
    let options = options.password("by-hand").database("postgres");
    let deadline = Instant::now() + Duration::from_mins(1);
    loop {
        match options.connect().await {
            Ok(connection) => return Ok(connection),
            Err(error) if Instant::now() > deadline => return Err(error.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

fn said(command: &mut Command) -> Result<String, Failure> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(String::from_utf8_lossy(&output.stderr).trim().into())
}
