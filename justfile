# `just` lists these. `./justw` installs what is missing, then runs the recipe.

set positional-arguments := true

# dev: quick to build, dependencies optimised. `PGPROOF_PROFILE=release just scenario medallion` for the full speed.
profile := env('PGPROOF_PROFILE', 'dev')
rustdocflags := env('RUSTDOCFLAGS', '')

[private]
default:
    @just --list --unsorted

# prove a scenario, e.g. `just scenario medallion --scale 0.1`; exit code 0 proven, 1 refuted
[no-exit-message]
scenario NAME *ARGS:
    @shift && cargo run --quiet --profile {{ profile }} --package {{ NAME }} -- run "$@"

# by which law each step's cost grows, e.g. `just scale medallion --at 0.01,0.1,1 --to 100M`
[no-exit-message]
scale NAME *ARGS:
    @shift && cargo run --quiet --profile {{ profile }} --package {{ NAME }} -- scale "$@"

# every test; those that need Docker too when an engine answers, otherwise they are named as skipped
[no-exit-message]
test *ARGS:
    @scripts/test "$@"

# formatting, lints, documentation and snapshots, all warnings being errors
[no-exit-message]
check: lint
    @scripts/snapshots

# the part of `check` that needs no server
[no-exit-message]
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --quiet -- --deny warnings
    RUSTDOCFLAGS="{{ rustdocflags }} --deny warnings" cargo doc --workspace --no-deps --quiet

# latency before and after a migration, and what the harness costs, e.g. `just bench medallion`
[no-exit-message]
bench *ARGS:
    @cargo bench --package pgproof-benches -- "$@"

# look at the snapshots that changed and accept or reject each (cargo-insta)
[no-exit-message]
review *ARGS:
    @cargo insta --version >/dev/null 2>&1 || { echo 'no cargo-insta here: cargo install cargo-insta --locked' >&2; exit 3; }
    @cargo insta review --workspace "$@"

# build the image pgproof/postgis for PostgreSQL 15, 17 or 18 from Debian's packages (--print shows how)
[no-exit-message]
image *MAJOR:
    @scripts/image "$@"

# what this machine has and lacks, and the command that installs it
[no-exit-message]
doctor *ARGS:
    @cargo run --quiet --profile {{ profile }} --package pgproof -- doctor "$@"

# remove what killed runs left behind: servers, containers, databases, directories
[no-exit-message]
clean *ARGS:
    @cargo run --quiet --profile {{ profile }} --package pgproof -- clean "$@"

# completions for a shell, e.g. `just completions bash`
[no-exit-message]
completions SHELL:
    @cargo run --quiet --profile {{ profile }} --package pgproof -- completions {{ quote(SHELL) }}
